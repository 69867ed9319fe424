package sqs

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// maxRate is in messages a second.
const maxRate = 500

// StartMessageMoveTask begins to move what is visible in a dead-letter queue, back
// to where it came from or to the destination.
func (s *Service) StartMessageMoveTask(_ context.Context, in *sqs.StartMessageMoveTaskInput) (*sqs.StartMessageMoveTaskOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	source, err := s.moveSource(in.SourceArn)
	if err == nil {
		err = s.checkMove(source, in)
	}
	if err != nil {
		return nil, err
	}
	now := s.host.Clock.Now()
	t := moveTask{
		ID: fmt.Sprintf("%019d", s.next(now)), Source: *in.SourceArn, Destination: aws.ToString(in.DestinationArn),
		Rate: aws.ToInt32(in.MaxNumberOfMessagesPerSecond), Started: now, Status: taskRunning, ToMove: int64(s.backlog(source).visible()),
	}
	s.tasks.Set(t.ID, t)
	if all := s.tasksOf(t.Source); len(all) > keptTasks {
		s.tasks.Delete(all[keptTasks].ID)
	}
	s.schedule(t)
	return &sqs.StartMessageMoveTaskOutput{TaskHandle: t.handle()}, nil
}

// moveSource finds a queue that other queues have as their dead-letter queue.
func (s *Service) moveSource(arn *string) (queue, error) {
	source, ok := s.byARN(aws.ToString(arn))
	if !ok {
		return queue{}, &types.ResourceNotFoundException{Message: new("The resource that you specified for the SourceArn parameter doesn't exist.")}
	}
	for _, q := range s.queues.All() {
		if q.deadLetterTarget() == *arn {
			return source, nil
		}
	}
	return queue{}, invalidParameter("Source queue must be configured as a Dead Letter Queue.")
}

func (s *Service) checkMove(source queue, in *sqs.StartMessageMoveTaskInput) error {
	if in.DestinationArn != nil {
		target, ok := s.byARN(*in.DestinationArn)
		if !ok {
			return &types.ResourceNotFoundException{Message: new("The resource that you specified for the DestinationArn parameter doesn't exist.")}
		}
		if target.fifo() != source.fifo() || target.Name == source.Name {
			return invalidParameter("Source queue type and destination queue type must match, and they must be different queues.")
		}
	}
	if n := in.MaxNumberOfMessagesPerSecond; n != nil && (*n < 1 || *n > maxRate) {
		return outOf("MaxNumberOfMessagesPerSecond", *n, "You must enter a value between 1 and 500.")
	}
	for _, t := range s.tasksOf(*in.SourceArn) {
		if t.Status == taskRunning {
			return invalidParameter("There is already a task running. Only one active task is allowed for a source queue arn at a given time.")
		}
	}
	return nil
}

// ListMessageMoveTasks lists a source's latest tasks, one unless told otherwise.
func (s *Service) ListMessageMoveTasks(_ context.Context, in *sqs.ListMessageMoveTasksInput) (*sqs.ListMessageMoveTasksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.byARN(aws.ToString(in.SourceArn)); !ok {
		return nil, &types.ResourceNotFoundException{Message: new("The resource that you specified for the SourceArn parameter doesn't exist.")}
	}
	size := 1
	if in.MaxResults != nil {
		size = int(*in.MaxResults)
		if size < 1 || size > keptTasks {
			return nil, outOf("MaxResults", size, "MaxResults must be an integer between 1 and 10.")
		}
	}
	out := &sqs.ListMessageMoveTasksOutput{Results: []types.ListMessageMoveTasksResultEntry{}}
	all := s.tasksOf(*in.SourceArn)
	for _, t := range all[:min(size, len(all))] {
		out.Results = append(out.Results, t.entry())
	}
	return out, nil
}

func (t moveTask) entry() types.ListMessageMoveTasksResultEntry {
	e := types.ListMessageMoveTasksResultEntry{
		ApproximateNumberOfMessagesMoved: t.Moved, ApproximateNumberOfMessagesToMove: &t.ToMove, SourceArn: &t.Source, Status: &t.Status,
		StartedTimestamp: t.Started.UnixMilli(), DestinationArn: nonEmpty(t.Destination), FailureReason: nonEmpty(t.Reason),
	}
	if t.Rate > 0 {
		e.MaxNumberOfMessagesPerSecond = &t.Rate
	}
	if t.Status == taskRunning {
		e.TaskHandle = t.handle()
	}
	return e
}

// CancelMessageMoveTask stops a running task; what it has moved stays moved.
func (s *Service) CancelMessageMoveTask(_ context.Context, in *sqs.CancelMessageMoveTaskInput) (*sqs.CancelMessageMoveTaskOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := taskID(aws.ToString(in.TaskHandle))
	if err != nil {
		return nil, err
	}
	t, ok := s.tasks.Get(id)
	if !ok || t.Status != taskRunning {
		return nil, noSuchTask()
	}
	t.end(taskCancelled, "")
	s.tasks.Set(id, t)
	return &sqs.CancelMessageMoveTaskOutput{ApproximateNumberOfMessagesMoved: t.Moved}, nil
}
