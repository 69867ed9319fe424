package providers

import (
	"fmt"
	"net/http"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// responseRequest is what we look at of a response's request.
type responseRequest struct {
	Model           string   `json:"model"`
	Instructions    text     `json:"instructions"`
	Input           turns    `json:"input"`
	MaxOutputTokens *int     `json:"max_output_tokens"`
	Temperature     *float64 `json:"temperature"`
	Store           *bool    `json:"store"`
	Stream          bool     `json:"stream"`
}

// response is a response under way.
type response struct {
	responseRequest
	directives
	id, item string
	created  int64
	text     string
	// incomplete is why the answer ends too soon, empty if it does not.
	incomplete string
	question   string
}

func (s *Service) responses(w http.ResponseWriter, r *http.Request) {
	if !s.admitted(w, r) {
		return
	}
	var request responseRequest
	err := decode(w, r, &request)
	if fault := request.fault(err); fault != nil {
		openAIError(w, http.StatusBadRequest, *fault)
		return
	}
	answering := s.response(request)
	if answering.failed(w) {
		return
	}
	if request.Stream {
		s.streamResponse(w, r, answering)
		return
	}
	s.wholeResponse(w, r, answering)
}

// leastOutput is the smallest max_output_tokens that OpenAI takes.
const leastOutput = 16

func (q responseRequest) fault(err error) *openAIFault {
	switch {
	case err != nil:
		return &openAIFault{Message: notJSON}
	case q.Model == "":
		return &openAIFault{Message: "Missing required parameter: 'model'.", Param: "model", Code: "missing_required_parameter"}
	case len(q.Input) == 0:
		return &openAIFault{Message: "Missing required parameter: 'input'.", Param: "input", Code: "missing_required_parameter"}
	case q.MaxOutputTokens != nil && *q.MaxOutputTokens < leastOutput:
		const text = "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= %d, but got %d instead."
		return &openAIFault{Message: fmt.Sprintf(text, leastOutput, *q.MaxOutputTokens), Param: "max_output_tokens", Code: "integer_below_min_value"}
	}
	return nil
}

func (s *Service) response(request responseRequest) response {
	prompt, spoken := conversation(request.Input)
	r := response{
		responseRequest: request, directives: s.directives(prompt), question: string(request.Instructions) + " " + spoken,
		id: "resp_" + s.host.ID(host.Hex, 48), item: "msg_" + s.host.ID(host.Hex, 48), created: s.host.Clock.Now().Unix(),
	}
	r.text = reply(prompt, r.words)
	if r.refuse {
		r.text = refusal
	}
	if request.MaxOutputTokens == nil {
		return r
	}
	if cut, short := limited(r.text, *request.MaxOutputTokens); short {
		r.text, r.incomplete = cut, "max_output_tokens"
	}
	return r
}

func (s *Service) wholeResponse(w http.ResponseWriter, r *http.Request, whole response) {
	for range s.pieces(r.Context(), whole.text, whole.directives) {
		continue // it takes its time
	}
	if whole.cut || r.Context().Err() != nil {
		drop()
	}
	answer(w, http.StatusOK, whole.finished())
}
