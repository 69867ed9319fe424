// Package sqs is the sandbox's Amazon SQS: queues with their messages, dead-letter
// queues and the way back from them, and the CloudFormation types AWS::SQS::Queue
// and AWS::SQS::QueuePolicy.
//
// A message is two records in the state: what was sent, which never changes, and
// where it stands (message.go). In memory each queue has a backlog (backlog.go) of
// heaps, in which every step costs O(log n). What time brings about (visibility,
// delays, retention) is computed when a queue is looked at; timers only wake long
// polls (poll.go).
package sqs

import (
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service holds the account's queues. Its methods that bear an operation's name
// are that operation, and may be called directly.
type Service struct {
	host *host.Host

	mu     sync.Mutex
	queues *state.Map[queue]
	// deleted keeps when a queue was deleted, since its name is blocked for a while.
	deleted *state.Map[time.Time]
	// policies are the AWS::SQS::QueuePolicy resources by their physical id.
	policies *state.Map[policyProperties]
	// contents and deliveries are the messages by their ids, duplicates what FIFO
	// queues took lately.
	contents   *state.Map[*content]
	deliveries *state.Map[delivery]
	duplicates *state.Map[*duplicate]

	tasks *state.Map[moveTask]

	backlogs map[string]*backlog
	// timers stop the next steps of running move tasks.
	timers map[string]func() bool
	closed bool
	// sequence is the number of the last message that came into a queue.
	sequence uint64
}

// New opens the service on the host's state.
func New(h *host.Host) *Service {
	s := &Service{
		host:       h,
		queues:     state.NewMap[queue](h.State, "sqs.queue"),
		deleted:    state.NewMap[time.Time](h.State, "sqs.deleted"),
		policies:   state.NewMap[policyProperties](h.State, "sqs.policy"),
		contents:   state.NewMap[*content](h.State, "sqs.message"),
		deliveries: state.NewMap[delivery](h.State, "sqs.delivery"),
		duplicates: state.NewMap[*duplicate](h.State, "sqs.duplicate"),
		tasks:      state.NewMap[moveTask](h.State, "sqs.task"),
		backlogs:   map[string]*backlog{},
		timers:     map[string]func() bool{},
	}
	s.restore()
	return s
}

// Close stops message move tasks, which go on when the state is opened again.
func (s *Service) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, stop := range s.timers {
		stop()
	}
}

// Wire describes the service to the router. SQS speaks JSON, and still answers
// clients that speak its older query protocol.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name: "sqs", Protocols: []wire.Protocol{wire.JSON10, wire.Query},
		TargetPrefix: "AmazonSQS", Version: "2012-11-05", Namespace: "http://queue.amazonaws.com/doc/2012-11-05/",
	}
	wire.Handle(w, s.CreateQueue)
	wire.Handle(w, s.DeleteQueue)
	wire.Handle(w, s.GetQueueUrl)
	wire.Handle(w, s.ListQueues)
	wire.Handle(w, s.GetQueueAttributes)
	wire.Handle(w, s.SetQueueAttributes)
	wire.Handle(w, s.TagQueue)
	wire.Handle(w, s.UntagQueue)
	wire.Handle(w, s.ListQueueTags)
	wire.Handle(w, s.ListDeadLetterSourceQueues)
	wire.Handle(w, s.PurgeQueue)
	wire.Handle(w, s.AddPermission)
	wire.Handle(w, s.RemovePermission)
	wire.Handle(w, s.StartMessageMoveTask)
	wire.Handle(w, s.ListMessageMoveTasks)
	wire.Handle(w, s.CancelMessageMoveTask)
	wire.Handle(w, s.SendMessage)
	wire.Handle(w, s.SendMessageBatch)
	wire.Handle(w, s.ReceiveMessage)
	wire.Handle(w, s.DeleteMessage)
	wire.Handle(w, s.DeleteMessageBatch)
	wire.Handle(w, s.ChangeMessageVisibility)
	wire.Handle(w, s.ChangeMessageVisibilityBatch)
	return w
}

// Resources lists the CloudFormation types that the service owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.queueType(), s.queuePolicyType()}
}
