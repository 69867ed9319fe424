package providers

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// events writes server-sent events.
type events struct {
	w     http.ResponseWriter
	flush *http.ResponseController
}

func newEvents(w http.ResponseWriter) events {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(http.StatusOK)
	return events{w, http.NewResponseController(w)}
}

// send writes one event; without a name it has data alone. A client that has gone
// is noticed by its request's context.
func (e events) send(name string, data any) {
	if name != "" {
		_, _ = fmt.Fprintf(e.w, "event: %s\n", name)
	}
	raw, err := json.Marshal(data)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_, _ = fmt.Fprintf(e.w, "data: %s\n\n", raw)
	_ = e.flush.Flush()
}

// drop ends the connection without ending the answer.
func drop() { panic(http.ErrAbortHandler) }
