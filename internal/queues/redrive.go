package queues

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
)

// RedriveOptions say what goes back, and how carefully.
type RedriveOptions struct {
	Selection
	// Canary messages go first, and the rest follows when they were processed; 0 for
	// none. Up to NoCanary messages go without.
	Canary int
	// CanaryOnly ends it when the canaries are processed: SQS moves the rest.
	CanaryOnly bool
	// Bodies replaces bodies by message id.
	Bodies map[string]string
	// Label is Where as it was written, for the journal.
	Label string
	// Resume counts what the journal has into Max.
	Resume bool
}

// NoCanary is up to how many messages go back without a canary.
const NoCanary = 10

// RedriveEvent is a step of a redrive; the counts are of the run so far.
type RedriveEvent struct {
	// Kind is carried (a killed run's journal was taken up), canary (it is awaited),
	// progress, waiting (for what others hold) or done.
	Kind string
	// Moved were sent and deleted; Refused cannot be sent, and stay.
	Moved, Refused int
	// Doubtful may have been sent twice; it is said at the beginning and the end.
	Doubtful []string
	// Seen counts all messages that were met.
	Seen int
	// InFlight are with somebody else and were not looked at.
	InFlight int
	// Blind is why it could not be seen last whether they fail again; nil where it could.
	Blind error
	// Message is about what the event is, the canary's new id or a refusal.
	Message string
	// Journal is the file that tells it all.
	Journal string
	Elapsed time.Duration
}

// redrive is one run.
type redrive struct {
	*walk
	RedriveOptions
	journal     *Journal
	destination string
	// source is the ARN of the queue that they go back to.
	source  string
	limit   int
	fifo    bool
	started time.Time
	breaker *breaker
	event   RedriveEvent
	// left is set when nobody takes the events any more.
	left   bool
	chosen int
	// missing are those of the IDs that were not met yet.
	missing map[string]bool
}

// Redrive moves selected messages from a dead-letter queue back to its source: it
// sends each, and deletes it only when that was acknowledged. Attributes and trace
// header go along. Whoever stops taking the events ends it. Killed anywhere, it loses nothing: the
// same call again, with the same folder, carries on from the journal.
func (q *Queues) Redrive(ctx context.Context, name Name, o RedriveOptions) iter.Seq2[RedriveEvent, error] {
	return func(yield func(RedriveEvent, error) bool) {
		journal, err := q.openJournal(name.DeadLetter())
		if err != nil {
			yield(RedriveEvent{}, err)
			return
		}
		defer journal.close()
		r, err := q.newRedrive(ctx, name, o, journal)
		if err != nil {
			yield(RedriveEvent{}, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		err = r.run(ctx, func(e RedriveEvent) {
			if ctx.Err() == nil && !yield(e, nil) {
				cancel()
				r.left = true
			}
		})
		if back := r.giveBack(ctx); err == nil {
			err = back
		}
		if err == nil {
			err = errors.Join(journal.finish(), r.shortfall())
		}
		if !r.left {
			yield(r.now("done"), err)
		}
	}
}

func (q *Queues) newRedrive(ctx context.Context, name Name, o RedriveOptions, journal *Journal) (*redrive, error) {
	to, err := q.Status(ctx, name.Source())
	if err != nil {
		return nil, err
	}
	w, err := q.newWalk(ctx, name.DeadLetter())
	if err != nil {
		return nil, err
	}
	destination, err := q.url(ctx, to.Physical)
	r := &redrive{
		walk: w, RedriveOptions: o, journal: journal, destination: destination, source: to.ARN, started: q.Clock.Now(),
		limit: min(maxBytes, max(to.MaximumSize, 1024)), fifo: to.FIFO,
		breaker: newBreaker(q, name), missing: maps.Clone(o.IDs),
	}
	if o.Resume {
		r.chosen = journal.count(sent) + journal.count(deleted)
	}
	for id := range o.IDs {
		if journal.fates[id] >= sent {
			delete(r.missing, id)
		}
	}
	return r, err
}

func (r *redrive) now(kind string) RedriveEvent {
	e := r.event
	e.Kind, e.Seen, e.Journal, e.Elapsed, e.Blind = kind, r.seen, r.journal.Path(), r.Clock.Now().Sub(r.started), r.breaker.blind
	if kind == "carried" || kind == "done" {
		e.Doubtful = r.journal.Doubtful()
	}
	return e
}

// passes is how often the queue is walked when messages that were sent could not be
// deleted before they became visible again.
const passes = 3

func (r *redrive) run(ctx context.Context, report func(RedriveEvent)) error {
	if r.journal.begun {
		report(r.now("carried"))
	}
	if err := r.journal.write(entry{Op: "begin", By: r.journal.queues.By, Plan: r.plan()}); err != nil {
		return err
	}
	if r.Canary > 0 {
		whole, err := r.careful(ctx, report)
		if err != nil {
			return err
		}
		if r.CanaryOnly {
			return r.settled()
		}
		if whole {
			return r.outlast(ctx, report)
		}
	}
	for pass := range passes {
		if pass > 0 {
			if err := clock.Sleep(ctx, r.Clock, hold); err != nil {
				return err
			}
		}
		if err := r.pass(ctx, report); err != nil {
			return err
		}
		if r.journal.pending() == 0 {
			return r.outlast(ctx, report)
		}
	}
	return r.giveUp()
}

// giveUp settles what was sent and then not met any more: it is gone, or with
// somebody else. What is here and cannot be deleted remains.
func (r *redrive) giveUp() error {
	var gone []string
	for id, f := range r.journal.fates {
		if f == sent && r.held[id] == nil {
			gone = append(gone, id)
		}
	}
	if err := r.journal.write(entry{Op: "gone", IDs: gone}); err != nil {
		return err
	}
	if left := r.journal.count(sent); left > 0 {
		return problem.New(problem.Failed, "%d messages were sent and could not be deleted", left).
			WithHint("the same command again deletes them, and sends nothing twice")
	}
	return nil
}

func (r *redrive) pass(ctx context.Context, report func(RedriveEvent)) error {
	for batch, err := range r.batches(ctx) {
		if err != nil {
			return err
		}
		if err := r.move(ctx, batch); err != nil {
			return err
		}
		report(r.now("progress"))
		if r.full() && r.journal.count(sent) == 0 {
			return nil
		}
		if err := r.breaker.check(ctx); err != nil {
			return err
		}
	}
	return nil
}

// full reports whether all that is wanted was chosen.
func (r *redrive) full() bool {
	return r.Max > 0 && r.chosen >= r.Max || len(r.IDs) > 0 && len(r.missing) == 0
}

// choose keeps what is to be sent and what is only to be deleted, since a run before
// has sent it.
func (r *redrive) choose(ctx context.Context, batch []*Message) (toSend, toDelete []*Message, err error) {
	if r.needsAutopsy() {
		if err := r.Examine(ctx, r.name, batch); err != nil {
			return nil, nil, err
		}
	}
	for _, m := range batch {
		switch {
		case r.journal.fates[m.ID] == sent, r.journal.fates[m.ID] == deleted:
			toDelete = append(toDelete, m)
		case !r.full() && r.Match(m):
			r.chosen++
			delete(r.missing, m.ID)
			toSend = append(toSend, m)
		}
	}
	return toSend, toDelete, nil
}

// move sends what of a batch is meant and deletes what was acknowledged.
func (r *redrive) move(ctx context.Context, batch []*Message) error {
	toSend, toDelete, err := r.choose(ctx, batch)
	if err != nil {
		return err
	}
	if err := r.delete(ctx, toDelete); err != nil {
		return err
	}
	return r.send(ctx, toSend)
}

func (r *redrive) send(ctx context.Context, messages []*Message) error {
	messages, out := r.prepare(messages)
	if err := r.journal.write(entry{Op: "sending", IDs: ids(messages)}); err != nil {
		return err
	}
	failure := r.deliver(ctx, r.destination, out)
	acknowledged, err := r.account(messages, out)
	if err != nil {
		return err
	}
	if err := r.delete(ctx, acknowledged); err != nil {
		return err
	}
	return failure
}

// prepare makes what is sent. What the destination cannot take is left out.
func (r *redrive) prepare(messages []*Message) (fit []*Message, out []*Outgoing) {
	for _, m := range messages {
		o := &Outgoing{Body: m.Body, Attributes: m.Attributes, Trace: m.Trace}
		if body, ok := r.Bodies[m.ID]; ok {
			o.Body = body
		}
		if r.fifo { // a deduplication id of old would have the send swallowed
			o.Group, o.Deduplication = m.Group, fmt.Sprintf("%s-%d", m.ID, r.started.UnixNano())
		}
		if sizeOf(o.Body, o.Attributes) > r.limit {
			r.event.Refused++
			r.event.Message = m.ID + " is larger than its queue takes"
			continue
		}
		fit, out = append(fit, m), append(out, o)
	}
	return fit, out
}

// account writes down what became of what was sent.
func (r *redrive) account(messages []*Message, out []*Outgoing) (acknowledged []*Message, err error) {
	var done, unsent, doubt entry
	done.Op, unsent.Op, doubt.Op = "sent", "unsent", "doubt"
	now := r.Clock.Now()
	for i, m := range messages {
		o := out[i]
		// Past its time somebody else may have received it as well.
		if h := r.held[m.ID]; o.Doubt || h == nil || now.After(h.until) {
			doubt.IDs = append(doubt.IDs, m.ID)
		}
		switch {
		case o.ID != "":
			acknowledged = append(acknowledged, m)
			done.IDs, done.New = append(done.IDs, m.ID), append(done.New, o.ID)
		case o.Refused != "":
			r.event.Refused++
			r.event.Message = m.ID + ": " + o.Refused
			fallthrough
		case !o.Doubt:
			unsent.IDs = append(unsent.IDs, m.ID)
		}
	}
	r.breaker.watch(done.New)
	for _, e := range []entry{doubt, done, unsent} {
		if err := r.journal.write(e); err != nil {
			return nil, err
		}
	}
	return acknowledged, nil
}

func ids(messages []*Message) []string {
	out := make([]string, 0, len(messages))
	for _, m := range messages {
		out = append(out, m.ID)
	}
	return out
}
