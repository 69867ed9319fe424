package metrics

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/metrics/trail"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// trailPatience is how long CloudTrail is waited for: what it was too slow to tell is
// missing, and all else is there.
const trailPatience = patience - 3*time.Second

// readTrail reads what CloudTrail has since a time, and says how that went.
func (c *Collector) readTrail(ctx context.Context, since time.Time) ([]trail.Event, Trail) {
	if c.history == nil {
		return nil, Trail{}
	}
	bounded, done := c.bounded(ctx, trailPatience)
	defer done()
	reading := c.history.Read(bounded, since)
	c.charge(reading.Calls, 0)
	told := Trail{Err: reading.Err, Cut: reading.Cut}
	if told.Err != nil {
		told.Code = codeOf(told.Err, context.Cause(bounded))
	}
	if p, ok := errors.AsType[*problem.Error](told.Err); ok {
		told.Err = p // in its own words, not the SDK's around them
	} else if told.Code == codeTimeout {
		told.Err = cloud.ErrPatience
	}
	return reading.Events, told
}

// alarmOf finds an alarm of this environment by its physical name.
func (c *Collector) alarmOf(physical string) (string, bool) {
	what, ok := alarmName(c.Environment, physical)
	if ok {
		_, _, _, ok = watched(what)
	}
	return what, ok
}

// attribute says of each change who did it, if events tell, and adds the changes that
// only events tell. No event is told twice.
func (c *Collector) attribute(all []seen, events []trail.Event) []Change {
	c.mu.Lock()
	mappings := map[string]platform.Queue{}
	for q, facts := range c.consumers {
		mappings[facts.mapping] = q
	}
	c.mu.Unlock()
	var out []Change
	for n, s := range all {
		// The oldest event is the one by which it began: events are the newest first.
		for i := len(events) - 1; i >= 0 && s.told != nil; i-- {
			if !s.told(events[i]) {
				continue
			}
			if s.Who == "" {
				s.Who, s.Via = events[i].Who, cmp.Or(events[i].Via, s.Via)
			}
			events = slices.Delete(events, i, i+1)
		}
		all[n] = s
	}
	for _, s := range all {
		if s.born && s.Who == "" {
			s.Who, s.Via, s.Run = madeBy(all, s.At)
		}
		out = append(out, s.Change)
	}
	return append(out, onlyTold(events, mappings)...)
}

// madeBy is who deployed at a time.
func madeBy(all []seen, at time.Time) (who, via, run string) {
	for _, s := range all {
		if s.Kind == ChangeDeploy && !at.Before(s.At) && (s.ended.IsZero() || !at.After(s.ended)) {
			return s.Who, s.Via, s.Run
		}
	}
	return "", "", ""
}

// onlyTold are the changes that nothing but events tells of: consumers that were
// resumed, queues that were emptied, stacks that are gone, what was done by hand.
func onlyTold(events []trail.Event, mappings map[string]platform.Queue) []Change {
	var out []Change
	runs := &gone{}
	for _, e := range events {
		change := Change{At: e.At, Resource: e.Place.Name, Who: e.Who, Via: e.Via}
		switch {
		case stackCall(e):
			runs.add(e)
			continue
		case e.Name == "UpdateEventSourceMapping" && e.Enabled != nil:
			queue, ok := mappings[e.Mapping]
			if !ok {
				continue // of another environment
			}
			change.Kind, change.Resource, change.What = ChangePause, string(queue.Spec().Consumer), takesNothing+string(queue)
			if *e.Enabled {
				change.Kind, change.What = ChangeResume, takesAgain+string(queue)
			}
		case e.Name == "PurgeQueue":
			change.Kind, change.What = ChangePurge, "all its messages deleted"
			if e.Place.Kind == trail.DeadLetter {
				change.Resource = platform.Queue(e.Place.Name).DeadLetter()
			}
		case e.Name == "StartMessageMoveTask":
			change.Kind, change.What = ChangeRedrive, "messages by SQS"
		case e.Place.Kind == trail.Secret && (e.Name == "PutSecretValue" || e.Name == "UpdateSecret"):
			change.Kind, change.What = ChangeSecret, "new version"
		case e.Name == "UpdateSecretVersionStage":
			change.Kind, change.What = ChangeSecret, "another version is current"
		case e.Via == viaKeyvex && !slices.Contains(interfering, e.Name) || e.Place == trail.Place{}:
			continue // what keyvex does around its own operations, and other environments' mappings
		default:
			change.Kind, change.What = ChangeOther, e.Name
		}
		out = append(out, change)
	}
	return append(out, runs.changes...)
}

// gone gathers calls about stacks of which no stack tells any more, those of one hand
// into one change.
type gone struct {
	changes []Change
	stacks  [][]platform.Stack
}

// together is how far the calls of one operation may be apart.
const together = time.Hour

// add takes calls in, the newest first.
func (g *gone) add(e trail.Event) {
	run, _ := platform.RunOf(e.Token)
	kind := ChangeDeploy
	if e.Name == "DeleteStack" {
		kind = ChangeDestroy
	}
	stack := platform.Stack(e.Place.Name)
	at := slices.IndexFunc(g.changes, func(c Change) bool {
		return c.Kind == kind && c.Who == e.Who && c.Via == e.Via && c.Run == run && c.At.Sub(e.At) < together
	})
	if at < 0 {
		at, g.stacks = len(g.changes), append(g.stacks, nil)
		g.changes = append(g.changes, Change{Kind: kind, Who: e.Who, Via: e.Via, Run: run})
	}
	if !slices.Contains(g.stacks[at], stack) {
		g.stacks[at] = append(g.stacks[at], stack)
	}
	g.changes[at].At, g.changes[at].What = e.At, stacksWords(g.stacks[at])
}
