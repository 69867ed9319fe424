package sqs

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// content is what was sent. It never changes, so that a receive does not write it
// again.
type content struct {
	Body          string
	Attributes    map[string]types.MessageAttributeValue `json:",omitempty"`
	System        map[string]types.MessageAttributeValue `json:",omitempty"`
	Group         string                                 `json:",omitempty"`
	Deduplication string                                 `json:",omitempty"`
	Sender        string
	Sent          time.Time
}

// delivery is where a message is and what became of it so far.
type delivery struct {
	Queue string
	// Sequence orders the messages of a queue; Arrived is when this one came into
	// it, which is later than it was sent for one that was moved.
	Sequence uint64
	Arrived  time.Time
	// Visible is from when on it can be received.
	Visible time.Time
	// Received and First are the latest and the first receive, First in any queue.
	Received time.Time `json:",omitzero"`
	First    time.Time `json:",omitzero"`
	// Receives counts them in all queues, as ApproximateReceiveCount does; Here
	// counts them in this queue, as a redrive policy does.
	Receives int `json:",omitempty"`
	Here     int `json:",omitempty"`
	// Source is the ARN of the queue whose redrive policy moved it here.
	Source string `json:",omitempty"`
}

// message is one in memory. Its content is shared with the state and not changed.
type message struct {
	id string
	*content
	delivery

	// stands is where in its backlog it waits, at its position in each heap.
	stands place
	at     [heaps]int
}

// retainedFrom is what the retention period is counted from: the original sending,
// but on FIFO queues the arrival (Amazon SQS dead-letter queues, "message
// retention periods").
func (m *message) retainedFrom() time.Time {
	if m.sequenced() {
		return m.Arrived
	}
	return m.Sent
}

// sequenced reports whether the message is in a FIFO queue.
func (m *message) sequenced() bool { return queue{Name: m.Queue}.fifo() }
