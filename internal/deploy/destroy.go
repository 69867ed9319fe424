package deploy

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Destroy deletes all stacks of an environment, dependents first and independent
// ones at the same time, and nothing besides. Events and errors are those of
// [Deployer.Deploy]; it refuses a production tier, stacks with termination
// protection, stacks that somebody else is changing, and buckets that hold objects
// unless they may be emptied, and has changed nothing then.
func (d *Deployer) Destroy(ctx context.Context, env platform.Environment, o DestroyOptions) iter.Seq2[Event, error] {
	return stream(ctx, func(ctx context.Context, box *mailbox) (Event, error) {
		if env.IsProduction() {
			err := problem.New(problem.Refused, "%s has the production tier, destroy leaves it alone", env).
				WithHint("only environments of the development tier can be destroyed")
			return Event{Kind: DoneEvent, Time: d.now(), Result: &Result{}}, err
		}
		doomed, err := d.PlanDestroy(ctx, env)
		if err != nil {
			return Event{Kind: DoneEvent, Time: d.now(), Result: &Result{}}, err
		}
		return d.destroyRun(doomed, o, box).destroy(ctx, doomed)
	})
}

// destroyRun is a run whose plan is to delete.
func (d *Deployer) destroyRun(doomed *DestroyPlan, o DestroyOptions, box *mailbox) *destruction {
	plan := &Plan{Release: Release{Environment: doomed.Environment}}
	for _, s := range doomed.Stacks {
		plan.Stacks = append(plan.Stacks, StackPlan{
			Stack: s.Stack, Name: s.Name, ID: s.stack.id(), Status: s.Status, Action: Delete,
			Estimate: time.Duration(s.Resources) * usualSeconds * time.Second, stack: s.stack, template: &template{},
		})
	}
	r := newRun(d, plan, Options{Cancel: o.Cancel}, box)
	r.deleting = true
	for _, p := range plan.Stacks {
		r.trackers[p.Stack].progress.WaitsFor = present(plan, p.Stack.Dependents())
	}
	return &destruction{run: r, options: o}
}

// present keeps those stacks that the plan has.
func present(plan *Plan, stacks []platform.Stack) []platform.Stack {
	return slices.DeleteFunc(slices.Clone(stacks), func(s platform.Stack) bool {
		return !slices.ContainsFunc(plan.Stacks, func(p StackPlan) bool { return p.Stack == s })
	})
}

type destruction struct {
	*run
	options DestroyOptions
}

func (x *destruction) destroy(ctx context.Context, doomed *DestroyPlan) (Event, error) {
	if err := doomed.refuse(x.options); err != nil {
		x.giveUp()
		return x.done(), err
	}
	byStack := map[platform.Stack]StackPlan{}
	nodes := []platform.Stack{}
	for _, p := range x.plan.Stacks {
		byStack[p.Stack] = p
		nodes = append(nodes, p.Stack)
		x.trackers[p.Stack].enter(Waiting)
	}
	graph[platform.Stack]{
		nodes: nodes,
		needs: platform.Stack.Dependents,
		work: func(s platform.Stack) bool {
			if x.stopping(ctx) {
				x.skip(s)
				return false
			}
			t := x.trackers[s]
			return x.record(s, x.lost(ctx, t, x.deleteStack(ctx, t, byStack[s], doomed)))
		},
		skip: x.skip,
	}.run()
	return x.done(), x.verdict(ctx)
}

// deleteStack waits for what a stack is in, empties its buckets if that is allowed,
// and deletes it.
func (x *destruction) deleteStack(ctx context.Context, t *tracker, p StackPlan, doomed *DestroyPlan) error {
	if inProgress(p.Status) {
		if err := x.attach(ctx, t, p); err != nil {
			return err
		}
		if live, err := x.d.look(ctx, p.ID); err == nil && (live == nil || live.status() == "DELETE_COMPLETE") {
			t.enter(Gone)
			return nil
		}
	}
	if x.cancelled() {
		return x.interruption(p)
	}
	t.enter(Preparing)
	for _, b := range doomed.Buckets {
		if b.Stack != p.Stack || !b.Holds() {
			continue
		}
		deleted, err := x.d.empty(ctx, b.Name)
		if err != nil {
			return err
		}
		t.notice(b.Name + " is empty now, " + counted(deleted, "object version") + " deleted")
	}
	before := x.d.lastEvent(ctx, p.ID)
	if err := x.d.delete(ctx, p.ID, x.nextToken(p.Stack)); err != nil {
		return wrap(err, p.Name, "deleting it")
	}
	t.begin(Deleting, doomed.resources(p.Stack))
	live, err := x.observer(t, p, p.ID, observer{before: before}).watch(ctx)
	if err != nil {
		return err
	}
	if live == nil {
		t.enter(Gone)
		return nil
	}
	return x.notDeleted(t, p, live)
}

// notDeleted is the error of a deletion that failed.
func (x *destruction) notDeleted(t *tracker, p StackPlan, live *liveStack) error {
	events, _ := t.seen()
	c := rootCause(events, live)
	t.blame(c)
	t.enter(Failed)
	return problem.New(problem.Failed, "%s", c.sentence(p.Name)).
		WithHint("see to that resource, then run destroy again: it goes on from there")
}
