package page

import (
	"context"
	"iter"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Stream brings what a domain's stream yields to a page: in batches, so that two
// thousand values a second are twenty messages. Nothing is dropped; a page that takes
// slowly slows the stream down.
//
//	p.stream = page.NewStream(host, 50*time.Millisecond, func(ctx context.Context) iter.Seq2[logs.Event, error] {
//		return logs.Follow(ctx, api, options)
//	})
//	return p.stream.Next()                          // in Init
//	case page.Batch[logs.Event]:                    // in Update
//		if msg.Of == p.stream { p.add(msg.Values); return p.stream.Next() }
type Stream[T any] struct {
	host   *Host
	gather time.Duration
	values chan outcome[T]
	cancel context.CancelFunc
}

// Batch is what a stream yielded within a while; Err is its last value's error. A
// batch with Over is the last.
type Batch[T any] struct {
	Of     *Stream[T]
	Values []T
	Err    error
	Over   bool
}

type outcome[T any] struct {
	value T
	err   error
}

// MostOfABatch bounds a batch, so that no message takes long to work in.
const MostOfABatch = 2000

// NewStream begins to take the stream that open gives for a context which Close ends.
// A batch has what comes within gather after its first value.
func NewStream[T any](host *Host, gather time.Duration, open func(context.Context) iter.Seq2[T, error]) *Stream[T] {
	ctx, cancel := context.WithCancel(host.Context)
	s := &Stream[T]{host: host, gather: gather, values: make(chan outcome[T]), cancel: cancel}
	go func() {
		defer close(s.values)
		for value, err := range open(ctx) {
			select {
			case s.values <- outcome[T]{value, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return s
}

// Close ends the stream. What a command still waits for comes as its last batch.
func (s *Stream[T]) Close() { s.cancel() }

// Next is a command that yields the next Batch. There must be one at a time.
func (s *Stream[T]) Next() tea.Cmd {
	return func() tea.Msg {
		batch := Batch[T]{Of: s}
		full := make(chan struct{})
		for {
			select {
			case got, ok := <-s.values:
				if !ok {
					batch.Over = true
					return batch
				}
				if got.err != nil {
					batch.Err = got.err
					return batch
				}
				batch.Values = append(batch.Values, got.value)
				if len(batch.Values) == 1 {
					defer s.host.Clock.AfterFunc(s.gather, func() { close(full) })()
				}
				if len(batch.Values) == MostOfABatch {
					return batch
				}
			case <-full:
				return batch
			}
		}
	}
}
