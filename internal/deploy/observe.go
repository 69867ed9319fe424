package deploy

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
)

// observer follows one operation of one stack to its end.
type observer struct {
	d *Deployer
	t *tracker
	// name is for people, id the stack's ARN: names are used again, and a deleted
	// stack answers only to its ARN.
	name, id string
	// before is the newest event that is not of this operation, or token the one
	// of the operation where that is not known.
	before, token string
	// previous is when the stack was updated last before the operation, to tell a
	// stale answer from a quick end.
	previous time.Time
	// cancel is closed when the operation is to be undone; undo does that, once.
	cancel <-chan struct{}
	undo   func(context.Context, *liveStack) error

	started, lastSign, lastAnswer time.Time
	unread                        int
	throttles                     int
	endSeen                       bool
}

// unreadLimit is after how many polls of the events the stack itself is asked,
// even when no event says that it has come to an end.
const unreadLimit = 5

// staleFor is how long a stack may show, after an operation was started, a status
// from before it.
func (p pace) staleFor() time.Duration { return 40 * p.least }

// watch polls until the operation has ended and gives the stack as it is then, nil
// when it is gone. An error means that it could not be followed to its end: by the
// context's end, because the server stopped answering, or because nothing moves.
func (o *observer) watch(ctx context.Context) (*liveStack, error) {
	now := o.d.now()
	o.started, o.lastSign, o.lastAnswer = now, now, now
	for {
		live, ended, err := o.poll(ctx)
		switch {
		case ended:
			return live, nil
		case err != nil:
			if problemErr := o.judge(ctx, err); problemErr != nil {
				return nil, problemErr
			}
		case o.d.now().Sub(o.lastSign) > o.d.pace.stall:
			return nil, o.leftRunning("it has shown no sign of life for "+o.d.pace.stall.String(), nil)
		}
		if err := o.pause(ctx, err); err != nil {
			return nil, o.interrupted(ctx)
		}
	}
}

// poll asks once. The stack itself is asked when the events say that it has ended,
// when they cannot be read, and now and then.
func (o *observer) poll(ctx context.Context) (live *liveStack, ended bool, err error) {
	eventsErr := o.readEvents(ctx)
	o.unread++
	if eventsErr == nil && !o.endSeen && o.unread < unreadLimit {
		return nil, false, nil
	}
	if throttled(eventsErr) {
		return nil, false, eventsErr
	}
	live, err = o.d.look(ctx, o.id)
	if err != nil {
		return nil, false, err
	}
	o.unread, o.lastAnswer, o.throttles = 0, o.d.now(), 0
	if live == nil || live.status() == "DELETE_COMPLETE" {
		return nil, o.gone(live), nil
	}
	if o.stale(live) {
		return live, false, nil
	}
	if o.t.status(live.status()) {
		o.lastSign = o.d.now()
	}
	ended = settled(live.status())
	if ended {
		// Rows may have come between reading the events and reading the stack.
		_ = o.readEvents(ctx)
	}
	return live, ended, nil
}

// gone takes note that there is no stack any more. Right after a creation was
// started, that may only be an answer from before it.
func (o *observer) gone(live *liveStack) bool {
	if live == nil && o.d.now().Sub(o.started) < o.d.pace.staleFor() && o.t.current() != Deleting {
		return false
	}
	o.t.status("DELETE_COMPLETE")
	return true
}

// stale reports whether a stack's answer may be from before the operation: its
// status is an end or a review, nothing has been seen of the operation, and it was
// started only now.
func (o *observer) stale(live *liveStack) bool {
	if live.status() == reviewInProgress {
		return true
	}
	if inProgress(live.status()) || !live.updated().Equal(o.previous) {
		return false
	}
	_, seen := o.t.seen()
	return !seen && o.d.now().Sub(o.started) < o.d.pace.staleFor()
}

// readEvents hands what is new to the tracker, the oldest first.
func (o *observer) readEvents(ctx context.Context) error {
	fresh, err := o.d.events(ctx, o.id, func(e types.StackEvent) bool {
		if o.before != "" {
			return eventID(e) == o.before
		}
		return o.token != "" && aws.ToString(e.ClientRequestToken) != o.token
	})
	if err != nil {
		return err
	}
	o.lastAnswer, o.throttles = o.d.now(), 0
	for _, e := range fresh {
		o.before = eventID(e)
		o.lastSign = o.d.now()
		o.t.observe(e)
		if aboutStack(e) {
			o.endSeen = settled(string(e.ResourceStatus))
		}
	}
	return nil
}

// judge decides whether an error of a poll ends the watching: what is about the
// caller's rights does at once, everything else after long enough.
func (o *observer) judge(ctx context.Context, err error) error {
	switch silent := o.d.now().Sub(o.lastAnswer); {
	case ctx.Err() != nil:
		return o.interrupted(ctx)
	case denied(err):
		return o.leftRunning("it cannot be watched: "+words(err), err)
	case throttled(err):
		o.throttles++
		return o.stalled(err)
	case silent > o.d.pace.patience:
		return o.leftRunning("nothing has been heard of it for "+silent.Round(time.Second).String()+": "+words(err), err)
	}
	return nil
}

func (o *observer) stalled(err error) error {
	if o.d.now().Sub(o.lastAnswer) > o.d.pace.stall {
		return o.leftRunning("it has been throttled for "+o.d.pace.stall.String(), err)
	}
	return nil
}

// pause waits for the next poll, and undoes the operation when that is asked for
// meanwhile. The error is the context's.
func (o *observer) pause(ctx context.Context, failure error) error {
	wait := o.d.pace.interval(o.d.now().Sub(o.started))
	if throttled(failure) {
		wait = o.d.backoff(o.throttles)
	}
	due := make(chan struct{})
	defer o.d.settings.Clock.AfterFunc(wait, func() { close(due) })()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-due:
		return nil
	case <-o.cancel:
	}
	o.cancel = nil
	o.revert(ctx)
	return clock.Sleep(ctx, o.d.settings.Clock, o.d.pace.least)
}

// revert undoes the operation as far as its status allows.
func (o *observer) revert(ctx context.Context) {
	live, err := o.d.look(ctx, o.id)
	if err == nil && live != nil {
		err = o.undo(ctx, live)
	}
	if err != nil {
		o.t.notice(o.name + " could not be cancelled: " + words(err))
	}
}

func (o *observer) leftRunning(why string, err error) error {
	o.t.enter(Running)
	return problem.New(problem.LeftRunning, "%s goes on by itself: %s", o.name, why).WithCause(err).
		WithHint("the same command again follows it and finishes the rest")
}

func (o *observer) interrupted(ctx context.Context) error {
	o.t.enter(Running)
	return problem.New(problem.LeftRunning, "%s goes on by itself, keyvex was interrupted", o.name).
		WithCause(context.Cause(ctx)).
		WithHint("the same command again follows it and finishes the rest")
}

// backoff is a jittered time to wait after being throttled n times in a row: from
// one second to four, doubling to 32 seconds.
func (d *Deployer) backoff(n int) time.Duration {
	const least, most = time.Second, 32 * time.Second
	ceiling := min(most, 4*time.Second<<min(n, 5))
	return least + time.Duration(float64(ceiling-least)*d.chance())
}
