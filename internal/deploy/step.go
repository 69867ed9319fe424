package deploy

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/keyvex/keyvex/internal/problem"
)

// maxRounds bounds how often a stack is looked at anew in one run: attach, delete
// what failed, create, and one race lost to somebody else.
const maxRounds = 5

// stack brings one stack to the release: it does what the plan says, looks again
// when that was only a step on the way, and ends when the stack is as it should be.
func (r *run) stack(ctx context.Context, p StackPlan) error {
	t := r.trackers[p.Stack]
	if p.Action == Unchanged && p.Recheck && r.ownerMoved(p) {
		again, err := r.d.replan(ctx, r.plan.Release, p)
		if err != nil {
			return r.lost(ctx, t, wrap(err, p.Name, "looking at it again"))
		}
		p = again
	}
	for range maxRounds {
		settled, err := r.step(ctx, t, p)
		if settled || err != nil {
			return r.lost(ctx, t, err)
		}
		if r.cancelled() {
			return r.lost(ctx, t, r.interruption(p))
		}
		if p, err = r.d.replan(ctx, r.plan.Release, p); err != nil {
			return r.lost(ctx, t, wrap(err, p.Name, "looking at it again"))
		}
	}
	return r.lost(ctx, t, problem.New(problem.Failed, "%s does not settle: it is %s after %d attempts", p.Name, p.Status, maxRounds).
		WithHint("somebody else may be changing it; keyvex status shows where it stands"))
}

// lost gives a stack its final state when it failed in a way that has not given it
// one.
func (r *run) lost(ctx context.Context, t *tracker, err error) error {
	if err == nil || t.current().Final() {
		return err
	}
	if ctx.Err() != nil {
		t.enter(Skipped)
		return err
	}
	t.blame(cause{reason: words(err)})
	t.enter(Failed)
	return err
}

// step does one thing about a stack and reports whether that settled it.
func (r *run) step(ctx context.Context, t *tracker, p StackPlan) (settled bool, err error) {
	switch p.Action {
	case Unchanged:
		r.settle(t, p)
		return true, nil
	case Protect:
		return true, r.protect(ctx, t, p)
	case Attach:
		return false, r.attach(ctx, t, p)
	case Recreate:
		return false, r.remove(ctx, t, p)
	case Continue:
		return false, r.resume(ctx, t, p)
	case Create, Update:
		return r.apply(ctx, t, p)
	}
	return true, problem.New(problem.Refused, "%s cannot be deployed: %s", p.Name, p.Reasons[0]).
		WithHint("%s", blockedHint(p, r.plan.Release.Environment.Name))
}

// settle ends a stack that is as it should be: complete if something happened to it
// in this run.
func (r *run) settle(t *tracker, p StackPlan) {
	r.mu.Lock()
	moved := r.moved[p.Stack]
	r.mu.Unlock()
	if moved {
		t.enter(Complete)
		return
	}
	t.enter(NoChange)
}

func (r *run) move(p StackPlan) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.moved[p.Stack] = true
}

// protect switches on the termination protection that the tier asks for, and looks
// whether it is on.
func (r *run) protect(ctx context.Context, t *tracker, p StackPlan) error {
	if t.current() == Waiting {
		t.enter(Preparing)
	}
	_, err := r.d.clients.CloudFormation.UpdateTerminationProtection(ctx, &cloudformation.UpdateTerminationProtectionInput{
		StackName: &p.Name, EnableTerminationProtection: aws.Bool(true),
	})
	var live *liveStack
	if err == nil {
		live, err = r.d.look(ctx, p.Name)
	}
	if err == nil && (live == nil || !live.protected()) {
		err = errors.New("the server accepted it, and the stack is still not protected")
	}
	if err != nil {
		return wrap(err, p.Name, "switching on its termination protection")
	}
	t.enter(Complete)
	return nil
}

// attach follows the operation that an earlier run left behind.
func (r *run) attach(ctx context.Context, t *tracker, p StackPlan) error {
	r.move(p)
	token, err := r.d.operationToken(ctx, p.stack)
	if err != nil {
		return wrap(err, p.Name, "reading its events")
	}
	t.begin(Attached, len(p.template.Resources))
	t.notice(p.Name + " is " + p.Status + " since an earlier run, following it")
	_, err = r.observer(t, p, p.ID, observer{token: token}).watch(ctx)
	return err
}

// remove deletes what a failed creation left. It holds nothing: what was created
// was rolled back.
func (r *run) remove(ctx context.Context, t *tracker, p StackPlan) error {
	r.move(p)
	before := r.d.lastEvent(ctx, p.ID)
	if err := r.d.delete(ctx, p.ID, r.nextToken(p.Stack)); err != nil {
		return wrap(err, p.Name, "deleting what its failed creation left")
	}
	t.begin(Deleting, 0)
	live, err := r.observer(t, p, p.ID, observer{before: before}).watch(ctx)
	if err != nil || live == nil {
		return err
	}
	return r.failed(ctx, t, p, live)
}

// resume continues a rollback that got stuck.
func (r *run) resume(ctx context.Context, t *tracker, p StackPlan) error {
	r.move(p)
	before := r.d.lastEvent(ctx, p.ID)
	_, err := r.d.clients.CloudFormation.ContinueUpdateRollback(ctx, &cloudformation.ContinueUpdateRollbackInput{
		StackName: &p.ID, ClientRequestToken: aws.String(r.nextToken(p.Stack)),
	})
	if err != nil {
		return wrap(err, p.Name, "continuing its rollback")
	}
	t.begin(RollingBack, 0)
	live, err := r.observer(t, p, p.ID, observer{before: before}).watch(ctx)
	if err != nil {
		return err
	}
	if live == nil || live.status() == "UPDATE_ROLLBACK_FAILED" {
		return r.failed(ctx, t, p, live)
	}
	return nil
}

func (d *Deployer) delete(ctx context.Context, nameOrID, token string) error {
	_, err := d.clients.CloudFormation.DeleteStack(ctx, &cloudformation.DeleteStackInput{
		StackName: &nameOrID, ClientRequestToken: &token,
	})
	return err
}
