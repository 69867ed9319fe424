package sns

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// topic is what is kept of a topic.
type topic struct {
	Name string
	// Attributes are those that were set.
	Attributes map[string]string
	Tags       map[string]string
	// Deleted counts the subscriptions that were confirmed and are gone.
	Deleted int
}

const fifoSuffix = ".fifo"

var nameGrammar = lazy.Regexp(`^[A-Za-z0-9_-]{1,256}$`)

// maxPage is how many entries SNS puts on a page of a list.
const maxPage = 100

func (s *Service) arn(name string) string { return s.host.ARN("sns", name) }

// find gives the topic of that ARN.
func (s *Service) find(arn *string) (topic, error) {
	name, ok := strings.CutPrefix(aws.ToString(arn), s.arn(""))
	if !ok {
		return topic{}, invalid("TopicArn")
	}
	t, ok := s.topics.Get(name)
	if !ok {
		return topic{}, &types.NotFoundException{Message: new("Topic does not exist")}
	}
	return t, nil
}

// CreateTopic makes a topic. One of the same name, attributes and tags is given
// back as it is.
func (s *Service) CreateTopic(_ context.Context, in *sns.CreateTopicInput) (*sns.CreateTopicOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.Name)
	fifo := in.Attributes["FifoTopic"] == "true"
	if !nameGrammar().MatchString(strings.TrimSuffix(name, fifoSuffix)) || len(name) > 256 || fifo != strings.HasSuffix(name, fifoSuffix) {
		return nil, invalid("Topic Name")
	}
	for _, attribute := range slices.Sorted(maps.Keys(in.Attributes)) {
		if err := checkAttribute(attribute, in.Attributes[attribute], onCreate); err != nil {
			return nil, err
		}
	}
	out := &sns.CreateTopicOutput{TopicArn: new(s.arn(name))}
	if known, ok := s.topics.Get(name); ok {
		return out, known.sameAs(in)
	}
	t := topic{Name: name, Attributes: maps.Clone(in.Attributes), Tags: tagMap(in.Tags)}
	if policy := aws.ToString(in.DataProtectionPolicy); policy != "" {
		return nil, invalid("DataProtectionPolicy")
	}
	s.topics.Set(name, t)
	return out, nil
}

// sameAs refuses a second CreateTopic that would need another topic.
func (t topic) sameAs(in *sns.CreateTopicInput) error {
	for name, value := range in.Attributes {
		if t.Attributes[name] != value {
			return invalid("Attributes Reason: Topic already exists with different attributes")
		}
	}
	if len(in.Tags) > 0 && !maps.Equal(t.Tags, tagMap(in.Tags)) {
		return invalid("Tags Reason: Topic already exists with different tags")
	}
	return nil
}

// DeleteTopic removes a topic with its subscriptions. One that is gone is no error.
func (s *Service) DeleteTopic(_ context.Context, in *sns.DeleteTopicInput) (*sns.DeleteTopicOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, ok := strings.CutPrefix(aws.ToString(in.TopicArn), s.arn(""))
	if !ok {
		return nil, invalid("TopicArn")
	}
	for arn, sub := range s.subscriptions.All() {
		if sub.TopicARN == *in.TopicArn {
			s.subscriptions.Delete(arn)
		}
	}
	s.topics.Delete(name)
	return &sns.DeleteTopicOutput{}, nil
}

// ListTopics lists topics by name, a hundred a page.
func (s *Service) ListTopics(_ context.Context, in *sns.ListTopicsInput) (*sns.ListTopicsOutput, error) {
	var all []types.Topic
	for name := range s.topics.All() {
		all = append(all, types.Topic{TopicArn: new(s.arn(name))})
	}
	some, next, err := cut(all, func(t types.Topic) string { return *t.TopicArn }, in.NextToken)
	if err != nil {
		return nil, err
	}
	return &sns.ListTopicsOutput{Topics: some, NextToken: next}, nil
}

// cut gives a page of items that stand in the order of their keys.
func cut[T any](all []T, key func(T) string, token *string) ([]T, *string, error) {
	some, next, ok := page.Of(all, key, aws.ToString(token), maxPage)
	switch {
	case !ok:
		return nil, nil, invalid("NextToken")
	case next == "":
		return append([]T{}, some...), nil, nil
	}
	return some, &next, nil
}

// invalid names the parameter that is wrong, the way SNS does.
func invalid(what string) error {
	return &types.InvalidParameterException{Message: new("Invalid parameter: " + what)}
}
