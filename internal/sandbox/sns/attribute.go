package sns

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

type moment bool

const (
	onCreate moment = true
	onSet    moment = false
)

// settable are the topic attributes that a caller can give, and whether their value
// is JSON. FifoTopic alone is fixed at creation.
var settable = map[string]bool{
	"DisplayName": false, "Policy": true, "DeliveryPolicy": true, "KmsMasterKeyId": false, "SignatureVersion": false,
	"TracingConfig": false, "FifoTopic": false, "ContentBasedDeduplication": false, "FifoThroughputScope": false, "ArchivePolicy": true,
}

// maxDisplayName is in characters.
const maxDisplayName = 100

func checkAttribute(name, value string, when moment) error {
	document, ok := settable[name]
	switch {
	case !ok, name == "FifoTopic" && when == onSet:
		return invalid("AttributeName")
	case document && value != "" && !json.Valid([]byte(value)):
		return invalid(name + ": Reason: Policy is not valid JSON")
	case name == "DisplayName" && len([]rune(value)) > maxDisplayName:
		return invalid("DisplayName must be 100 characters or less")
	case name == "SignatureVersion" && !slices.Contains([]string{"", "1", "2"}, value):
		return invalid("SignatureVersion")
	case name == "TracingConfig" && !slices.Contains([]string{"", "PassThrough", "Active"}, value):
		return invalid("TracingConfig")
	}
	return nil
}

// GetTopicAttributes gives the attributes that were set, the defaults, and the
// counts of subscriptions.
func (s *Service) GetTopicAttributes(_ context.Context, in *sns.GetTopicAttributesInput) (*sns.GetTopicAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(in.TopicArn)
	if err != nil {
		return nil, err
	}
	confirmed, pending := s.count(*in.TopicArn)
	out := map[string]string{
		"TopicArn": *in.TopicArn, "Owner": s.host.Account, "DisplayName": "", "Policy": s.defaultPolicy(*in.TopicArn),
		"EffectiveDeliveryPolicy": effectiveDelivery, "SubscriptionsConfirmed": strconv.Itoa(confirmed),
		"SubscriptionsPending": strconv.Itoa(pending), "SubscriptionsDeleted": strconv.Itoa(t.Deleted),
	}
	for name, value := range t.Attributes {
		if value != "" {
			out[name] = value
		}
	}
	return &sns.GetTopicAttributesOutput{Attributes: out}, nil
}

// SetTopicAttributes sets an attribute; an empty value takes it back to its default.
func (s *Service) SetTopicAttributes(_ context.Context, in *sns.SetTopicAttributesInput) (*sns.SetTopicAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(in.TopicArn)
	if err != nil {
		return nil, err
	}
	name, value := aws.ToString(in.AttributeName), aws.ToString(in.AttributeValue)
	if err := checkAttribute(name, value, onSet); err != nil {
		return nil, err
	}
	s.setAttribute(t, name, value)
	return &sns.SetTopicAttributesOutput{}, nil
}

func (s *Service) setAttribute(t topic, name, value string) {
	attributes := map[string]string{}
	maps.Copy(attributes, t.Attributes)
	attributes[name] = value
	if value == "" {
		delete(attributes, name)
	}
	t.Attributes = attributes
	s.topics.Set(t.Name, t)
}

// effectiveDelivery is how SNS retries HTTP endpoints unless told otherwise.
const effectiveDelivery = `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,` +
	`"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},` +
	`"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}`

// defaultPolicy lets the account's own callers do everything with the topic.
func (s *Service) defaultPolicy(arn string) string {
	return fmt.Sprintf(`{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow",`+
		`"Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission","SNS:RemovePermission",`+
		`"SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],"Resource":%q,`+
		`"Condition":{"StringEquals":{"AWS:SourceOwner":%q}}}]}`, arn, s.host.Account)
}
