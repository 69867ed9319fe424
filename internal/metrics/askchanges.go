package metrics

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/metrics/trail"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

// changeWindow is how far back the Overview's changes go.
const changeWindow = 24 * time.Hour

func (c *Collector) askChanges(ctx context.Context) error {
	changes, err := c.ListChanges(ctx, c.Clock.Now().Add(-changeWindow))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes, c.trail = changes.List, changes.Trail
	return err
}

// ReadChanges is ListChanges for somebody who has asked for nothing else before: it
// reads the stacks and the consumers first. An environment that is not there and of which
// nothing is known is an error.
func (c *Collector) ReadChanges(ctx context.Context, since time.Time) (Changes, error) {
	before := []func(context.Context) error{c.askStacks, c.askConsumers}
	missed := each(before, func(ask func(context.Context) error) error { return ask(ctx) })
	out, err := c.ListChanges(ctx, since)
	err = cmp.Or(missed, err)
	c.mu.Lock()
	defer c.mu.Unlock()
	if none := (Stacks{Stacks: c.stacks}).None(); err == nil && none && len(out.List) == 0 {
		err = problem.New(problem.NotFound, "%s is not deployed, and nothing was changed", c.Environment).WithHint("%s, or look further back by --since", c.command("deploy"))
	}
	return out, err
}

// seen is a change as its own source tells it, and how CloudTrail's events of it are
// told from others.
type seen struct {
	Change
	told func(trail.Event) bool
	// ended is when a deploy was over; born tells of a secret's first version, which a
	// deploy makes.
	ended time.Time
	born  bool
}

// ListChanges lists what was changed since a time, the newest first: deploys by the
// stacks' events, versions of secrets, redrives by this machine's journals and SQS's word, consumers
// that are paused. CloudTrail says who did it, and tells what none of them knows; what
// it does not tell is in the list all the same. What the others know is listed beside an
// error, too.
func (c *Collector) ListChanges(ctx context.Context, since time.Time) (Changes, error) {
	var events []trail.Event
	var out Changes
	var asking sync.WaitGroup
	asking.Go(func() { events, out.Trail = c.readTrail(ctx, since) })
	all, err := gather([]func(context.Context, time.Time) ([]seen, error){c.deploys, c.secretVersions, c.redrives, c.moves, c.pauses},
		func(find func(context.Context, time.Time) ([]seen, error)) ([]seen, error) { return find(ctx, since) })
	asking.Wait()
	out.List = c.attribute(all, events)
	slices.SortStableFunc(out.List, func(a, b Change) int { return b.At.Compare(a.At) })
	return out, err
}

func (c *Collector) deploys(ctx context.Context, since time.Time) ([]seen, error) {
	operations, err := c.Stacks.Operations(ctx, c.Environment, since)
	c.charge(len(platform.Stacks), 0)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	build := builds(c.stacks)
	c.mu.Unlock()
	var out []seen
	for i, o := range operations {
		change := Change{At: o.Began, Kind: ChangeDeploy, What: stacksWords(o.Stacks), Run: o.Run, Failed: o.Failed}
		if o.Run != "" {
			change.Via = viaKeyvex
		}
		if o.Deleted {
			change.Kind = ChangeDestroy
		}
		// The stacks tell the build that is there, so only the last deploy's is known.
		if i == 0 && !o.Deleted && !o.Failed && len(build) == 1 {
			change.What = "build " + build[0] + ", " + change.What
		}
		if o.Ended.IsZero() {
			change.What += ", under way"
		}
		out = append(out, seen{Change: change, told: toldOfDeploy(o), ended: o.Ended})
	}
	return out, nil
}

// viaKeyvex is Change.Via of what keyvex did itself.
const viaKeyvex = "keyvex"

func stacksWords(stacks []platform.Stack) string {
	if len(stacks) == 1 {
		return string(stacks[0])
	}
	return fmt.Sprintf("%d stacks", len(stacks))
}

// starting is how long a stack may take to begin after it was asked to.
const starting = time.Minute

// toldOfDeploy fits the calls that began an operation: by keyvex's run, and those that
// bear none by their time.
func toldOfDeploy(o deploy.Operation) func(trail.Event) bool {
	return func(e trail.Event) bool {
		if !stackCall(e) || !slices.Contains(o.Stacks, platform.Stack(e.Place.Name)) {
			return false
		}
		if run, ok := platform.RunOf(e.Token); ok {
			return run == o.Run
		}
		ended := o.Ended
		if ended.IsZero() {
			ended = e.At
		}
		return !e.At.Before(o.Began.Add(-starting)) && !e.At.After(ended)
	}
}

// secretVersions tells of new versions. Secrets Manager keeps their times, and does not
// say who wrote them.
func (c *Collector) secretVersions(ctx context.Context, since time.Time) ([]seen, error) {
	return gather(platform.Secrets, func(secret platform.Secret) (out []seen, err error) {
		versions, err := c.Secrets.History(ctx, secret)
		c.charge(secretCalls/len(platform.Secrets), secretPrice)
		if problem.Is(err, problem.NotFound) {
			return nil, nil
		}
		for i, v := range versions {
			if v.Created.Before(since) {
				continue
			}
			what, first := "new version", i == len(versions)-1
			if first {
				what = "first version"
			}
			out = append(out, seen{
				Change: Change{At: v.Created, Kind: ChangeSecret, Resource: string(secret), What: what}, born: first,
				told: func(e trail.Event) bool {
					return e.Place == trail.Place{Kind: trail.Secret, Name: string(secret)} &&
						(e.Token == v.Version || e.MovedTo == v.Version && e.At.Sub(v.Created) < settlingSecret)
				},
			})
		}
		return out, err
	})
}

// settlingSecret is how soon after its writing a version is made the current one; later
// that is a change by itself.
const settlingSecret = time.Minute

// redrives are those of this machine.
func (c *Collector) redrives(_ context.Context, since time.Time) ([]seen, error) {
	found, err := c.Queues.Redrives(since)
	if err != nil {
		return nil, err
	}
	var out []seen
	for _, r := range found {
		change := Change{
			At: r.Began, Kind: ChangeRedrive, Resource: r.Name.String(), What: howMany(r.Sent), Who: r.By, Via: viaKeyvex, Failed: r.Ended.IsZero(),
		}
		if change.Who == "" {
			change.Who = "somebody on this machine"
		}
		out = append(out, seen{Change: change})
	}
	return out, nil
}

// sameMoment is how far the times of one thing may differ in the words of two services.
const sameMoment = 10 * time.Second

// moves are the redrives that SQS did, for whomever. Where it cannot be asked the
// queues' own rows say so: that hides no other change.
func (c *Collector) moves(ctx context.Context, since time.Time) ([]seen, error) {
	return gather(platform.Queues, func(queue platform.Queue) (out []seen, _ error) {
		tasks, err := c.Queues.Moves(ctx, queues.Name{Queue: queue})
		c.charge(moveCalls/len(platform.Queues), queuePrice)
		if err != nil {
			return nil, nil
		}
		for _, t := range tasks {
			if t.Started.Before(since) {
				continue
			}
			out = append(out, seen{
				Change: Change{
					At: t.Started, Kind: ChangeRedrive, Resource: string(queue), What: howMany(int(t.Moved)) + " by SQS", Failed: t.Status == "FAILED" || t.Status == "CANCELLED",
				},
				told: func(e trail.Event) bool {
					return e.Name == "StartMessageMoveTask" && e.Place.Name == string(queue) && e.At.Sub(t.Started).Abs() <= sameMoment
				},
			})
		}
		return out, nil
	})
}

func howMany(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}

// pauses are the consumers that are off, by when their mapping was changed last: when it
// was off at last, some time after somebody had said so.
func (c *Collector) pauses(_ context.Context, since time.Time) ([]seen, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []seen
	for _, q := range platform.Queues {
		facts := c.consumers[q]
		if !platform.ConsumerPauses(facts.state) || facts.modified.Before(since) {
			continue
		}
		out = append(out, seen{
			Change: Change{At: facts.modified, Kind: ChangePause, Resource: string(q.Spec().Consumer), What: takesNothing + string(q)},
			told: func(e trail.Event) bool {
				before := facts.modified.Sub(e.At)
				return e.Enabled != nil && !*e.Enabled && e.Mapping == facts.mapping && before > -sameMoment && before < pausing
			},
		})
	}
	return out, nil
}

// pausing is how long a mapping may take to be off.
const pausing = 2 * time.Minute

const takesNothing, takesAgain = "takes nothing from ", "takes messages again from "

// builds are the distinct builds of the deployed stacks.
func builds(stacks []deploy.StackStatus) (out []string) {
	for _, s := range stacks {
		if s.Build != "" && !slices.Contains(out, s.Build) {
			out = append(out, s.Build)
		}
	}
	return out
}

// stackCall reports whether an event is a call that began an operation of a stack.
func stackCall(e trail.Event) bool {
	return e.Place.Kind == trail.Stack && slices.Contains([]string{"ExecuteChangeSet", "CreateStack", "UpdateStack", "DeleteStack"}, e.Name)
}

// interfering are calls by which somebody, with keyvex too, turns an operation round.
var interfering = []string{"CancelUpdateStack", "ContinueUpdateRollback", "RollbackStack"}
