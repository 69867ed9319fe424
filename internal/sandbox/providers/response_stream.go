package providers

import (
	"maps"
	"net/http"
)

// responseEvents numbers the events of a streamed response.
type responseEvents struct {
	events
	sent int
}

func (e *responseEvents) send(kind string, body object) {
	body["type"], body["sequence_number"] = kind, e.sent
	e.sent++
	e.events.send(kind, body)
}

// streamResponse sends the events of one message, in the order of "Streaming events"
// in OpenAI's reference.
func (s *Service) streamResponse(w http.ResponseWriter, r *http.Request, streamed response) {
	stream := &responseEvents{events: newEvents(w)}
	place := object{"item_id": streamed.item, "output_index": 0, "content_index": 0}
	at := func(kind string, body object) {
		maps.Copy(body, place)
		stream.send(kind, body)
	}
	stream.send("response.created", object{"response": streamed.object("in_progress")})
	stream.send("response.in_progress", object{"response": streamed.object("in_progress")})
	stream.send("response.output_item.added", object{"output_index": 0, "item": streamed.message("in_progress")})
	at("response.content_part.added", object{"part": streamed.part("")})
	for piece := range s.pieces(r.Context(), streamed.text, streamed.directives) {
		at(streamed.event("delta", "delta", piece))
	}
	if streamed.cut || r.Context().Err() != nil {
		drop()
	}
	at(streamed.event("done", streamed.member(), streamed.text))
	at("response.content_part.done", object{"part": streamed.part(streamed.text)})
	item := streamed.message(streamed.ending(), streamed.part(streamed.text))
	stream.send("response.output_item.done", object{"output_index": 0, "item": item})
	stream.send("response."+streamed.ending(), object{"response": streamed.finished()})
}

// member is what the text of the answer is called.
func (r response) member() string {
	if r.refuse {
		return "refusal"
	}
	return "text"
}

// event is one about the text of the answer, which is in that member.
func (r response) event(verb, member, text string) (kind string, body object) {
	if r.refuse {
		return "response.refusal." + verb, object{member: text}
	}
	return "response.output_text." + verb, object{member: text, "logprobs": []object{}}
}
