package sqs

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// maxBatchBytes is what the messages of one batch may have together.
const maxBatchBytes = 1 << 20

// SendMessage puts a message into a queue. On a FIFO queue a second one of the
// same deduplication id within five minutes is answered as the first was.
func (s *Service) SendMessage(ctx context.Context, in *sqs.SendMessageInput) (*sqs.SendMessageOutput, error) {
	entry := &types.SendMessageBatchRequestEntry{
		MessageBody: in.MessageBody, DelaySeconds: in.DelaySeconds, MessageAttributes: in.MessageAttributes,
		MessageSystemAttributes: in.MessageSystemAttributes, MessageGroupId: in.MessageGroupId, MessageDeduplicationId: in.MessageDeduplicationId,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	m, err := s.send(q, entry, given(ctx, "DelaySeconds", in.DelaySeconds))
	if err != nil {
		return nil, err
	}
	return &sqs.SendMessageOutput{
		MessageId: &m.id, MD5OfMessageBody: bodyDigest(m.Body), MD5OfMessageAttributes: attributesDigest(m.Attributes),
		MD5OfMessageSystemAttributes: attributesDigest(m.System), SequenceNumber: m.sequenceNumber(),
	}, nil
}

// SendMessageBatch puts up to ten messages into a queue, some of which may fail.
func (s *Service) SendMessageBatch(ctx context.Context, in *sqs.SendMessageBatchInput) (*sqs.SendMessageBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err == nil {
		err = checkBatch("SendMessageBatchRequestEntry", in.Entries, func(e types.SendMessageBatchRequestEntry) *string { return e.Id })
	}
	if err == nil {
		err = checkBatchSize(in.Entries)
	}
	if err != nil {
		return nil, err
	}
	out := &sqs.SendMessageBatchOutput{Successful: []types.SendMessageBatchResultEntry{}, Failed: []types.BatchResultErrorEntry{}}
	for i, entry := range in.Entries {
		m, err := s.send(q, &entry, given(ctx, fmt.Sprintf("Entries.%d.DelaySeconds", i), entry.DelaySeconds))
		if err != nil {
			out.Failed = append(out.Failed, failed(entry.Id, err))
			continue
		}
		out.Successful = append(out.Successful, types.SendMessageBatchResultEntry{
			Id: entry.Id, MessageId: &m.id, MD5OfMessageBody: bodyDigest(m.Body), MD5OfMessageAttributes: attributesDigest(m.Attributes),
			MD5OfMessageSystemAttributes: attributesDigest(m.System), SequenceNumber: m.sequenceNumber(),
		})
	}
	return out, nil
}

func checkBatchSize(entries []types.SendMessageBatchRequestEntry) error {
	total := 0
	for _, e := range entries {
		total += (&content{Body: aws.ToString(e.MessageBody), Attributes: e.MessageAttributes}).size()
	}
	if total <= maxBatchBytes {
		return nil
	}
	return &types.BatchRequestTooLong{Message: new(fmt.Sprintf(
		"Batch requests cannot be longer than %d bytes. You have sent %d bytes.", maxBatchBytes, total))}
}

// send is called with the lock held. Of a duplicate it gives the first message's
// id and number.
func (s *Service) send(q queue, e *types.SendMessageBatchRequestEntry, delay *int) (*message, error) {
	now := s.host.Clock.Now()
	c := &content{
		Body: aws.ToString(e.MessageBody), Attributes: e.MessageAttributes, System: traced(e.MessageSystemAttributes), Group: aws.ToString(e.MessageGroupId),
		Deduplication: aws.ToString(e.MessageDeduplicationId), Sender: s.host.Account, Sent: now,
	}
	if err := q.check(c, delay); err != nil {
		return nil, err
	}
	if q.fifo() && c.Deduplication == "" {
		c.Deduplication = contentDigest(c.Body)
	}
	b := s.backlog(q)
	m := &message{content: c, delivery: delivery{Queue: q.Name}}
	if known, ok := b.recent.byID[q.deduplicationKey(c)]; ok && q.fifo() {
		m.id, m.Sequence = known.MessageID, known.Sequence
		return m, nil
	}
	m.id = s.uuid()
	m.Visible = now.Add(q.delay(delay))
	s.number(m, now)
	changes := []state.Change{s.contents.Put(m.id, m.content), s.deliveries.Put(m.id, m.delivery)}
	if q.fifo() {
		changes = append(changes, s.remember(b, q, m))
	}
	s.host.State.Commit(changes...)
	b.add(m, now)
	s.measure(q.Name, "NumberOfMessagesSent", 1, "Count")
	s.measure(q.Name, "SentMessageSize", float64(c.size()), "Bytes")
	return m, nil
}

// number gives a message that comes into a queue its place there.
func (s *Service) number(m *message, now time.Time) {
	m.Sequence, m.Arrived = s.next(now), now
}

// next is a number above all earlier ones. Numbers follow the clock, so that they
// also rise over a restart.
func (s *Service) next(now time.Time) uint64 {
	s.sequence = max(s.sequence+1, uint64(now.UnixNano())) //nolint:gosec // after 1970
	return s.sequence
}

// delay is the message's own or the queue's.
func (q queue) delay(own *int) time.Duration {
	if own != nil {
		return time.Duration(*own) * time.Second
	}
	return q.duration("DelaySeconds")
}

func (q queue) duration(attribute string) time.Duration {
	n, _ := strconv.Atoi(q.Attributes[attribute])
	return time.Duration(n) * time.Second
}

func traced(system map[string]types.MessageSystemAttributeValue) map[string]types.MessageAttributeValue {
	if len(system) == 0 {
		return nil
	}
	out := map[string]types.MessageAttributeValue{}
	for name, value := range system {
		out[name] = types.MessageAttributeValue{DataType: value.DataType, StringValue: value.StringValue, BinaryValue: value.BinaryValue}
	}
	return out
}

// sequenceNumber is the 20 digits that FIFO queues give, nil for a standard queue.
func (m *message) sequenceNumber() *string {
	if !m.sequenced() {
		return nil
	}
	return new(fmt.Sprintf("1%019d", m.Sequence))
}

func (s *Service) uuid() string {
	id := s.host.ID(host.Hex, 32)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// given is a number that the caller sent, nil if it was not: zero is a number too.
func given(ctx context.Context, member string, value int32) *int {
	if value == 0 && !wire.Sent(ctx, member) {
		return nil
	}
	return new(int(value))
}
