package sns

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/keyvex/keyvex/internal/lazy"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// subscription is what is kept of a subscription.
type subscription struct {
	ARN, TopicARN      string
	Protocol, Endpoint string
	Attributes         map[string]string
	// Pending waits for somebody at the endpoint to confirm.
	Pending bool
}

// endpoints are the protocols there are: what their endpoints look like, how SNS
// names a wrong one, and whether somebody there has to confirm.
var endpoints = map[string]struct {
	grammar  func() *regexp.Regexp
	fault    string
	confirms bool
}{
	"http":        {lazy.Regexp(`^http://.+`), "Endpoint must match the specified protocol", true},
	"https":       {lazy.Regexp(`^https://.+`), "Endpoint must match the specified protocol", true},
	"email":       {lazy.Regexp(`^[^@\s]+@[^@\s]+$`), "Email address", true},
	"email-json":  {lazy.Regexp(`^[^@\s]+@[^@\s]+$`), "Email address", true},
	"sms":         {lazy.Regexp(`^\+?[0-9][0-9./ -]*[0-9]$`), "Invalid SMS endpoint", false},
	"sqs":         {lazy.Regexp(`^arn:aws[a-z-]*:sqs:.+`), "SQS endpoint ARN", false},
	"lambda":      {lazy.Regexp(`^arn:aws[a-z-]*:lambda:.+`), "Lambda endpoint ARN", false},
	"application": {lazy.Regexp(`^arn:aws[a-z-]*:sns:.+`), "Application endpoint arn invalid", false},
	"firehose":    {lazy.Regexp(`^arn:aws[a-z-]*:firehose:.+`), "Firehose endpoint ARN", false},
}

// pendingARN stands in for the ARN of a subscription that is not confirmed.
const pendingARN = "PendingConfirmation"

// Subscribe adds a subscription. The same one again is given back as it is.
func (s *Service) Subscribe(_ context.Context, in *sns.SubscribeInput) (*sns.SubscribeOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(in.TopicArn)
	if err != nil {
		return nil, err
	}
	kind, ok := endpoints[aws.ToString(in.Protocol)]
	switch {
	case !ok:
		return nil, invalid("Amazon SNS does not support this protocol string: " + aws.ToString(in.Protocol))
	case !kind.grammar().MatchString(aws.ToString(in.Endpoint)):
		return nil, invalid(kind.fault)
	}
	if err := checkSubscriptionAttributes(in.Attributes); err != nil {
		return nil, err
	}
	sub, known := s.same(in)
	if !known {
		sub = subscription{
			ARN: s.arn(t.Name) + ":" + s.uuid(), TopicARN: s.arn(t.Name), Protocol: *in.Protocol, Endpoint: *in.Endpoint,
			Attributes: maps.Clone(in.Attributes), Pending: kind.confirms,
		}
		s.subscriptions.Set(sub.ARN, sub)
	}
	if sub.Pending && !in.ReturnSubscriptionArn {
		return &sns.SubscribeOutput{SubscriptionArn: new("pending confirmation")}, nil
	}
	return &sns.SubscribeOutput{SubscriptionArn: &sub.ARN}, nil
}

func (s *Service) same(in *sns.SubscribeInput) (subscription, bool) {
	for _, sub := range s.subscriptions.All() {
		if sub.TopicARN == *in.TopicArn && sub.Protocol == *in.Protocol && sub.Endpoint == *in.Endpoint {
			return sub, true
		}
	}
	return subscription{}, false
}

func (s *Service) uuid() string {
	id := s.host.ID(host.Hex, 32)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// subscriptionSettable are the subscription attributes that a caller can give, and
// whether their value is JSON.
var subscriptionSettable = map[string]bool{
	"DeliveryPolicy": true, "FilterPolicy": true, "FilterPolicyScope": false, "RawMessageDelivery": false, "RedrivePolicy": true,
	"ReplayPolicy": true, "SubscriptionRoleArn": false,
}

func checkSubscriptionAttributes(attributes map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		document, ok := subscriptionSettable[name]
		if !ok {
			return invalid("AttributeName")
		}
		if value := attributes[name]; document && value != "" && !json.Valid([]byte(value)) {
			return invalid(name + ": failed to parse JSON.")
		}
	}
	return nil
}

func (s *Service) findSubscription(arn *string) (subscription, error) {
	if strings.Count(aws.ToString(arn), ":") != strings.Count(s.arn(":"), ":") {
		return subscription{}, invalid("SubscriptionArn Reason: An ARN must have at least 6 elements, not " +
			strconv.Itoa(1+strings.Count(aws.ToString(arn), ":")))
	}
	sub, ok := s.subscriptions.Get(*arn)
	if !ok {
		return subscription{}, &types.NotFoundException{Message: new("Subscription does not exist")}
	}
	return sub, nil
}

// Unsubscribe removes a subscription. One that is gone is no error.
func (s *Service) Unsubscribe(_ context.Context, in *sns.UnsubscribeInput) (*sns.UnsubscribeOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, err := s.findSubscription(in.SubscriptionArn)
	if _, gone := errors.AsType[*types.NotFoundException](err); gone {
		return &sns.UnsubscribeOutput{}, nil
	}
	if err != nil {
		return nil, err
	}
	s.subscriptions.Delete(sub.ARN)
	if t, err := s.find(&sub.TopicARN); err == nil && !sub.Pending {
		t.Deleted++
		s.topics.Set(t.Name, t)
	}
	return &sns.UnsubscribeOutput{}, nil
}

// count gives how many of a topic's subscriptions are confirmed and pending.
func (s *Service) count(topicARN string) (confirmed, pending int) {
	for _, sub := range s.subscriptions.All() {
		switch {
		case sub.TopicARN != topicARN:
		case sub.Pending:
			pending++
		default:
			confirmed++
		}
	}
	return confirmed, pending
}

// ListSubscriptions lists all subscriptions, a hundred a page.
func (s *Service) ListSubscriptions(_ context.Context, in *sns.ListSubscriptionsInput) (*sns.ListSubscriptionsOutput, error) {
	some, next, err := s.listed("", in.NextToken)
	return &sns.ListSubscriptionsOutput{Subscriptions: some, NextToken: next}, err
}

// ListSubscriptionsByTopic lists a topic's subscriptions, a hundred a page.
func (s *Service) ListSubscriptionsByTopic(_ context.Context, in *sns.ListSubscriptionsByTopicInput) (*sns.ListSubscriptionsByTopicOutput, error) {
	if _, err := s.find(in.TopicArn); err != nil {
		return nil, err
	}
	some, next, err := s.listed(*in.TopicArn, in.NextToken)
	return &sns.ListSubscriptionsByTopicOutput{Subscriptions: some, NextToken: next}, err
}

func (s *Service) listed(topicARN string, token *string) ([]types.Subscription, *string, error) {
	var all []subscription
	for _, sub := range s.subscriptions.All() {
		if topicARN == "" || sub.TopicARN == topicARN {
			all = append(all, sub)
		}
	}
	some, next, err := cut(all, func(sub subscription) string { return sub.ARN }, token)
	if err != nil {
		return nil, nil, err
	}
	out := []types.Subscription{}
	for _, sub := range some {
		arn := sub.ARN
		if sub.Pending {
			arn = pendingARN
		}
		out = append(out, types.Subscription{
			SubscriptionArn: &arn, TopicArn: &sub.TopicARN, Protocol: &sub.Protocol, Endpoint: &sub.Endpoint, Owner: &s.host.Account,
		})
	}
	return out, next, nil
}
