package queues

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues/filter"
)

// Selection says which messages are meant. Its zero value means all.
type Selection struct {
	// Where is nil for all.
	Where filter.Expr
	// IDs are message ids; none means all.
	IDs map[string]bool
	// Since and Max bound the first send and the number; zero for no bound.
	Since time.Time
	Max   int
}

// Match reports whether a message is meant; Max is not looked at.
func (s Selection) Match(m *Message) bool {
	return (s.Where == nil || s.Where.Match(m)) && (len(s.IDs) == 0 || s.IDs[m.ID]) && !m.Sent.Before(s.Since)
}

// needsAutopsy reports whether the logs decide.
func (s Selection) needsAutopsy() bool { return s.Where != nil && s.Where.Uses("error") }

// PeekOptions say what is looked at.
type PeekOptions struct {
	Selection
	// Autopsy looks for each message's tries in the logs.
	Autopsy bool
	// SourceAnyway allows to peek a source queue, whose receive counts a peek raises.
	SourceAnyway bool
}

// Peek yields the messages of a queue, each once, and leaves the queue as it found
// it but for the receive counts, which rise by one: while it runs it hides what it
// has taken, and it makes everything visible again when it ends, even when ctx ended
// it. Killed, it leaves messages hidden for 30 seconds at most.
func (q *Queues) Peek(ctx context.Context, name Name, o PeekOptions) iter.Seq2[*Message, error] {
	return func(yield func(*Message, error) bool) {
		if !name.Dead && !o.SourceAnyway {
			yield(nil, q.refuseSource(ctx, name))
			return
		}
		w, err := q.newWalk(ctx, name)
		if err != nil {
			yield(nil, err)
			return
		}
		seen := newSighting(q, name)
		whole, err := w.show(ctx, o, seen, yield)
		back := w.giveBack(ctx)
		seen.end(whole && err == nil)
		if err == nil {
			err = back
		}
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// errEnough ends a peek whose taker has gone.
var errEnough = problem.New(problem.Interrupted, "nobody looks any more")

// show walks and yields. It reports whether it came to the queue's end.
func (w *walk) show(ctx context.Context, o PeekOptions, seen *sighting, yield func(*Message, error) bool) (bool, error) {
	met, shown := map[string]bool{}, 0
	for batch, err := range w.batches(ctx) {
		if err != nil {
			return false, err
		}
		seen.note(batch, len(w.held))
		if o.Autopsy || o.needsAutopsy() {
			if err := w.Examine(ctx, w.name, batch); err != nil {
				return false, err
			}
		}
		for _, m := range batch {
			if met[m.ID] || !o.Match(m) {
				continue
			}
			met[m.ID] = true
			if !yield(m, nil) {
				return false, errEnough
			}
			if shown++; o.Max > 0 && shown >= o.Max {
				return false, nil
			}
		}
	}
	return true, nil
}

// refuseSource says what a peek would do to a source queue.
func (q *Queues) refuseSource(ctx context.Context, name Name) error {
	status, err := q.Status(ctx, name)
	if err != nil {
		return err
	}
	return problem.New(problem.Refused, "a peek of %s counts as a receive of each of its %d messages, and after %d of them a message becomes a dead letter",
		name, status.Ready, status.MaxReceives).
		WithHint("--source-anyway does it; %s can be peeked without harm", name.DeadLetter())
}
