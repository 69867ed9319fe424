package queues

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Status is how a queue stands. Its counts are SQS's, which are approximate.
type Status struct {
	Name     Name
	Physical string
	ARN      string
	// Ready messages can be received, InFlight ones are with a receiver, Delayed ones
	// not yet visible.
	Ready, InFlight, Delayed int
	// HeldByPeek of those in flight are with a peek of this machine.
	HeldByPeek int
	Retention  time.Duration
	Visibility time.Duration
	// MaxReceives is of the redrive policy, 0 without one; DeadLetterARN its target.
	MaxReceives   int
	DeadLetterARN string
	// FIFO queues deliver in order; MaximumSize is in bytes.
	FIFO        bool
	MaximumSize int

	// From CloudWatch; nil where it has no recent value.
	Oldest                  *time.Duration
	ArrivedRate, HandleRate *float64 // messages a second, over five minutes
	// Dead letters only: the oldest expires in Expires or, unless Exact, later.
	Expires *time.Duration
	Exact   bool
}

// Status reads one queue's attributes.
func (q *Queues) Status(ctx context.Context, name Name) (Status, error) {
	s := Status{Name: name, Physical: name.physical(q.Environment)}
	url, err := q.url(ctx, s.Physical)
	if err != nil {
		return s, err
	}
	out, err := q.SQS.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		return s, err
	}
	number := func(name types.QueueAttributeName) int {
		n, _ := strconv.Atoi(out.Attributes[string(name)])
		return n
	}
	s.ARN = out.Attributes["QueueArn"]
	s.Ready = number(types.QueueAttributeNameApproximateNumberOfMessages)
	s.InFlight = number(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible)
	s.Delayed = number(types.QueueAttributeNameApproximateNumberOfMessagesDelayed)
	s.Retention = time.Duration(number(types.QueueAttributeNameMessageRetentionPeriod)) * time.Second
	s.Visibility = time.Duration(number(types.QueueAttributeNameVisibilityTimeout)) * time.Second
	s.MaximumSize = number(types.QueueAttributeNameMaximumMessageSize)
	s.FIFO = out.Attributes[string(types.QueueAttributeNameFifoQueue)] == "true"
	s.redrivePolicy(out.Attributes["RedrivePolicy"])
	if seen := q.lastSighting(name); seen.Until.After(q.Clock.Now()) {
		s.HeldByPeek = min(seen.Held, s.InFlight)
	}
	return s, nil
}

// redrivePolicy reads the policy; maxReceiveCount may be a number or a text.
func (s *Status) redrivePolicy(text string) {
	var policy struct {
		Target string      `json:"deadLetterTargetArn"`
		Count  json.Number `json:"maxReceiveCount"`
	}
	if json.Unmarshal([]byte(text), &policy) == nil {
		n, _ := policy.Count.Int64()
		s.MaxReceives, s.DeadLetterARN = int(n), policy.Target
	}
}

// Messages counts all there are.
func (s Status) Messages() int { return s.Ready + s.InFlight + s.Delayed }
