package queues

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
)

// othersPoll is how often it is looked whether others have given back what they hold.
const othersPoll = time.Second

// outlast walks on until nothing is in flight with others, as long as a peek or a lost
// answer may hide a message. It leaves what others hold longer in the event.
func (r *redrive) outlast(ctx context.Context, report func(RedriveEvent)) error {
	for deadline := r.Clock.Now().Add(hold + othersPoll); !r.full(); {
		status, err := r.Status(ctx, r.name)
		if err != nil {
			return err
		}
		r.event.InFlight = max(0, status.InFlight-len(r.held))
		if r.event.InFlight == 0 && status.Ready == 0 {
			return nil
		}
		if r.Clock.Now().After(deadline) {
			r.event.InFlight += status.Ready // given back just now, and not looked at
			return nil
		}
		report(r.now("waiting"))
		if err := clock.Sleep(ctx, r.Clock, othersPoll); err != nil {
			return err
		}
		if err := r.pass(ctx, report); err != nil {
			return err
		}
	}
	return nil
}

// shortfall is the problem of a redrive that came to its end and has not done all that
// was asked, nil for one that has.
func (r *redrive) shortfall() error {
	switch {
	case r.event.Refused > 0:
		return problem.New(problem.Failed, "%d messages cannot be sent and stay where they are: %s", r.event.Refused, r.event.Message).
			WithHint("keyvex queues redrive %s --id ID --edit changes a body", r.name.Source())
	case r.event.InFlight > 0 && !r.full():
		return withOthers(r.event.InFlight, r.name)
	case len(r.missing) > 0:
		return notMet(r.name, r.missing)
	}
	return nil
}

// withOthers is the problem of messages that others hold.
func withOthers(n int, name Name) error {
	return problem.New(problem.Failed, "%d messages of %s are with somebody else and were not looked at", n, name).
		WithHint("the same command again, when they are given back")
}

// notMet is the problem of messages that were asked for by their ids and are not there.
func notMet(name Name, ids map[string]bool) error {
	return problem.New(problem.NotFound, "%d of the messages are not in %s: %s", len(ids), name, strings.Join(slices.Sorted(maps.Keys(ids)), ", ")).
		WithHint("keyvex queues peek %s shows those that are", name)
}
