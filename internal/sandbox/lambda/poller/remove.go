package poller

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/clock"
)

// A deletion that fails is tried so often, with this pause.
const (
	deletions   = 3
	deletePause = 200 * time.Millisecond
)

// handBack lets messages come again at once whose invocation the end of the platform
// has cut short: AWS does not end, and nobody waits for a visibility timeout because
// of an evening without the platform.
func (p *Poller) handBack(ctx context.Context, cut []types.Message) {
	url, ok := p.Queues.QueueURL(p.QueueARN)
	if !ok {
		return
	}
	for _, m := range cut {
		// One that fails comes again all the same, later.
		_, _ = p.Queues.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle})
	}
}

// removeSome deletes up to ten messages.
func (p *Poller) removeSome(ctx context.Context, done []types.Message) {
	url, ok := p.Queues.QueueURL(p.QueueARN)
	if !ok {
		return
	}
	in := &sqs.DeleteMessageBatchInput{QueueUrl: &url}
	for n, m := range done {
		in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(n)), ReceiptHandle: m.ReceiptHandle})
	}
	for range deletions {
		out, err := p.Queues.DeleteMessageBatch(ctx, in)
		if err == nil {
			in.Entries = slices.DeleteFunc(in.Entries, func(e types.DeleteMessageBatchRequestEntry) bool {
				return !slices.ContainsFunc(out.Failed, func(f types.BatchResultErrorEntry) bool {
					return aws.ToString(f.Id) == aws.ToString(e.Id) && !f.SenderFault
				})
			})
		}
		if len(in.Entries) == 0 || clock.Sleep(ctx, p.Clock, deletePause) != nil {
			return
		}
	}
}
