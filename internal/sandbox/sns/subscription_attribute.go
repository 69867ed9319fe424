package sns

import (
	"context"
	"maps"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// GetSubscriptionAttributes gives a subscription's attributes.
func (s *Service) GetSubscriptionAttributes(_ context.Context, in *sns.GetSubscriptionAttributesInput) (*sns.GetSubscriptionAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, err := s.findSubscription(in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	out := map[string]string{
		"SubscriptionArn": sub.ARN, "TopicArn": sub.TopicARN, "Protocol": sub.Protocol, "Endpoint": sub.Endpoint, "Owner": s.host.Account,
		"PendingConfirmation": strconv.FormatBool(sub.Pending), "ConfirmationWasAuthenticated": strconv.FormatBool(!sub.Pending),
		"RawMessageDelivery": "false", "SubscriptionPrincipal": s.host.GlobalARN("iam", "root"),
	}
	maps.Copy(out, sub.Attributes)
	return &sns.GetSubscriptionAttributesOutput{Attributes: out}, nil
}

// SetSubscriptionAttributes sets an attribute; an empty value takes it away.
func (s *Service) SetSubscriptionAttributes(_ context.Context, in *sns.SetSubscriptionAttributesInput) (*sns.SetSubscriptionAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub, err := s.findSubscription(in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	name, value := aws.ToString(in.AttributeName), aws.ToString(in.AttributeValue)
	if err := checkSubscriptionAttributes(map[string]string{name: value}); err != nil {
		return nil, err
	}
	attributes := map[string]string{}
	maps.Copy(attributes, sub.Attributes)
	attributes[name] = value
	if value == "" {
		delete(attributes, name)
	}
	sub.Attributes = attributes
	s.subscriptions.Set(sub.ARN, sub)
	return &sns.SetSubscriptionAttributesOutput{}, nil
}
