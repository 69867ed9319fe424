package provider

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openai/openai-go/v3/responses"
)

// openAIStatus is the status of an error that comes as an event, behind a 200, by
// its code or else its type. Source: ResponseErrorCode in the reference of OpenAI's
// API, and "Error codes" in its guides.
var openAIStatus = map[string]int{
	"invalid_request_error": 400, "invalid_prompt": 400, "context_length_exceeded": 400, "data_residency_mismatch": 400,
	"invalid_api_key": 401, "model_not_found": 404, "rate_limit_exceeded": 429, "insufficient_quota": 429,
	"server_error": 500, "server_is_overloaded": 503,
}

// openAIFailure is what an event says went wrong, nil if nothing did.
func openAIFailure(event responses.ResponseStreamEventUnion, header http.Header) *Error {
	switch event.Type {
	case "response.refusal.delta", "response.refusal.done":
		return &Error{Kind: ContentRefused, Provider: OpenAI}
	case "response.incomplete":
		if reason := event.Response.IncompleteDetails.Reason; reason == "content_filter" {
			return &Error{Kind: ContentRefused, Provider: OpenAI, Code: reason}
		}
	case "response.failed":
		code := string(event.Response.Error.Code)
		return openAIAnswered(openAIStatus[code], code, header)
	case "error":
		return openAIAnswered(openAIStatus[event.Code], event.Code, header)
	}
	return nil
}

// openAIError is why there was no stream, or no more of it.
func openAIError(err error, answer *http.Response) *Error {
	if answer == nil {
		return broken(OpenAI, err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		body, _ := io.ReadAll(answer.Body) // without it there is no code
		return openAIAnswered(answer.StatusCode, openAIFault(body).Code, answer.Header)
	}
	if event, ok := errors.AsType[*ssestream.StreamError](err); ok {
		fault := openAIFault(event.Event.Data)
		code := cmp.Or(fault.Code, fault.Type)
		return openAIAnswered(openAIStatus[code], code, answer.Header)
	}
	return broken(OpenAI, err)
}

// fault is the error of a body or of an event.
type fault struct{ Code, Type string }

// openAIFault reads an error; it is empty if the body, a proxy's for instance, has none.
func openAIFault(body []byte) fault {
	var said struct{ Error fault }
	_ = json.Unmarshal(body, &said)
	return said.Error
}

func openAIAnswered(status int, code string, header http.Header) *Error {
	e := answered(OpenAI, status, code, header)
	switch code {
	case "content_policy_violation", "content_filter", "bio_policy", "misalignment_policy_violation":
		e.Kind = ContentRefused
	}
	return e
}
