package providers

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// object is a JSON object.
type object = map[string]any

// refusal is what a model says that refuses.
const refusal = "I'm sorry, but I can't help with that."

// admitted checks the key of a request to OpenAI, and answers one that is refused.
func (s *Service) admitted(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Set("X-Request-Id", "req_"+s.host.ID(host.Hex, 32))
	if accepts("ai.openai_api_key", bearer(r)) {
		return true
	}
	openAIError(w, http.StatusUnauthorized, openAIFault{Message: "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys."})
	return false
}

// failed answers with the error that the prompt asked for, if it did.
func (d directives) failed(w http.ResponseWriter) bool {
	if d.status == 0 {
		return false
	}
	if d.retryAfter != "" {
		w.Header().Set("Retry-After", d.retryAfter)
	}
	openAIError(w, d.status, openAIFault{Message: "The prompt asked for this error."})
	return true
}

func (s *Service) openAIModels(w http.ResponseWriter, r *http.Request) {
	if !s.admitted(w, r) {
		return
	}
	var data []object
	for _, id := range strings.Fields("gpt-4o gpt-4o-mini gpt-4.1 gpt-4.1-mini gpt-5 gpt-5-mini") {
		data = append(data, object{"id": id, "object": "model", "created": 1715367049, "owned_by": "system"})
	}
	answer(w, http.StatusOK, object{"object": "list", "data": data})
}

// openAIErrors are OpenAI's type and code by status ("Error codes" in its guides).
var openAIErrors = map[int][2]string{
	http.StatusUnauthorized:       {"invalid_request_error", "invalid_api_key"},
	http.StatusForbidden:          {"invalid_request_error", "unsupported_country_region_territory"},
	http.StatusNotFound:           {"invalid_request_error", "model_not_found"},
	http.StatusTooManyRequests:    {"requests", "rate_limit_exceeded"},
	http.StatusServiceUnavailable: {"service_unavailable_error", "server_is_overloaded"},
}

// openAIFault is what OpenAI says is wrong with a request. Without a code it has its
// status' one.
type openAIFault struct{ Message, Param, Code string }

const notJSON = "We could not parse the JSON body of your request."

func openAIError(w http.ResponseWriter, status int, fault openAIFault) {
	kind, ok := openAIErrors[status]
	switch {
	case ok:
	case status >= http.StatusInternalServerError:
		kind[0] = "server_error"
	default:
		kind[0] = "invalid_request_error"
	}
	answer(w, status, object{"error": object{
		"message": fault.Message, "type": kind[0], "param": orNull(fault.Param), "code": orNull(cmp.Or(fault.Code, kind[1])),
	}})
}

// orNull is the text, or null for none.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
