package queues

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
)

// MoveTask is how SQS's own redrive of a whole dead-letter queue stands.
type MoveTask struct {
	// Status is SQS's: RUNNING, COMPLETED, CANCELLING, CANCELLED or FAILED.
	Status        string
	Moved, ToMove int64
	Started       time.Time
	// Rate is in messages a second, as seen since the task is followed; Remaining is
	// what is left at that rate, 0 where that is not known.
	Rate      float64
	Remaining time.Duration
	Reason    string
	// Attached is set where the task ran before it was asked for.
	Attached bool
	// Blind is why it could not be seen last whether they fail again; nil where it could.
	Blind error
}

// Running reports whether the task goes on.
func (t MoveTask) Running() bool { return t.Status == "RUNNING" || t.Status == "CANCELLING" }

const taskPoll = time.Second

// MaxRate is the most messages a second that a move task may be bound to
// (StartMessageMoveTask).
const MaxRate = 500

// Move has SQS move everything back to the source queue, and yields how that stands
// until it ends; a task that runs already is followed. The task does not need
// whoever follows it: ended by ctx or by its taker, Move leaves it running. But one that it
// began it stops when most of what the consumer is given fails meanwhile. rate is in messages
// a second, 0 for SQS's own choice.
func (q *Queues) Move(ctx context.Context, name Name, rate int) iter.Seq2[MoveTask, error] {
	return func(yield func(MoveTask, error) bool) {
		arn, attached, err := q.startMove(ctx, name, rate)
		if err != nil {
			yield(MoveTask{}, err)
			return
		}
		began, first := q.Clock.Now(), int64(-1)
		breaker := newBreaker(q, name)
		breaker.all = true
		for {
			task, found, err := q.lastMove(ctx, arn)
			if err != nil || !found {
				yield(task, err)
				return
			}
			if first < 0 {
				first = task.Moved
			}
			task.Attached, task.Blind = attached, breaker.blind
			task.project(task.Moved-first, q.Clock.Now().Sub(began))
			if !yield(task, nil) || !task.Running() {
				return
			}
			if err := clock.Sleep(ctx, q.Clock, taskPoll); err != nil {
				yield(task, err)
				return
			}
			if attached {
				continue
			}
			if err := breaker.check(ctx); err != nil {
				yield(q.stopMove(ctx, name, task, err))
				return
			}
		}
	}
}

// stopMove cancels a task and gives how it stands then, with the reason or why it goes on.
func (q *Queues) stopMove(ctx context.Context, name Name, task MoveTask, why error) (MoveTask, error) {
	moved, err := q.CancelMove(ctx, name)
	switch {
	case err == nil:
		task.Status, task.Moved, task.Remaining = "CANCELLED", moved, 0
	case !problem.Is(err, problem.NotFound): // else it has just ended
		return task, problem.New(problem.KindOf(err), "%s; and SQS goes on moving: %s", why, err).
			WithHint("keyvex queues redrive %s --cancel stops it", name.Source()).WithCause(err)
	}
	return task, why
}

func (t *MoveTask) project(moved int64, elapsed time.Duration) {
	if moved <= 0 || elapsed <= 0 {
		return
	}
	t.Rate = float64(moved) / elapsed.Seconds()
	t.Remaining = time.Duration(float64(max(t.ToMove-t.Moved, 0)) / t.Rate * float64(time.Second))
}

func (q *Queues) startMove(ctx context.Context, name Name, rate int) (arn string, attached bool, err error) {
	left, _, err := q.Unfinished(name.DeadLetter())
	if err != nil {
		return "", false, err
	}
	if left.Undeleted > 0 {
		return "", false, problem.New(problem.Refused, "%d messages of %s were sent by a redrive that was killed, and would be sent twice", left.Undeleted, name.DeadLetter()).
			WithHint("keyvex queues redrive %s --resume settles them first", name)
	}
	status, err := q.Status(ctx, name.DeadLetter())
	if err != nil {
		return "", false, err
	}
	if task, found, err := q.lastMove(ctx, status.ARN); err != nil || found && task.Running() {
		return status.ARN, true, err
	}
	source, err := q.Status(ctx, name.Source())
	if err != nil {
		return "", false, err
	}
	// Without a destination SQS moves none that was sent to the dead-letter queue itself.
	in := &sqs.StartMessageMoveTaskInput{SourceArn: &status.ARN, DestinationArn: &source.ARN}
	if rate > 0 {
		in.MaxNumberOfMessagesPerSecond = new(int32(rate))
	}
	_, err = q.SQS.StartMessageMoveTask(ctx, in)
	return status.ARN, false, err
}

// allMoves is how many of a queue's last tasks SQS tells of at most
// (ListMessageMoveTasks, MaxResults).
const allMoves = 10

// moves lists a queue's last tasks, the newest first.
func (q *Queues) moves(ctx context.Context, arn string, most int32) ([]types.ListMessageMoveTasksResultEntry, error) {
	out, err := q.SQS.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &arn, MaxResults: &most})
	if err != nil {
		return nil, err
	}
	return out.Results, nil
}

func newMoveTask(r types.ListMessageMoveTasksResultEntry) MoveTask {
	return MoveTask{
		Status: aws.ToString(r.Status), Moved: r.ApproximateNumberOfMessagesMoved, ToMove: aws.ToInt64(r.ApproximateNumberOfMessagesToMove),
		Started: time.UnixMilli(r.StartedTimestamp).UTC(), Reason: aws.ToString(r.FailureReason),
	}
}

func (q *Queues) lastMove(ctx context.Context, arn string) (MoveTask, bool, error) {
	tasks, err := q.moves(ctx, arn, 1)
	if err != nil || len(tasks) == 0 {
		return MoveTask{}, false, err
	}
	return newMoveTask(tasks[0]), true, nil
}

// Moves lists SQS's own redrives of a queue's dead letters, whoever asked for them, the
// newest first; SQS remembers ten.
func (q *Queues) Moves(ctx context.Context, name Name) ([]MoveTask, error) {
	status, err := q.Status(ctx, name.DeadLetter())
	if err != nil {
		return nil, err
	}
	entries, err := q.moves(ctx, status.ARN, allMoves)
	var out []MoveTask
	for _, e := range entries {
		out = append(out, newMoveTask(e))
	}
	return out, err
}

// Moving reports whether SQS moves the queue's dead letters right now.
func (q *Queues) Moving(ctx context.Context, name Name) (bool, error) {
	status, err := q.Status(ctx, name.DeadLetter())
	if err != nil {
		return false, err
	}
	task, found, err := q.lastMove(ctx, status.ARN)
	return found && task.Running(), err
}

// CancelMove stops the running task; what it moved stays moved.
func (q *Queues) CancelMove(ctx context.Context, name Name) (moved int64, err error) {
	status, err := q.Status(ctx, name.DeadLetter())
	if err != nil {
		return 0, err
	}
	tasks, err := q.moves(ctx, status.ARN, 1)
	if err != nil {
		return 0, err
	}
	if len(tasks) == 0 || tasks[0].TaskHandle == nil {
		return 0, problem.New(problem.NotFound, "no redrive of %s is running", name.DeadLetter()).WithHint("keyvex queues list shows what is in the queues")
	}
	out, err := q.SQS.CancelMessageMoveTask(ctx, &sqs.CancelMessageMoveTaskInput{TaskHandle: tasks[0].TaskHandle})
	if err != nil {
		return 0, err
	}
	return out.ApproximateNumberOfMessagesMoved, nil
}
