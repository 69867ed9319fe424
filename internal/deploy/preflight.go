package deploy

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// preflight makes the change sets of all stacks that are to be updated, before
// anything is changed anywhere: so a refusal really leaves everything as it was.
func (r *run) preflight(ctx context.Context) error {
	group, groupCtx := errgroup.WithContext(ctx)
	for _, p := range r.plan.Stacks {
		if p.Action != Update {
			continue
		}
		group.Go(func() error {
			r.trackers[p.Stack].enter(Preparing)
			set, err := r.d.prepare(groupCtx, r.plan.Release, p, r.nextToken(p.Stack))
			if err != nil {
				return r.unprepared(ctx, p, err)
			}
			r.mu.Lock()
			r.prepared[p.Stack] = set
			r.mu.Unlock()
			r.trackers[p.Stack].enter(Waiting)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		r.giveUp()
		if ctx.Err() != nil {
			return r.verdict(ctx)
		}
		return err
	}
	if err := r.guardAll(); err != nil {
		r.giveUp()
		return err
	}
	return nil
}

// unprepared decides what a change set that could not be made means. A stack that
// waits for others may get its change set when they are done, and one that somebody
// is changing is looked at again in its turn.
func (r *run) unprepared(ctx context.Context, p StackPlan, err error) error {
	if ctx.Err() == nil && (p.Recheck || raced(err)) {
		r.trackers[p.Stack].enter(Waiting)
		return nil
	}
	return err
}

func (r *run) guardAll() error {
	if r.options.AllowDataLoss {
		return nil
	}
	for _, p := range r.plan.Stacks {
		if set := r.prepared[p.Stack]; set != nil {
			if err := set.guard(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// giveUp ends the run before it began.
func (r *run) giveUp() {
	for _, p := range r.plan.Stacks {
		r.skip(p.Stack)
	}
}

// take gives the stack's change set from before, if it still says what would
// happen: not once a stack that it reads from has moved.
func (r *run) take(ctx context.Context, p StackPlan) *changeSet {
	stale, s := r.ownerMoved(p), p.Stack
	r.mu.Lock()
	set := r.prepared[s]
	delete(r.prepared, s)
	r.mu.Unlock()
	if set != nil && stale {
		r.drop(ctx, set)
		return nil
	}
	return set
}

func (r *run) drop(ctx context.Context, set *changeSet) {
	if !set.empty {
		r.d.discard(ctx, set)
	}
}

// discardPrepared deletes the change sets that were not executed.
func (r *run) discardPrepared(ctx context.Context) {
	var group errgroup.Group
	for s, set := range r.prepared {
		delete(r.prepared, s)
		group.Go(func() error {
			r.drop(ctx, set)
			return nil
		})
	}
	_ = group.Wait()
}

// ownerMoved reports whether a stack that publishes what p reads was changed in
// this run.
func (r *run) ownerMoved(p StackPlan) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, owner := range p.readsFrom {
		if r.moved[owner] {
			return true
		}
	}
	return false
}
