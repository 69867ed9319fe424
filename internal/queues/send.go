package queues

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
)

// Outgoing is a message to be sent, and what became of it.
type Outgoing struct {
	Body       string
	Attributes map[string]Attribute
	// Group and Deduplication are for FIFO queues, Trace is the X-Ray trace header.
	Group, Deduplication, Trace string

	// ID is what SQS called it; empty until SQS acknowledged it.
	ID string
	// Doubt is set when a call about it broke off, so that it may have been sent
	// once more than is known.
	Doubt bool
	// Refused is why it can never be sent.
	Refused string
}

func (o *Outgoing) settled() bool { return o.ID != "" || o.Refused != "" }

const (
	// maxBytes are the most of a message and of a batch together (SQS quotas).
	maxBytes = 1 << 20
	// sendTries and the back-off between them outlast about half a minute.
	sendTries              = 10
	firstRest, longestRest = 100 * time.Millisecond, 5 * time.Second
)

// once turns the SDK's own retries off: whoever sends twice has to know it.
func once(o *sqs.Options) { o.Retryer = aws.NopRetryer{} }

// deliver sends messages to a queue, in batches by count and bytes, and tries again
// what failed for no reason of its own. It fails when some could not be settled.
func (q *Queues) deliver(ctx context.Context, url string, messages []*Outgoing) error {
	for _, batch := range batches(messages) {
		if err := q.deliverBatch(ctx, url, batch); err != nil {
			return err
		}
	}
	return nil
}

func (q *Queues) deliverBatch(ctx context.Context, url string, batch []*Outgoing) error {
	var last error
	for try := range sendTries {
		if err := clock.Sleep(ctx, q.Clock, rest(try)); err != nil {
			return err
		}
		if last = q.sendOnce(ctx, url, batch); last != nil && hopeless(last) {
			return last
		}
		if batch = slices.DeleteFunc(slices.Clone(batch), (*Outgoing).settled); len(batch) == 0 {
			return nil
		}
	}
	return problem.New(problem.Failed, "%d messages could not be sent in %d tries", len(batch), sendTries).
		WithHint("the same command again carries on").WithCause(last)
}

func rest(try int) time.Duration {
	if try == 0 {
		return 0
	}
	return min(firstRest<<(try-1), longestRest)
}

// sendOnce makes one call and notes what became of each message.
func (q *Queues) sendOnce(ctx context.Context, url string, batch []*Outgoing) error {
	in := &sqs.SendMessageBatchInput{QueueUrl: &url}
	for i, m := range batch {
		in.Entries = append(in.Entries, m.entry(i))
	}
	out, err := q.SQS.SendMessageBatch(ctx, in, once)
	if err != nil {
		for _, m := range batch {
			m.Doubt = m.Doubt || !refusedWhole(err)
		}
		return err
	}
	for _, ok := range out.Successful {
		if i := index(ok.Id, len(batch)); i >= 0 {
			batch[i].ID = aws.ToString(ok.MessageId)
		}
	}
	for i, m := range batch {
		switch f := failed(out.Failed, i); {
		case f == nil:
			m.Doubt = m.Doubt || m.ID == "" // an answer that does not say
		case f.SenderFault:
			m.Refused = strings.TrimSuffix(aws.ToString(f.Code)+": "+aws.ToString(f.Message), ".")
		}
	}
	return nil
}

func index(id *string, length int) int {
	var i int
	if _, err := fmt.Sscan(aws.ToString(id), &i); err != nil || i >= length {
		return -1
	}
	return i
}

func (o *Outgoing) entry(i int) types.SendMessageBatchRequestEntry {
	entry := types.SendMessageBatchRequestEntry{Id: new(fmt.Sprint(i)), MessageBody: &o.Body}
	if o.Group != "" {
		entry.MessageGroupId = &o.Group
	}
	if o.Deduplication != "" {
		entry.MessageDeduplicationId = &o.Deduplication
	}
	if o.Trace != "" {
		entry.MessageSystemAttributes = map[string]types.MessageSystemAttributeValue{
			string(types.MessageSystemAttributeNameForSendsAWSTraceHeader): {DataType: new("String"), StringValue: &o.Trace},
		}
	}
	for name, a := range o.Attributes {
		value := types.MessageAttributeValue{DataType: &a.Type}
		if strings.HasPrefix(a.Type, "Binary") {
			value.BinaryValue = a.Binary
		} else {
			value.StringValue = &a.String
		}
		if entry.MessageAttributes == nil {
			entry.MessageAttributes = map[string]types.MessageAttributeValue{}
		}
		entry.MessageAttributes[name] = value
	}
	return entry
}

// refusedWhole reports whether a failed call has certainly sent nothing: SQS itself
// said so, and not that something broke on its side.
func refusedWhole(err error) bool {
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && (api.ErrorFault() == smithy.FaultClient || throttled(api.ErrorCode()))
}

func throttled(code string) bool {
	return slices.Contains([]string{"RequestThrottled", "ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException"}, code)
}

// hopeless reports whether trying again cannot help.
func hopeless(err error) bool {
	return problem.Is(err, problem.Credentials) || problem.Is(err, problem.NotFound) || problem.Is(err, problem.Refused) || errors.Is(err, context.Canceled)
}

// batches cuts messages into what one call takes.
func batches(messages []*Outgoing) [][]*Outgoing {
	var out [][]*Outgoing
	bytes := 0
	for _, m := range messages {
		size := sizeOf(m.Body, m.Attributes)
		if last := len(out) - 1; last >= 0 && len(out[last]) < batchSize && bytes+size <= maxBytes {
			out[last] = append(out[last], m)
			bytes += size
			continue
		}
		out = append(out, []*Outgoing{m})
		bytes = size
	}
	return out
}

// Send sends messages to a queue. Each Outgoing tells what became of it.
func (q *Queues) Send(ctx context.Context, name Name, messages []*Outgoing) error {
	url, err := q.url(ctx, name.physical(q.Environment))
	if err != nil {
		return err
	}
	return q.deliver(ctx, url, messages)
}

// SendBody sends one message with that body.
func (q *Queues) SendBody(ctx context.Context, name Name, body string) (Outgoing, error) {
	m := &Outgoing{Body: body}
	err := q.Send(ctx, name, []*Outgoing{m})
	if err == nil && m.Refused != "" {
		err = problem.New(problem.Failed, "SQS refused the message: %s", m.Refused).WithHint("a message has 1 MiB at most")
	}
	return *m, err
}
