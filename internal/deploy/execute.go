package deploy

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Deploy makes a plan so. The stream yields every step and, last, a DoneEvent with
// the error of the whole run:
//
//   - Refused: a stack is blocked, or the plan would lose data; nothing was changed
//   - Failed: a stack failed. What depends on it was not started, all else is done
//   - LeftRunning: the context ended, or a stack could not be followed to its end
//   - Interrupted: Options.Cancel was closed, or the context ended, and nothing runs
//
// Running it again, after any end of the process, carries on where things stand.
func (d *Deployer) Deploy(ctx context.Context, plan *Plan, o Options) iter.Seq2[Event, error] {
	return stream(ctx, func(ctx context.Context, box *mailbox) (Event, error) {
		return newRun(d, plan, o, box).execute(ctx)
	})
}

// run is one execution of a plan.
type run struct {
	d       *Deployer
	plan    *Plan
	options Options
	// deleting is set in a run that destroys.
	deleting bool
	box      *mailbox
	token    string
	started  time.Time
	forecast *forecast
	trackers map[platform.Stack]*tracker

	mu       sync.Mutex
	tokens   int
	prepared map[platform.Stack]*changeSet
	moved    map[platform.Stack]bool
	failures map[platform.Stack]error
	uploaded int
}

func newRun(d *Deployer, plan *Plan, o Options, box *mailbox) *run {
	r := &run{
		d: d, plan: plan, options: o, box: box, token: d.draw(6), started: d.now(),
		forecast: newForecast(plan.Stacks), trackers: map[platform.Stack]*tracker{},
		prepared: map[platform.Stack]*changeSet{}, moved: map[platform.Stack]bool{}, failures: map[platform.Stack]error{},
	}
	for _, p := range plan.Stacks {
		r.trackers[p.Stack] = newTracker(p, r.waits(p), box, d.now, r.forecast)
	}
	return r
}

// nextToken names the next operation of this run.
func (r *run) nextToken(s platform.Stack) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens++
	return platform.RunToken(r.token, string(s), strconv.Itoa(r.tokens))
}

// waits lists the stacks of the plan that p waits for.
func (r *run) waits(p StackPlan) []platform.Stack {
	var out []platform.Stack
	for _, dep := range p.Stack.DependsOn() {
		if slices.ContainsFunc(r.plan.Stacks, func(q StackPlan) bool { return q.Stack == dep }) {
			out = append(out, dep)
		}
	}
	return out
}

func (r *run) execute(ctx context.Context) (Event, error) {
	if err := r.refuseBlocked(); err != nil {
		r.giveUp()
		return r.done(), err
	}
	if !r.plan.Changed() {
		for _, p := range r.plan.Stacks {
			r.trackers[p.Stack].enter(NoChange)
		}
		return r.done(), nil
	}
	for _, p := range r.plan.Stacks {
		r.trackers[p.Stack].enter(Waiting)
	}
	err := r.preflight(ctx)
	if err == nil {
		r.graph(ctx).run()
		err = r.verdict(ctx)
	}
	r.discardPrepared(ctx)
	return r.done(), err
}

func (r *run) refuseBlocked() error {
	for _, p := range r.plan.Stacks {
		if p.Action == Blocked {
			return problem.New(problem.Refused, "%s cannot be deployed: %s", p.Name, p.Reasons[0]).
				WithHint("%s", blockedHint(p, r.plan.Release.Environment.Name))
		}
	}
	return nil
}

// assetNode is the graph's node for the assets, beside the stacks' own.
const assetNode platform.Stack = ""

func (r *run) graph(ctx context.Context) graph[platform.Stack] {
	byStack := map[platform.Stack]StackPlan{}
	nodes := []platform.Stack{}
	if r.plan.uploads() {
		nodes = append(nodes, assetNode)
	}
	for _, p := range r.plan.Stacks {
		byStack[p.Stack] = p
		nodes = append(nodes, p.Stack)
	}
	return graph[platform.Stack]{
		nodes: nodes,
		needs: func(s platform.Stack) []platform.Stack {
			if s == AssetReader {
				return append(s.DependsOn(), assetNode)
			}
			return s.DependsOn()
		},
		work: func(s platform.Stack) bool {
			if r.stopping(ctx) || r.lockedOut() {
				r.skip(s)
				return false
			}
			if s == assetNode {
				return r.record(s, r.upload(ctx))
			}
			return r.record(s, r.stack(ctx, byStack[s]))
		},
		skip: r.skip,
	}
}

// stopping reports whether nothing new is to be started.
func (r *run) stopping(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	case <-r.options.Cancel:
		return true
	default:
		return false
	}
}

func (r *run) skip(s platform.Stack) {
	if t := r.trackers[s]; t != nil {
		t.enter(Skipped)
	}
}

// record keeps the outcome of a node and reports whether it was a success.
func (r *run) record(s platform.Stack, err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		return true
	}
	r.failures[s] = err
	return false
}

func (r *run) done() Event {
	result := &Result{Took: r.d.now().Sub(r.started), Uploaded: r.uploaded}
	for _, p := range r.plan.Stacks {
		one := r.trackers[p.Stack].result()
		one.Err = r.failures[p.Stack]
		result.Stacks = append(result.Stacks, one)
	}
	return Event{Kind: DoneEvent, Time: r.d.now(), Result: result}
}
