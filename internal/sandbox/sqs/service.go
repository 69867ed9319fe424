// Package sqs is the sandbox's Amazon SQS: queues, their attributes, tags and
// dead-letter relations, and the CloudFormation types AWS::SQS::Queue and
// AWS::SQS::QueuePolicy.
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
	policies *state.Map[attachedPolicy]
}

// New opens the service on the host's state.
func New(h *host.Host) *Service {
	return &Service{
		host:     h,
		queues:   state.NewMap[queue](h.State, "sqs.queue"),
		deleted:  state.NewMap[time.Time](h.State, "sqs.deleted"),
		policies: state.NewMap[attachedPolicy](h.State, "sqs.policy"),
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
	return w
}

// Resources lists the CloudFormation types that the service owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.queueType(), s.queuePolicyType()}
}
