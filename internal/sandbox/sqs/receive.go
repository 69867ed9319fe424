package sqs

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// AWS's bounds on a receive (ReceiveMessage in the API reference, Amazon SQS
// message quotas).
const (
	maxReceived   = 10
	maxWait       = 20
	maxVisibility = 43200
	maxInFlight   = 120_000
)

// receipt is what a ReceiveMessage asks for, checked.
type receipt struct {
	max        int
	wait       time.Duration
	visibility time.Duration
	url        *string
	// attributes and system are the names of those that are to come along.
	attributes []string
	system     []types.MessageSystemAttributeName
}

// ReceiveMessage gives up to ten messages, and waits for the first if it is told
// to. It ends with ctx's error when the caller goes away.
func (s *Service) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput) (*sqs.ReceiveMessageOutput, error) {
	s.mu.Lock()
	q, err := s.find(in.QueueUrl)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	r, err := q.receipt(ctx, in)
	if err != nil {
		return nil, err
	}
	got, err := s.poll(ctx, r)
	if err != nil {
		return nil, err
	}
	if len(got) == 0 {
		s.measure(q.Name, "NumberOfEmptyReceives", 1, "Count")
	} else {
		s.measure(q.Name, "NumberOfMessagesReceived", float64(len(got)), "Count")
	}
	return &sqs.ReceiveMessageOutput{Messages: got}, nil
}

func (q queue) receipt(ctx context.Context, in *sqs.ReceiveMessageInput) (receipt, error) {
	r := receipt{
		max: 1, wait: q.duration("ReceiveMessageWaitTimeSeconds"), visibility: q.duration("VisibilityTimeout"),
		url: in.QueueUrl, attributes: in.MessageAttributeNames, system: systemNames(in),
	}
	if n := given(ctx, "MaxNumberOfMessages", in.MaxNumberOfMessages); n != nil {
		r.max = *n
		if *n < 1 || *n > maxReceived {
			return r, outOf("MaxNumberOfMessages", *n, "Must be between 1 and 10, if provided.")
		}
	}
	if n := given(ctx, "WaitTimeSeconds", in.WaitTimeSeconds); n != nil {
		r.wait = time.Duration(*n) * time.Second
		if *n < 0 || *n > maxWait {
			return r, outOf("WaitTimeSeconds", *n, "Must be >= 0 and <= 20, if provided.")
		}
	}
	if n := given(ctx, "VisibilityTimeout", in.VisibilityTimeout); n != nil {
		r.visibility = time.Duration(*n) * time.Second
		if *n < 0 || *n > maxVisibility {
			return r, outOf("VisibilityTimeout", *n, "Must be >= 0 and <= 43200, if provided.")
		}
	}
	return r, checkNames(r.system)
}

// receive takes what can be received now. It is called with the lock held.
func (s *Service) receive(q queue, b *backlog, r receipt) ([]types.Message, error) {
	if b.flying.Len() >= maxInFlight {
		if q.fifo() || r.wait > 0 {
			return nil, nil
		}
		return nil, &types.OverLimit{Message: new("Too many messages in flight.")}
	}
	now := s.host.Clock.Now()
	var taken []*message
	var changes []state.Change
	for len(taken) < r.max {
		m := b.available.next()
		if m == nil {
			break
		}
		if target, ok := s.exhausted(q, m); ok {
			changes = append(changes, s.bury(b, target, m, now))
			continue
		}
		b.lift(m)
		m.received(now, now.Add(r.visibility))
		changes = append(changes, s.deliveries.Put(m.id, m.delivery))
		taken = append(taken, m)
	}
	s.host.State.Commit(changes...)
	out := []types.Message{}
	for _, m := range taken {
		b.put(m, now)
		out = append(out, m.seen(r))
	}
	return out, nil
}

func (m *message) received(now, visible time.Time) {
	if m.First.IsZero() {
		m.First = now
	}
	m.Received, m.Visible = now, visible
	m.Receives++
	m.Here++
}

// seen is the message as its receiver sees it.
func (m *message) seen(r receipt) types.Message {
	out := types.Message{
		MessageId: new(m.id), ReceiptHandle: m.handle(), Body: new(m.Body), MD5OfBody: bodyDigest(m.Body),
		MessageAttributes: selected(m.Attributes, r.attributes),
	}
	out.MD5OfMessageAttributes = attributesDigest(out.MessageAttributes)
	for name, value := range m.systemAttributes() {
		if slices.Contains(r.system, types.MessageSystemAttributeNameAll) || slices.Contains(r.system, types.MessageSystemAttributeName(name)) {
			if out.Attributes == nil {
				out.Attributes = map[string]string{}
			}
			out.Attributes[name] = value
		}
	}
	return out
}

func (m *message) systemAttributes() map[string]string {
	out := map[string]string{
		"SenderId": m.Sender, "SentTimestamp": milliseconds(m.Sent), "ApproximateReceiveCount": strconv.Itoa(m.Receives),
		"ApproximateFirstReceiveTimestamp": milliseconds(m.First),
	}
	optional := map[string]string{
		"MessageGroupId": m.Group, "MessageDeduplicationId": m.Deduplication, "SequenceNumber": aws.ToString(m.sequenceNumber()),
		"DeadLetterQueueSourceArn": m.Source, "AWSTraceHeader": aws.ToString(m.System["AWSTraceHeader"].StringValue),
	}
	for name, value := range optional {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

func milliseconds(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
