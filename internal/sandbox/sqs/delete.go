package sqs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// DeleteMessage removes a received message. With the handle of an earlier receive
// it succeeds and leaves the message, as it does for one that is gone. On a FIFO
// queue a handle has expired with its visibility timeout.
func (s *Service) DeleteMessage(_ context.Context, in *sqs.DeleteMessageInput) (*sqs.DeleteMessageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &sqs.DeleteMessageOutput{}, s.deleteReceived(q, in.ReceiptHandle)
}

// DeleteMessageBatch removes up to ten received messages, some of which may fail.
func (s *Service) DeleteMessageBatch(_ context.Context, in *sqs.DeleteMessageBatchInput) (*sqs.DeleteMessageBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err == nil {
		err = checkBatch("DeleteMessageBatchRequestEntry", in.Entries, func(e types.DeleteMessageBatchRequestEntry) *string { return e.Id })
	}
	if err != nil {
		return nil, err
	}
	out := &sqs.DeleteMessageBatchOutput{Successful: []types.DeleteMessageBatchResultEntry{}, Failed: []types.BatchResultErrorEntry{}}
	for _, entry := range in.Entries {
		if err := s.deleteReceived(q, entry.ReceiptHandle); err != nil {
			out.Failed = append(out.Failed, failed(entry.Id, err))
			continue
		}
		out.Successful = append(out.Successful, types.DeleteMessageBatchResultEntry{Id: entry.Id})
	}
	return out, nil
}

// deleteReceived is called with the lock held.
func (s *Service) deleteReceived(q queue, handle *string) error {
	b := s.backlog(q)
	m, err := b.byHandle(q, handle)
	if err != nil {
		return err
	}
	if m != nil && q.fifo() && m.stands != inFlight {
		return outOf("ReceiptHandle", *handle, "The receipt handle has expired.")
	}
	if m != nil {
		b.remove(m)
		s.host.State.Commit(s.forget(m)...)
	}
	s.measure(q.Name, "NumberOfMessagesDeleted", 1, "Count")
	return nil
}

// forget makes the changes that remove a message for good.
func (s *Service) forget(messages ...*message) []state.Change {
	var changes []state.Change
	for _, m := range messages {
		changes = append(changes, s.contents.Remove(m.id), s.deliveries.Remove(m.id))
	}
	return changes
}
