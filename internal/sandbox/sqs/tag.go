package sqs

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// maxTags is how many tags a queue can have.
const maxTags = 50

// TagQueue adds tags, and overwrites those whose key is there.
func (s *Service) TagQueue(_ context.Context, in *sqs.TagQueueInput) (*sqs.TagQueueOutput, error) {
	err := s.changeTags(in.QueueUrl, func(tags map[string]string) { maps.Copy(tags, in.Tags) })
	return &sqs.TagQueueOutput{}, err
}

// UntagQueue removes tags; a key that is not there is no error.
func (s *Service) UntagQueue(_ context.Context, in *sqs.UntagQueueInput) (*sqs.UntagQueueOutput, error) {
	err := s.changeTags(in.QueueUrl, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
	return &sqs.UntagQueueOutput{}, err
}

func (s *Service) changeTags(url *string, change func(map[string]string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(url)
	if err != nil {
		return err
	}
	tags := map[string]string{}
	maps.Copy(tags, q.Tags)
	change(tags)
	if len(tags) > maxTags {
		return invalidParameter("Too many tags added for queue " + q.Name + ".")
	}
	q.Tags = tags
	s.queues.Set(q.Name, q)
	return nil
}

// ListQueueTags gives a queue's tags.
func (s *Service) ListQueueTags(_ context.Context, in *sqs.ListQueueTagsInput) (*sqs.ListQueueTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return &sqs.ListQueueTagsOutput{Tags: maps.Clone(q.Tags)}, nil
}
