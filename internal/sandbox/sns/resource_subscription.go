package sns

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// subscriptionProperties are the properties of AWS::SNS::Subscription.
type subscriptionProperties struct {
	TopicArn            *string `cfn:"required"`
	Protocol            *string `cfn:"required"`
	Endpoint            *string
	DeliveryPolicy      any
	FilterPolicy        any
	FilterPolicyScope   string
	RawMessageDelivery  *bool
	RedrivePolicy       any
	SubscriptionRoleArn string
}

func (s *Service) subscriptionType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::SNS::Subscription", CreateOnly: []string{"Endpoint", "Protocol", "TopicArn"}, Attributes: []string{"Arn"},
		Times: resource.Times{Create: 5 * time.Second, Update: 5 * time.Second, Delete: 5 * time.Second},
	}, resource.Steps[subscriptionProperties]{
		Create: s.createSubscription, Update: s.updateSubscription, Delete: s.deleteSubscription, Read: s.readSubscription,
	})
}

func (p *subscriptionProperties) attributes() map[string]string {
	out := map[string]string{}
	for name, value := range map[string]string{
		"DeliveryPolicy": resource.Document(p.DeliveryPolicy), "FilterPolicy": resource.Document(p.FilterPolicy),
		"FilterPolicyScope": p.FilterPolicyScope, "RedrivePolicy": resource.Document(p.RedrivePolicy),
		"SubscriptionRoleArn": p.SubscriptionRoleArn,
	} {
		if value != "" {
			out[name] = value
		}
	}
	if p.RawMessageDelivery != nil {
		out["RawMessageDelivery"] = strconv.FormatBool(*p.RawMessageDelivery)
	}
	return out
}

func (s *Service) createSubscription(ctx context.Context, _ resource.Request, p *subscriptionProperties) (resource.Result, error) {
	out, err := s.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: p.TopicArn, Protocol: p.Protocol, Endpoint: p.Endpoint, Attributes: p.attributes(), ReturnSubscriptionArn: true,
	})
	if err != nil {
		return resource.Result{}, err
	}
	return subscribed(*out.SubscriptionArn), nil
}

func subscribed(arn string) resource.Result {
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"Arn": arn}}
}

func (s *Service) updateSubscription(_ context.Context, r resource.Request, p *subscriptionProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, err := s.findSubscription(&r.PhysicalID)
	if err != nil {
		return resource.Result{}, err
	}
	if err := checkSubscriptionAttributes(p.attributes()); err != nil {
		return resource.Result{}, err
	}
	sub.Attributes = p.attributes()
	s.subscriptions.Set(sub.ARN, sub)
	return subscribed(sub.ARN), nil
}

func (s *Service) deleteSubscription(ctx context.Context, r resource.Request, _ *subscriptionProperties) error {
	_, err := s.Unsubscribe(ctx, &sns.UnsubscribeInput{SubscriptionArn: &r.PhysicalID})
	return err
}

func (s *Service) readSubscription(_ context.Context, physicalID string) (*subscriptionProperties, bool) {
	sub, ok := s.subscriptions.Get(physicalID)
	if !ok {
		return nil, false
	}
	a := sub.Attributes
	return &subscriptionProperties{
		TopicArn: &sub.TopicARN, Protocol: &sub.Protocol, Endpoint: &sub.Endpoint,
		DeliveryPolicy: resource.Parsed(a["DeliveryPolicy"]), FilterPolicy: resource.Parsed(a["FilterPolicy"]),
		FilterPolicyScope: a["FilterPolicyScope"], RawMessageDelivery: flag(a, "RawMessageDelivery"),
		RedrivePolicy: resource.Parsed(a["RedrivePolicy"]), SubscriptionRoleArn: a["SubscriptionRoleArn"],
	}, true
}
