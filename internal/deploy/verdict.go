package deploy

import (
	"context"
	"errors"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// verdict is the one error of the run: the first stack's that failed, with the names
// of the others, unless the run was ended from outside and something goes on
// without it.
func (r *run) verdict(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil {
		for _, p := range r.plan.Stacks {
			if err := r.failures[p.Stack]; problem.Is(err, problem.LeftRunning) {
				return err
			}
		}
	}
	var failed, cancelled error
	var more []string
	for _, s := range r.nodes() {
		switch err := r.failures[s]; {
		case err == nil, ctx.Err() != nil && ended(err):
		case problem.Is(err, problem.Interrupted):
			cancelled = firstError(cancelled, err)
		case failed == nil:
			failed = err
		default:
			more = append(more, r.called(s))
		}
	}
	if err := firstError(together(failed, more), cancelled); err != nil {
		return err
	}
	if len(r.failures) == 0 && (!r.stopping(ctx) || r.complete()) {
		return nil
	}
	return problem.New(problem.Interrupted, "the run on %s was interrupted, nothing of it is running", r.plan.Release.Environment).
		WithHint("the same command again finishes it").WithCause(context.Cause(ctx))
}

// nodes lists what may have failed: the assets, which others wait for, and the stacks.
func (r *run) nodes() []platform.Stack {
	out := []platform.Stack{assetNode}
	for _, p := range r.plan.Stacks {
		out = append(out, p.Stack)
	}
	return out
}

// called is what people call a node.
func (r *run) called(s platform.Stack) string {
	if s == assetNode {
		return "the upload of the Lambda code"
	}
	return r.plan.Release.Environment.StackName(s)
}

// together adds to the first failure that there are more: there is one error line.
func together(failed error, more []string) error {
	p, ok := errors.AsType[*problem.Error](failed)
	if !ok || len(more) == 0 {
		return failed
	}
	others := more[0] + " failed too"
	if len(more) > 1 {
		others = counted(len(more), "other") + " failed too: " + strings.Join(more, ", ")
	}
	return problem.New(p.Kind, "%s (%s)", p.Message, others).WithHint("%s", p.Hint).WithCause(p)
}

// ended reports whether err only says that the run's context has ended.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// firstError is the first of the two.
func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// lockedOut reports whether the credentials were refused: what has not begun would
// only be refused as well.
func (r *run) lockedOut() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, err := range r.failures {
		if denied(err) {
			return true
		}
	}
	return false
}

// complete reports whether all stacks came to a good end.
func (r *run) complete() bool {
	for _, t := range r.trackers {
		if s := t.current(); s != Complete && s != NoChange && s != Gone {
			return false
		}
	}
	return true
}
