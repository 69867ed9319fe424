package lambda

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// destination is where an ending is to be told, and the document for it: the record
// of a destination, or for a dead-letter queue the event itself.
func (s *Service) destination(id string, e event, end ending) (arn string, document []byte) {
	to := end.function.InvokeConfigs[aws.ToString(end.version.Version)].DestinationConfig
	switch {
	case end.condition == "Success" && to != nil && to.OnSuccess != nil:
		arn = aws.ToString(to.OnSuccess.Destination)
	case end.condition != "Success" && to != nil && to.OnFailure != nil:
		arn = aws.ToString(to.OnFailure.Destination)
	case end.condition != "Success" && end.version.DeadLetterConfig != nil:
		return aws.ToString(end.version.DeadLetterConfig.TargetArn), e.Payload
	}
	return arn, []byte(toJSON(s.record(id, e, end)))
}

// record is an invocation record:
//
//	https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
func (s *Service) record(id string, e event, end ending) map[string]any {
	response := map[string]any{"statusCode": 200, "executedVersion": aws.ToString(end.version.Version)}
	if end.outcome.Failed {
		response["functionError"] = "Unhandled"
	}
	calls := e.Tries
	if end.condition == "Success" {
		calls++
	}
	return map[string]any{
		"version": "1.0", "timestamp": s.host.Clock.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
		"requestContext": map[string]any{
			"requestId": id, "functionArn": e.FunctionARN, "condition": end.condition, "approximateInvokeCount": calls,
		},
		"requestPayload": json.RawMessage(e.Payload), "responseContext": response, "responsePayload": document(end.outcome.Payload),
	}
}

// document is a payload as part of a JSON document; one that is not JSON is a text.
func document(payload []byte) any {
	switch {
	case len(payload) == 0:
		return nil
	case json.Valid(payload):
		return json.RawMessage(payload)
	}
	return string(payload)
}
