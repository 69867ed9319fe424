package deploy

import (
	"context"
	"errors"
	"iter"
	"sync"
)

// mailbox carries events from those who work to the one who reads. Putting never
// waits and nothing is lost, so a slow reader does not slow a deploy down.
type mailbox struct {
	mu     sync.Mutex
	queue  []Event
	closed bool
	ready  chan struct{}
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

func (m *mailbox) put(e Event) {
	m.mu.Lock()
	m.queue = append(m.queue, e)
	m.mu.Unlock()
	m.wake()
}

func (m *mailbox) close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.wake()
}

func (m *mailbox) wake() {
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

// take waits for events and gives all there are; none means that the end is reached.
func (m *mailbox) take() []Event {
	for {
		m.mu.Lock()
		events, closed := m.queue, m.closed
		m.queue = nil
		m.mu.Unlock()
		if len(events) > 0 || closed {
			return events
		}
		<-m.ready
	}
}

var errUnread = errors.New("nobody reads the events any more")

// stream runs work in the background and yields the events it puts into the
// mailbox, the last one with the error of work. When the reader stops early, the
// context of work ends, and work is waited for.
func stream(ctx context.Context, work func(context.Context, *mailbox) (Event, error)) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		box := newMailbox()
		var last Event
		var failure error
		go func() {
			defer box.close()
			last, failure = work(ctx, box)
		}()
		reading := true
		for {
			events := box.take()
			if len(events) == 0 {
				break
			}
			for _, e := range events {
				if reading && !yield(e, nil) {
					reading = false
					stop(errUnread)
				}
			}
		}
		if reading {
			yield(last, failure)
		}
	}
}
