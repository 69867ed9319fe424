package sqs

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// ChangeMessageVisibility lets a received message be invisible from now on for
// that long, at most twelve hours after its receive.
func (s *Service) ChangeMessageVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput) (*sqs.ChangeMessageVisibilityOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &sqs.ChangeMessageVisibilityOutput{}, s.changeVisibility(q, in.ReceiptHandle, int(in.VisibilityTimeout))
}

// ChangeMessageVisibilityBatch does it for up to ten messages, some of which may
// fail.
func (s *Service) ChangeMessageVisibilityBatch(_ context.Context, in *sqs.ChangeMessageVisibilityBatchInput) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err == nil {
		err = checkBatch("ChangeMessageVisibilityBatchRequestEntry", in.Entries, func(e types.ChangeMessageVisibilityBatchRequestEntry) *string { return e.Id })
	}
	if err != nil {
		return nil, err
	}
	out := &sqs.ChangeMessageVisibilityBatchOutput{
		Successful: []types.ChangeMessageVisibilityBatchResultEntry{}, Failed: []types.BatchResultErrorEntry{},
	}
	for _, entry := range in.Entries {
		if err := s.changeVisibility(q, entry.ReceiptHandle, int(entry.VisibilityTimeout)); err != nil {
			out.Failed = append(out.Failed, failed(entry.Id, err))
			continue
		}
		out.Successful = append(out.Successful, types.ChangeMessageVisibilityBatchResultEntry{Id: entry.Id})
	}
	return out, nil
}

// changeVisibility is called with the lock held.
func (s *Service) changeVisibility(q queue, handle *string, timeout int) error {
	b := s.backlog(q)
	m, err := b.byHandle(q, handle)
	switch {
	case err != nil:
		return err
	case timeout < 0 || timeout > maxVisibility:
		return outOf("VisibilityTimeout", timeout, "Must be between 0 and 43200.")
	case m == nil:
		return outOf("ReceiptHandle", *handle, "Message does not exist or is not available for visibility timeout change.")
	case m.stands != inFlight:
		return &types.MessageNotInflight{Message: new("The specified message isn't in flight.")}
	}
	now := s.host.Clock.Now()
	visible := now.Add(time.Duration(timeout) * time.Second)
	if visible.Sub(m.Received) > maxVisibility*time.Second {
		return outOf("VisibilityTimeout", timeout, fmt.Sprintf("Total VisibilityTimeout for the message is beyond the limit [%d seconds]", maxVisibility))
	}
	b.lift(m)
	m.Visible = visible
	s.host.State.Commit(s.deliveries.Put(m.id, m.delivery))
	b.put(m, now)
	return nil
}
