package providers

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// object is a JSON object.
type object = map[string]any

// completionRequest is what we look at of a chat completion's request.
type completionRequest struct {
	Model               string `json:"model"`
	Messages            []turn `json:"messages"`
	Stream              bool   `json:"stream"`
	MaxTokens           int    `json:"max_tokens"`
	MaxCompletionTokens int    `json:"max_completion_tokens"`
	StreamOptions       struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

// completion is a chat completion under way.
type completion struct {
	completionRequest
	directives
	id       string
	created  int64
	text     string
	finish   string
	question string
}

func (s *Service) completions(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Request-Id", "req_"+s.host.ID(host.Hex, 32))
	if !accepts("ai.openai_api_key", bearer(r)) {
		openAIError(w, http.StatusUnauthorized, "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.")
		return
	}
	var request completionRequest
	switch err := decode(w, r, &request); {
	case err != nil:
		openAIError(w, http.StatusBadRequest, "We could not parse the JSON body of your request.")
		return
	case request.Model == "":
		openAIError(w, http.StatusBadRequest, "you must provide a model parameter")
		return
	case len(request.Messages) == 0:
		openAIError(w, http.StatusBadRequest, "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.")
		return
	}
	c := s.completion(request)
	if c.status != 0 {
		if c.retryAfter != "" {
			w.Header().Set("Retry-After", c.retryAfter)
		}
		openAIError(w, c.status, "The prompt asked for this error.")
		return
	}
	if request.Stream {
		s.streamCompletion(w, r, c)
		return
	}
	s.wholeCompletion(w, r, c)
}

func (s *Service) completion(request completionRequest) completion {
	prompt, spoken := conversation(request.Messages)
	c := completion{
		completionRequest: request, directives: s.directives(prompt), id: "chatcmpl-" + s.host.ID(host.MixedID, 29),
		created: s.host.Clock.Now().Unix(), finish: "stop", question: spoken,
	}
	c.text = reply(prompt, c.words)
	if c.refuse {
		c.text, c.finish = "I'm sorry, but I can't help with that.", "content_filter"
	}
	if cut, short := limited(c.text, max(c.MaxTokens, c.MaxCompletionTokens)); short {
		c.text, c.finish = cut, "length"
	}
	return c
}

// field is the member of a message that the text goes to.
func (c completion) field() string {
	if c.refuse {
		return "refusal"
	}
	return "content"
}

func (c completion) usage() object {
	prompt, answer := tokens(c.question), tokens(c.text)
	return object{"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
}

func (c completion) object(kind string, choices []object) object {
	return object{"id": c.id, "object": kind, "created": c.created, "model": c.Model, "choices": choices}
}

func (s *Service) wholeCompletion(w http.ResponseWriter, r *http.Request, c completion) {
	for range s.pieces(r.Context(), c.text, c.directives) {
		continue // it takes its time
	}
	if c.cut || r.Context().Err() != nil {
		drop()
	}
	message := object{"role": "assistant", "content": nil, "refusal": nil}
	message[c.field()] = c.text
	body := c.object("chat.completion", []object{{"index": 0, "message": message, "logprobs": nil, "finish_reason": c.finish}})
	body["usage"] = c.usage()
	answer(w, http.StatusOK, body)
}

func (s *Service) streamCompletion(w http.ResponseWriter, r *http.Request, c completion) {
	stream := newEvents(w)
	chunk := func(delta object, finish any) {
		body := c.object("chat.completion.chunk", []object{{"index": 0, "delta": delta, "logprobs": nil, "finish_reason": finish}})
		if c.StreamOptions.IncludeUsage {
			body["usage"] = nil
		}
		stream.send("", body)
	}
	chunk(object{"role": "assistant", "content": "", "refusal": nil}, nil)
	for piece := range s.pieces(r.Context(), c.text, c.directives) {
		chunk(object{c.field(): piece}, nil)
	}
	if c.cut || r.Context().Err() != nil {
		drop()
	}
	chunk(object{}, c.finish)
	if c.StreamOptions.IncludeUsage {
		body := c.object("chat.completion.chunk", []object{})
		body["usage"] = c.usage()
		stream.send("", body)
	}
	_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
}

func (s *Service) openAIModels(w http.ResponseWriter, r *http.Request) {
	if !accepts("ai.openai_api_key", bearer(r)) {
		openAIError(w, http.StatusUnauthorized, "Incorrect API key provided.")
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

func openAIError(w http.ResponseWriter, status int, message string) {
	kind, ok := openAIErrors[status]
	switch {
	case ok:
	case status >= http.StatusInternalServerError:
		kind[0] = "server_error"
	default:
		kind[0] = "invalid_request_error"
	}
	var code any
	if kind[1] != "" {
		code = kind[1]
	}
	answer(w, status, object{"error": object{"message": message, "type": kind[0], "param": nil, "code": code}})
}
