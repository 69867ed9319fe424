package providers

import (
	"net/http"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// statusOverloaded is Anthropic's own.
const statusOverloaded = 529

// messageRequest is what we look at of a message's request.
type messageRequest struct {
	Model     string `json:"model"`
	Messages  []turn `json:"messages"`
	System    text   `json:"system"`
	MaxTokens int    `json:"max_tokens"`
	Stream    bool   `json:"stream"`
}

// reading is a message under way.
type reading struct {
	messageRequest
	directives
	id       string
	text     string
	stop     string
	question string
}

func (s *Service) messages(w http.ResponseWriter, r *http.Request) {
	id := "req_" + s.host.ID(host.MixedID, 24)
	w.Header().Set("Request-Id", id)
	if !accepts("ai.anthropic_api_key", r.Header.Get("X-Api-Key")) {
		anthropicError(w, id, http.StatusUnauthorized, "invalid x-api-key")
		return
	}
	var request messageRequest
	err := decode(w, r, &request)
	if reason := request.fault(r, err); reason != "" {
		anthropicError(w, id, http.StatusBadRequest, reason)
		return
	}
	m := s.reading(request)
	if m.status != 0 {
		if m.retryAfter != "" {
			w.Header().Set("Retry-After", m.retryAfter)
		}
		anthropicError(w, id, m.status, "The prompt asked for this error.")
		return
	}
	if request.Stream {
		s.streamMessage(w, r, m)
		return
	}
	s.wholeMessage(w, r, m)
}

// fault says what is wrong with a request, in Anthropic's words.
func (m messageRequest) fault(r *http.Request, err error) string {
	switch {
	case r.Header.Get("Anthropic-Version") == "":
		return "anthropic-version: header is required"
	case err != nil:
		return "The request body is not valid JSON: " + err.Error()
	case m.Model == "":
		return "model: Field required"
	case m.MaxTokens < 1:
		return "max_tokens: Field required"
	case len(m.Messages) == 0:
		return "messages: at least one message is required"
	}
	return ""
}

func (s *Service) reading(request messageRequest) reading {
	prompt, spoken := conversation(request.Messages)
	m := reading{
		messageRequest: request, directives: s.directives(prompt), id: "msg_01" + s.host.ID(host.MixedID, 22),
		stop: "end_turn", question: string(request.System) + " " + spoken,
	}
	m.text = reply(prompt, m.words)
	if m.refuse {
		m.text, m.stop = "", "refusal"
	}
	if cut, short := limited(m.text, m.MaxTokens); short {
		m.text, m.stop = cut, "max_tokens"
	}
	return m
}

// message is the answer with that content; it is not stopped yet without a reason.
func (m reading) message(content []object, stop any, written int) object {
	return object{
		"id": m.id, "type": "message", "role": "assistant", "model": m.Model, "content": content, "stop_reason": stop, "stop_sequence": nil,
		"usage": object{"input_tokens": tokens(m.question), "output_tokens": written},
	}
}

func (s *Service) wholeMessage(w http.ResponseWriter, r *http.Request, m reading) {
	for range s.pieces(r.Context(), m.text, m.directives) {
		continue // it takes its time
	}
	if m.cut || r.Context().Err() != nil {
		drop()
	}
	content := []object{}
	if m.text != "" {
		content = append(content, object{"type": "text", "text": m.text})
	}
	answer(w, http.StatusOK, m.message(content, m.stop, tokens(m.text)))
}

func (s *Service) streamMessage(w http.ResponseWriter, r *http.Request, m reading) {
	stream := newEvents(w)
	event := func(kind string, body object) {
		body["type"] = kind
		stream.send(kind, body)
	}
	event("message_start", object{"message": m.message([]object{}, nil, 1)})
	event("content_block_start", object{"index": 0, "content_block": object{"type": "text", "text": ""}})
	event("ping", object{})
	for piece := range s.pieces(r.Context(), m.text, m.directives) {
		event("content_block_delta", object{"index": 0, "delta": object{"type": "text_delta", "text": piece}})
	}
	if m.cut || r.Context().Err() != nil {
		drop()
	}
	event("content_block_stop", object{"index": 0})
	event("message_delta", object{
		"delta": object{"stop_reason": m.stop, "stop_sequence": nil}, "usage": object{"output_tokens": tokens(m.text)},
	})
	event("message_stop", object{})
}

func (s *Service) anthropicModels(w http.ResponseWriter, r *http.Request) {
	if !accepts("ai.anthropic_api_key", r.Header.Get("X-Api-Key")) {
		anthropicError(w, "req_"+s.host.ID(host.MixedID, 24), http.StatusUnauthorized, "invalid x-api-key")
		return
	}
	var data []object
	ids := strings.Fields("claude-opus-4-1 claude-sonnet-4-5 claude-haiku-4-5")
	for _, id := range ids {
		data = append(data, object{"id": id, "type": "model", "display_name": id, "created_at": "2025-09-29T00:00:00Z"})
	}
	answer(w, http.StatusOK, object{"data": data, "has_more": false, "first_id": ids[0], "last_id": ids[len(ids)-1]})
}

// anthropicErrors are Anthropic's types by status ("Errors" in its API reference).
var anthropicErrors = map[int]string{
	http.StatusBadRequest: "invalid_request_error", http.StatusUnauthorized: "authentication_error",
	http.StatusPaymentRequired: "billing_error", http.StatusForbidden: "permission_error", http.StatusNotFound: "not_found_error",
	http.StatusRequestEntityTooLarge: "request_too_large", http.StatusTooManyRequests: "rate_limit_error",
	http.StatusGatewayTimeout: "timeout_error", statusOverloaded: "overloaded_error",
}

func anthropicError(w http.ResponseWriter, requestID string, status int, message string) {
	kind, ok := anthropicErrors[status]
	switch {
	case ok:
	case status >= http.StatusInternalServerError:
		kind = "api_error"
	default:
		kind = "invalid_request_error"
	}
	answer(w, status, object{"type": "error", "error": object{"type": kind, "message": message}, "request_id": requestID})
}
