package deploy

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/keyvex/keyvex/internal/problem"
)

// apply creates or updates a stack by a change set and follows it. It reports
// false without an error when the stack was busy all of a sudden and has to be
// looked at again.
func (r *run) apply(ctx context.Context, t *tracker, p StackPlan) (settled bool, err error) {
	set := r.take(ctx, p)
	if set == nil {
		t.enter(Preparing)
		if set, err = r.d.prepare(ctx, r.plan.Release, p, r.nextToken(p.Stack)); err != nil {
			return !raced(err), onlyUnless(err, raced(err))
		}
		if !r.options.AllowDataLoss {
			if err := set.guard(p); err != nil {
				r.drop(ctx, set)
				return true, err
			}
		}
	}
	if set.empty {
		return true, r.finish(ctx, t, p, p.stack)
	}
	return true, r.executeSet(ctx, t, p, set)
}

// raced reports whether a change set was refused because the stack is being
// changed by somebody else, or has come or gone since it was looked at.
func raced(err error) bool {
	w := words(err)
	return code(err) == "ValidationError" && (strings.Contains(w, "_IN_PROGRESS state and can not be updated") ||
		strings.Contains(w, "already exists and cannot be created again"))
}

func onlyUnless(err error, dropped bool) error {
	if dropped {
		return nil
	}
	return err
}

// executeSet starts a change set and follows the stack to its end.
func (r *run) executeSet(ctx context.Context, t *tracker, p StackPlan, set *changeSet) error {
	if r.cancelled() {
		r.drop(ctx, set)
		return r.interruption(p)
	}
	o := observer{}
	if p.Action == Update {
		o.before = r.d.lastEvent(ctx, set.stackID)
	}
	token := r.nextToken(p.Stack)
	_, err := r.d.clients.CloudFormation.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{
		ChangeSetName: &set.id, StackName: &set.stackID, ClientRequestToken: &token,
		DisableRollback: aws.Bool(false), RetainExceptOnCreate: aws.Bool(true),
	})
	state := Updating
	if p.Action == Create {
		state = Creating
	}
	if err != nil && !r.startedAnyway(ctx, set, token) {
		defer r.d.discard(ctx, set)
		return r.notStarted(ctx, p, set, err)
	}
	r.move(p)
	t.begin(state, len(set.changes))
	live, err := r.observer(t, p, set.stackID, o).watch(ctx)
	if err != nil {
		return err
	}
	if live == nil || !strings.HasSuffix(live.status(), "_COMPLETE") || strings.Contains(live.status(), "ROLLBACK") {
		return r.failed(ctx, t, p, live)
	}
	return r.finish(ctx, t, p, live)
}

// startedAnyway reports whether the stack is in the operation that ExecuteChangeSet
// failed to confirm: its answer may have been lost.
func (r *run) startedAnyway(ctx context.Context, set *changeSet, token string) bool {
	if ctx.Err() != nil {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(context.WithoutCancel(ctx), discardTimeout)
		defer stop()
	}
	live, err := r.d.look(ctx, set.stackID)
	if err != nil || live == nil || live.status() == reviewInProgress {
		return false
	}
	found, err := r.d.operationToken(ctx, live)
	return err == nil && found == token
}

// notStarted is the error of a change set that could not be executed. Some servers
// do everything while they answer: then the events may say which resource it was.
func (r *run) notStarted(ctx context.Context, p StackPlan, set *changeSet, err error) error {
	if ctx.Err() != nil || denied(err) {
		return err
	}
	if !answered(err) {
		return wrap(err, p.Name, "executing its change set")
	}
	events, _ := r.d.events(ctx, set.stackID, nowhere)
	c := unfinished(events)
	if p.Action == Create {
		c.status = "CREATE_FAILED"
	} else {
		c.status = "UPDATE_FAILED"
	}
	c.reason = words(err)
	return r.d.refused(ctx, p, set.stackID, "executing its change set", c, err)
}

// finish ends a stack that is as it should be, protected where the tier asks for it.
func (r *run) finish(ctx context.Context, t *tracker, p StackPlan, live *liveStack) error {
	if r.plan.Release.Environment.Spec().TerminationProtection && (live == nil || !live.protected()) {
		return r.protect(ctx, t, p)
	}
	r.settle(t, p)
	return nil
}

// failed is the error of a stack whose operation ended badly.
func (r *run) failed(ctx context.Context, t *tracker, p StackPlan, live *liveStack) error {
	events, _ := t.seen()
	c := rootCause(events, live)
	if live != nil {
		c = r.d.accuse(ctx, p, live.id(), c)
	}
	t.blame(c)
	status := "DELETE_COMPLETE"
	if live != nil {
		status = live.status()
	}
	undone := status == "DELETE_COMPLETE" || strings.HasSuffix(status, "ROLLBACK_COMPLETE")
	if undone {
		t.enter(RolledBack)
	} else {
		t.enter(Failed)
	}
	if r.cancelled() && undone {
		return problem.New(problem.Interrupted, "%s was cancelled and is %s", p.Name, status).
			WithHint("the same command again deploys it")
	}
	return problem.New(problem.Failed, "%s", c.sentence(p.Name)).WithHint("%s", failedHint(p, status))
}

func failedHint(p StackPlan, status string) string {
	switch {
	case strings.HasSuffix(status, "UPDATE_ROLLBACK_COMPLETE"):
		return p.Name + " is back at what it was; mend the cause, then deploy again"
	case strings.HasPrefix(status, "ROLLBACK"), status == "DELETE_COMPLETE":
		return "what was created of " + p.Name + " is undone; mend the cause, then deploy again"
	}
	return p.Name + " is " + status + "; mend the cause, then deploy again: it goes on from there"
}

func (r *run) interruption(p StackPlan) error {
	return problem.New(problem.Interrupted, "%s was cancelled before it began", p.Name).
		WithHint("the same command again takes it up")
}

func (r *run) cancelled() bool {
	select {
	case <-r.options.Cancel:
		return true
	default:
		return false
	}
}
