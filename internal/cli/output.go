package cli

import (
	"encoding/json"
	"errors"
	"io"
	"sync"
	"syscall"

	"github.com/keyvex/keyvex/internal/problem"
)

// output remembers the first failure of its stream, so that commands need not look
// at every write. A reader that went away is no failure: the rest goes nowhere,
// and the command's work goes on.
type output struct {
	w  io.Writer
	mu sync.Mutex
	// closed is set when the reader is gone, err when a write failed otherwise.
	closed bool
	err    error
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.err != nil {
		return len(p), nil
	}
	_, err := o.w.Write(p)
	switch {
	case err == nil:
	case errors.Is(err, syscall.EPIPE), errors.Is(err, io.ErrClosedPipe):
		o.closed = true
	default:
		o.err = err
	}
	return len(p), nil
}

func (o *output) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		return nil
	}
	return problem.New(problem.Failed, "the output could not be written: %s", o.err).
		WithHint("the command itself is done; free some space or write elsewhere").WithCause(o.err)
}

// document writes one JSON document, indented for people.
func (a *app) document(v any) error {
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// record writes one JSON object in a line of its own.
func (a *app) record(v any) error {
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
