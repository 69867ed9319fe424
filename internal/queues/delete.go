package queues

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/clock"
)

// remove deletes messages that the walk holds, in batches, and gives those that are
// certainly gone. What is past its visibility is left alone: SQS acknowledges such a
// delete and may not do it (DeleteMessage).
func (w *walk) remove(ctx context.Context, messages []*Message) (gone []*Message, err error) {
	for batch := range slices.Chunk(messages, batchSize) {
		for try := 0; try < sendTries && len(batch) > 0; try++ {
			if err := clock.Sleep(ctx, w.Clock, rest(try)); err != nil {
				return gone, err
			}
			done, left, err := w.removeOnce(ctx, batch)
			gone = append(gone, done...)
			if err != nil {
				return gone, err
			}
			batch = left
		}
	}
	return gone, nil
}

func (w *walk) removeOnce(ctx context.Context, batch []*Message) (done, left []*Message, err error) {
	now := w.Clock.Now()
	batch = slices.DeleteFunc(slices.Clone(batch), func(m *Message) bool { return w.held[m.ID] == nil || !w.held[m.ID].until.After(now) })
	if len(batch) == 0 {
		return nil, nil, nil
	}
	in := &sqs.DeleteMessageBatchInput{QueueUrl: &w.url}
	for i, m := range batch {
		in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: new(fmt.Sprint(i)), ReceiptHandle: &w.held[m.ID].handle})
	}
	out, err := w.SQS.DeleteMessageBatch(ctx, in)
	if err != nil {
		return nil, nil, err
	}
	answered := w.Clock.Now()
	for i, m := range batch {
		switch f := failed(out.Failed, i); {
		case f == nil && w.held[m.ID].until.After(answered):
			done = append(done, m)
			w.release(m.ID)
		case f != nil && !f.SenderFault:
			left = append(left, m)
		default: // it comes again, and is deleted then
			w.release(m.ID)
		}
	}
	return done, left, nil
}

// delete removes messages that were sent, and writes that down.
func (r *redrive) delete(ctx context.Context, messages []*Message) error {
	if len(messages) == 0 {
		return nil
	}
	gone, err := r.remove(ctx, messages)
	r.event.Moved += len(gone)
	if written := r.journal.write(entry{Op: "deleted", IDs: ids(gone)}); written != nil {
		return written
	}
	return err
}
