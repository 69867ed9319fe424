package faults

import (
	"net/http"
	"slices"

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
	"execute-api":    {Code: "TooManyRequestsException", Message: "Too Many Requests", Status: http.StatusTooManyRequests},
	"iam":            {Code: "Throttling", Message: "Rate exceeded"},
	"lambda":         {Code: "TooManyRequestsException", Message: "Rate Exceeded.", Status: http.StatusTooManyRequests},
	"s3":             {Code: "SlowDown", Message: "Please reduce your request rate.", Status: http.StatusServiceUnavailable},
	"sns":            {Code: "Throttled", Message: "Rate exceeded", Status: http.StatusTooManyRequests},
	"sqs":            {Code: "RequestThrottled", Message: "Request was throttled."},
	"sts":            {Code: "Throttling", Message: "Rate exceeded"},
}

// standIns are the providers' stand-ins, which are no services of AWS: a rule strikes
// them when it names them.
var standIns = []string{"openai", "anthropic", "sendgrid", "clerk"}

func throttling(service string) error {
	if slices.Contains(standIns, service) {
		return &wire.Error{Status: http.StatusTooManyRequests}
	}
	if e, ok := throttles[service]; ok {
		return &e
	}
	return &wire.Error{Code: "ThrottlingException", Message: "Rate exceeded"}
}

func unavailable(service string) error {
	switch service {
	case "s3":
		return &wire.Error{Code: "InternalError", Message: "We encountered an internal error. Please try again.", Status: http.StatusInternalServerError}
	case "execute-api":
		return &wire.Error{Code: "InternalServerErrorException", Message: "Internal server error", Status: http.StatusInternalServerError}
	}
	return &wire.Error{Code: "ServiceUnavailable", Message: "The service is temporarily unavailable", Status: http.StatusServiceUnavailable}
}
