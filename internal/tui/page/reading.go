package page

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
)

// Reading is what a page reads when it is opened and when it is asked to read again. A
// failure leaves what was read before.
//
//	return page.ReadFrom(p.ctx, &p.keys, p.Connect, Source.Keys)   // a command
//	case page.Read[[]secrets.KeyStatus]:                      // in Update
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

// ReadFrom is a command that reads from the source that connect gives. Answers to earlier
// ones are dropped.
func ReadFrom[S, T any](ctx context.Context, r *Reading[T], connect func(context.Context) (S, error), ask func(S, context.Context) (T, error)) tea.Cmd {
	r.number++
	answer := Read[T]{of: r, number: r.number}
	return func() tea.Msg {
		var source S
		if source, answer.err = connect(ctx); answer.err == nil {
			answer.value, answer.err = ask(source, ctx)
		}
		return answer
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

// Waiting says that nothing has come yet, or why nothing will; nil once it has.
func (r *Reading[T]) Waiting(h *Host, width int) []string {
	switch {
	case !r.At.IsZero():
		return nil
	case r.Err == nil:
		return []string{" " + h.Style.Paint(present.Dim, "reading ...")}
	}
	return h.Failure(r.Err, width)
}

// Title says what is shown and how old it is, or why it is not newer.
func (r *Reading[T]) Title(h *Host, text string, width int) string {
	if r.Err != nil {
		return " " + h.Trouble(r.Err)[0]
	}
	asOf := "  as of " + r.At.In(h.Zone).Format(time.TimeOnly) + ", r reads again"
	return " " + h.Style.Title.Render(h.Style.Clip(text, width-1-len(asOf))) + h.Style.Paint(present.Dim, asOf)
}

// Doubt makes rows stale where they could not be read again: what they say may not hold
// any more.
func (r *Reading[T]) Doubt(h *Host, rows []string) {
	for i := range rows {
		if r.Err != nil {
			rows[i] = h.Style.Stale(rows[i])
		}
	}
}

// Indented puts a space before each line, where others have the cursor.
func Indented(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = " " + line
	}
	return out
}
