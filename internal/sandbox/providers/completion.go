package providers

import (
	"fmt"
	"net/http"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

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
	if !s.admitted(w, r) {
		return
	}
	var request completionRequest
	err := decode(w, r, &request)
	if fault := request.fault(err); fault != nil {
		openAIError(w, http.StatusBadRequest, *fault)
		return
	}
	c := s.completion(request)
	if c.failed(w) {
		return
	}
	if request.Stream {
		s.streamCompletion(w, r, c)
		return
	}
	s.wholeCompletion(w, r, c)
}

func (c completionRequest) fault(err error) *openAIFault {
	switch {
	case err != nil:
		return &openAIFault{Message: notJSON}
	case c.Model == "":
		return &openAIFault{Message: "you must provide a model parameter"}
	case len(c.Messages) == 0:
		return &openAIFault{Message: "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead."}
	}
	return nil
}

func (s *Service) completion(request completionRequest) completion {
	prompt, spoken := conversation(request.Messages)
	c := completion{
		completionRequest: request, directives: s.directives(prompt), id: "chatcmpl-" + s.host.ID(host.MixedID, 29),
		created: s.host.Clock.Now().Unix(), finish: "stop", question: spoken,
	}
	c.text = reply(prompt, c.words)
	if c.refuse {
		c.text, c.finish = refusal, "content_filter"
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
