package page

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// Reading is what a page reads when it is opened and when it is asked to read again. A
// failure leaves what was read before.
//
//	return p.keys.Begin(func() ([]secrets.KeyStatus, error) { ... })   // a command
//	case page.Read[[]secrets.KeyStatus]:                               // in Update
//		p.keys.Take(msg, p.host.Now())
type Reading[T any] struct {
	Value T
	// At is when it was read, zero before.
	At time.Time
	// Err is why the last reading failed.
	Err    error
	number int
}

// Read is an answer on its way to its Reading.
type Read[T any] struct {
	of     *Reading[T]
	number int
	value  T
	err    error
}

// Begin is a command that reads. Answers to earlier ones are dropped.
func (r *Reading[T]) Begin(read func() (T, error)) tea.Cmd {
	r.number++
	number := r.number
	return func() tea.Msg {
		value, err := read()
		return Read[T]{r, number, value, err}
	}
}

// Take keeps an answer, and reports whether it was to the last question.
func (r *Reading[T]) Take(answer Read[T], now time.Time) bool {
	if answer.of != r || answer.number != r.number {
		return false
	}
	if r.Err = answer.err; r.Err == nil {
		r.Value, r.At = answer.value, now
	}
	return true
}

// Forget drops what was read, and whatever answer is on its way.
func (r *Reading[T]) Forget() { *r = Reading[T]{number: r.number + 1} }
