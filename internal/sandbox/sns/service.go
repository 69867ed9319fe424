// Package sns is the sandbox's Amazon SNS: topics, their attributes and
// subscriptions, delivery to queues and into a list of mails, and the
// CloudFormation types AWS::SNS::Topic, AWS::SNS::Subscription and
// AWS::SNS::TopicPolicy.
package sns

import (
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service holds the account's topics. Its methods that bear an operation's name
// are that operation, and may be called directly.
type Service struct {
	host   *host.Host
	queues Queues

	mu     sync.Mutex
	topics *state.Map[topic]
	// subscriptions are by ARN, so that a topic's stand together.
	subscriptions *state.Map[subscription]
	// policies are the AWS::SNS::TopicPolicy resources by their physical id.
	policies *state.Map[policyProperties]
	mails    []Mail
}

// New opens the service on the host's state. Without queues none can be delivered
// to.
func New(h *host.Host, queues Queues) *Service {
	return &Service{
		host:          h,
		queues:        queues,
		topics:        state.NewMap[topic](h.State, "sns.topic"),
		subscriptions: state.NewMap[subscription](h.State, "sns.subscription"),
		policies:      state.NewMap[policyProperties](h.State, "sns.policy"),
	}
}

// Wire describes the service to the router.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name: "sns", Protocols: []wire.Protocol{wire.Query}, Version: "2010-03-31",
		Namespace: "http://sns.amazonaws.com/doc/2010-03-31/",
	}
	wire.Handle(w, s.CreateTopic)
	wire.Handle(w, s.ListTopics)
	wire.Handle(w, s.GetTopicAttributes)
	wire.Handle(w, s.SetTopicAttributes)
	wire.Handle(w, s.DeleteTopic)
	wire.Handle(w, s.Subscribe)
	wire.Handle(w, s.Unsubscribe)
	wire.Handle(w, s.GetSubscriptionAttributes)
	wire.Handle(w, s.SetSubscriptionAttributes)
	wire.Handle(w, s.ListSubscriptions)
	wire.Handle(w, s.ListSubscriptionsByTopic)
	wire.Handle(w, s.Publish)
	wire.Handle(w, s.PublishBatch)
	wire.Handle(w, s.TagResource)
	wire.Handle(w, s.UntagResource)
	wire.Handle(w, s.ListTagsForResource)
	return w
}

// Resources lists the CloudFormation types that the service owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.topicType(), s.subscriptionType(), s.topicPolicyType()}
}
