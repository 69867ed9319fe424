package queues

import (
	"context"
	"maps"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

const (
	// canaryPatience is how long the canaries' invocations are awaited beyond the
	// function's own timeout.
	canaryPatience = 2 * time.Minute
	canaryPoll     = time.Second
)

// careful collects enough messages to know whether there are more than go without a
// canary. If there are, it sends the canaries, gives the others back and waits for
// what becomes of them; if not, it moves all, unless the rest is SQS's, and reports that
// all was walked.
func (r *redrive) careful(ctx context.Context, report func(RedriveEvent)) (whole bool, err error) {
	chosen, missing := r.chosen, maps.Clone(r.missing)
	first, err := r.collect(ctx)
	switch {
	case err != nil:
		return false, err
	case len(first) > NoCanary:
		r.chosen, r.missing = chosen, missing
		return false, r.sendCanaries(ctx, first[:min(r.Canary, len(first))], report)
	case r.CanaryOnly:
		return true, r.giveBack(ctx)
	}
	if err := r.renew(ctx); err != nil {
		return false, err
	}
	err = r.send(ctx, first)
	report(r.now("progress"))
	return err != nil || r.journal.pending() == 0, err
}

// collect chooses until there is more than goes without a canary, or no more.
func (r *redrive) collect(ctx context.Context) (first []*Message, err error) {
	var moved []*Message
	for batch, err := range r.batches(ctx) {
		if err != nil {
			return nil, err
		}
		toSend, toDelete, err := r.choose(ctx, batch)
		if err != nil {
			return nil, err
		}
		first, moved = append(first, toSend...), append(moved, toDelete...)
		if len(first) > NoCanary || r.full() {
			break
		}
	}
	return first, r.delete(ctx, moved)
}

func (r *redrive) sendCanaries(ctx context.Context, canaries []*Message, report func(RedriveEvent)) error {
	if err := r.awake(ctx); err != nil {
		return err
	}
	r.chosen += len(canaries)
	for _, m := range canaries {
		delete(r.missing, m.ID)
	}
	since := r.Clock.Now()
	if err := r.renew(ctx); err != nil {
		return err
	}
	if err := r.send(ctx, canaries); err != nil {
		return err
	}
	if err := r.giveBack(ctx); err != nil {
		return err
	}
	return r.awaitCanaries(ctx, since, report)
}

// awake refuses to send canaries that nobody would take. Whoever may not see that finds
// it out by waiting.
func (r *redrive) awake(ctx context.Context) error {
	function := r.name.Queue.Spec().Consumer
	if state, err := r.consumer(ctx, function, r.source); err != nil || !platform.ConsumerPauses(state) {
		return nil
	}
	return problem.New(problem.Refused, "%s is paused and would process no canary; nothing was sent", function).
		WithHint("keyvex functions resume %s first; --canary 0 goes without", function)
}

// settled reports a canary that SQS would move once more with the rest.
func (r *redrive) settled() error {
	if r.journal.pending() == 0 {
		return nil
	}
	return problem.New(problem.Failed, "the canary was sent and could not be deleted from %s; nothing else was sent", r.name).
		WithHint("keyvex queues redrive %s --resume settles that", r.name.Source())
}

// awaitCanaries waits until all canaries were processed, and fails with the first
// that was not.
func (r *redrive) awaitCanaries(ctx context.Context, since time.Time, report func(RedriveEvent)) error {
	function := r.name.Queue.Spec().Consumer
	deadline := since.Add(function.Spec().Timeout + canaryPatience)
	waiting := map[string]bool{}
	for _, id := range r.breaker.recent {
		waiting[id] = true
		e := r.now("canary")
		e.Message = id
		report(e)
	}
	for len(waiting) > 0 {
		for id := range waiting {
			try, err := r.outcome(ctx, function, id, since)
			switch {
			case err != nil:
				return err
			case try.Error != "":
				return problem.New(problem.Failed, "the canary failed again: %s; nothing else was sent", try.Error).
					WithHint("repair %s first; keyvex queues causes %s shows why the others died", function, r.name)
			case try.Done:
				delete(waiting, id)
			}
		}
		if len(waiting) == 0 {
			return nil
		}
		if r.Clock.Now().After(deadline) {
			return problem.New(problem.Failed, "%s has not processed the canary within %s; nothing else was sent", function, r.Clock.Now().Sub(since).Round(time.Second)).
				WithHint("keyvex functions list shows whether it is paused; --canary 0 goes without")
		}
		if err := clock.Sleep(ctx, r.Clock, canaryPoll); err != nil {
			return err
		}
	}
	return nil
}

// outcome is the last try of a message that was sent since, empty while there is none.
func (q *Queues) outcome(ctx context.Context, function platform.Function, id string, since time.Time) (Try, error) {
	m := &Message{ID: id, FirstReceived: since}
	m.Autopsy = &Autopsy{Function: function}
	for event, err := range q.events(ctx, function, `"`+id+`"`, since) {
		if err != nil {
			return Try{}, err
		}
		messagesByID{id: m}.note(event)
	}
	if err := q.explain(ctx, function, []*Message{m}, since); err != nil || len(m.Autopsy.Tries) == 0 {
		return Try{}, err
	}
	return m.Autopsy.Tries[len(m.Autopsy.Tries)-1], nil
}
