package sqs

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// GetQueueAttributes gives the attributes asked for by name, or All.
func (s *Service) GetQueueAttributes(_ context.Context, in *sqs.GetQueueAttributesInput) (*sqs.GetQueueAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	all := s.describe(q)
	out := map[string]string{}
	for _, name := range in.AttributeNames {
		value, ok := all[string(name)]
		switch _, settable := attributes[string(name)]; {
		case name == types.QueueAttributeNameAll:
			return &sqs.GetQueueAttributesOutput{Attributes: all}, nil
		case ok:
			out[string(name)] = value
		case !settable:
			return nil, unknownAttribute(string(name))
		}
	}
	return &sqs.GetQueueAttributesOutput{Attributes: out}, nil
}

// describe adds the computed attributes.
func (s *Service) describe(q queue) map[string]string {
	all := maps.Clone(q.Attributes)
	all["QueueArn"] = s.arn(q.Name)
	all["CreatedTimestamp"] = seconds(q.Created)
	all["LastModifiedTimestamp"] = seconds(q.Modified)
	b := s.backlog(q)
	all["ApproximateNumberOfMessages"] = strconv.Itoa(b.visible())
	all["ApproximateNumberOfMessagesNotVisible"] = strconv.Itoa(b.flying.Len())
	all["ApproximateNumberOfMessagesDelayed"] = strconv.Itoa(b.delayed.Len())
	return all
}

func seconds(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// SetQueueAttributes changes attributes; an empty value unsets one.
func (s *Service) SetQueueAttributes(_ context.Context, in *sqs.SetQueueAttributesInput) (*sqs.SetQueueAttributesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if err := s.checkAttributes(q, in.Attributes, onSet); err != nil {
		return nil, err
	}
	s.setAttributes(q, in.Attributes)
	return &sqs.SetQueueAttributesOutput{}, nil
}

func (s *Service) setAttributes(q queue, wanted map[string]string) {
	q.Attributes = maps.Clone(q.Attributes)
	apply(q.Attributes, wanted)
	q.Modified = s.host.Clock.Now()
	s.queues.Set(q.Name, q)
}
