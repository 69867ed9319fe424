package faults

import (
	"net/http"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// throttles are the services' own throttling errors, where it is not
// ThrottlingException (each service's API reference, "Common errors").
var throttles = map[string]wire.Error{
	"apigateway":     {Code: "TooManyRequestsException", Message: "Too Many Requests", Status: http.StatusTooManyRequests},
	"cloudformation": {Code: "Throttling", Message: "Rate exceeded"},
	"dynamodb":       {Code: "ThrottlingException", Message: "Throughput exceeds the current capacity of your table or index."},
	"ec2":            {Code: "RequestLimitExceeded", Message: "Request limit exceeded.", Status: http.StatusServiceUnavailable},
	"elasticache":    {Code: "Throttling", Message: "Rate exceeded"},
	"iam":            {Code: "Throttling", Message: "Rate exceeded"},
	"lambda":         {Code: "TooManyRequestsException", Message: "Rate Exceeded.", Status: http.StatusTooManyRequests},
	"s3":             {Code: "SlowDown", Message: "Please reduce your request rate.", Status: http.StatusServiceUnavailable},
	"sns":            {Code: "Throttled", Message: "Rate exceeded", Status: http.StatusTooManyRequests},
	"sqs":            {Code: "RequestThrottled", Message: "Request was throttled."},
	"sts":            {Code: "Throttling", Message: "Rate exceeded"},
}

func throttling(service string) error {
	if e, ok := throttles[service]; ok {
		return &e
	}
	return &wire.Error{Code: "ThrottlingException", Message: "Rate exceeded"}
}

func unavailable(service string) error {
	if service == "s3" {
		return &wire.Error{Code: "InternalError", Message: "We encountered an internal error. Please try again.", Status: http.StatusInternalServerError}
	}
	return &wire.Error{Code: "ServiceUnavailable", Message: "The service is temporarily unavailable", Status: http.StatusServiceUnavailable}
}
