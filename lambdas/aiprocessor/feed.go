package aiprocessor

import (
	"context"
	"time"
)

// A delta is sent when so much text has come, or so long after its first piece.
const (
	deltaBytes = 1 << 10
	deltaEvery = 100 * time.Millisecond
)

// feed gathers an answer's pieces into deltas and sends them beside the stream, so
// that a slow socket does not slow the provider down.
type feed struct {
	pieces chan string
	done   chan struct{}
	sent   int
}

// feed starts the sending; close ends it.
func (a *audience) feed(ctx context.Context) *feed {
	f := &feed{pieces: make(chan string, 256), done: make(chan struct{})}
	go func() {
		defer close(f.done)
		f.run(ctx, a)
	}()
	return f
}

// add hands over the next piece.
func (f *feed) add(text string) {
	if text != "" {
		f.pieces <- text
	}
}

// close waits until everything was sent and says in how many deltas.
func (f *feed) close() int {
	close(f.pieces)
	<-f.done
	return f.sent
}

func (f *feed) run(ctx context.Context, a *audience) {
	for text := range f.pieces {
		text = f.gather(a, text)
		for piece := range pieces(text, largestDelta) {
			a.delta(ctx, f.sent, piece)
			f.sent++
		}
	}
}

// gather adds to text what comes until it is a delta.
func (f *feed) gather(a *audience, text string) string {
	due := make(chan struct{})
	stop := a.p.Clock.AfterFunc(deltaEvery, func() { close(due) })
	defer stop()
	for len(text) < deltaBytes {
		select {
		case more, open := <-f.pieces:
			if !open {
				return text
			}
			text += more
		case <-due:
			return text
		}
	}
	return text
}
