package poller

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// What SQS gives at most in one receive: messages, and seconds of waiting.
const (
	maxReceive = 10
	maxWait    = 20
)

// lostQueue is the pause after a receive that failed.
const lostQueue = time.Second

// batch is messages that were received together.
type batch struct {
	messages []types.Message
	// until is when the first of them can be received again.
	until time.Time
}

// gather receives a batch: what there is after a long poll or, with a window, what
// comes until it closes or the batch is full.
func (p *Poller) gather() (batch, error) {
	visible, ok := p.Queues.VisibilityTimeout(p.QueueARN)
	if !ok {
		return batch{}, errors.New("the queue is not there")
	}
	first, err := p.receive(maxWait, p.Batch)
	began := p.Clock.Now()
	b := batch{messages: first, until: began.Add(visible)}
	for err == nil && len(b.messages) > 0 && len(b.messages) < p.Batch && p.polling.Err() == nil {
		left := p.Window - p.Clock.Now().Sub(began)
		if left < time.Second {
			return b, nil
		}
		var more []types.Message
		more, err = p.receive(min(maxWait, int32(left/time.Second)), p.Batch-len(b.messages))
		b.messages = append(b.messages, more...)
	}
	if len(b.messages) > 0 {
		return b, nil // what was received counts, whatever came after
	}
	return b, err
}

func (p *Poller) receive(seconds int32, most int) ([]types.Message, error) {
	url, ok := p.Queues.QueueURL(p.QueueARN)
	if !ok {
		return nil, errors.New("the queue is not there")
	}
	p.wait(1)
	defer p.wait(-1)
	out, err := p.Queues.ReceiveMessage(p.polling, &sqs.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: int32(min(maxReceive, most)), WaitTimeSeconds: seconds,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		MessageAttributeNames:       []string{"All"},
	})
	if err != nil {
		return nil, err
	}
	return p.sift(out.Messages), nil
}

// sift keeps the messages that are for the function, and deletes the others.
func (p *Poller) sift(received []types.Message) []types.Message {
	var kept, others []types.Message
	for _, m := range received {
		if p.wanted(m) {
			kept = append(kept, m)
		} else {
			others = append(others, m)
		}
	}
	p.remove(p.life.Context(), others)
	return kept
}

// remove deletes messages that were worked on. Those that cannot be deleted come
// again, as SQS promises no less.
func (p *Poller) remove(ctx context.Context, done []types.Message) {
	for len(done) > 0 {
		n := min(maxReceive, len(done))
		p.removeSome(ctx, done[:n])
		done = done[n:]
	}
}
