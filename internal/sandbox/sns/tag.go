package sns

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// TagResource adds tags to a topic, and overwrites those whose key is there.
func (s *Service) TagResource(_ context.Context, in *sns.TagResourceInput) (*sns.TagResourceOutput, error) {
	err := s.changeTags(in.ResourceArn, func(tags map[string]string) { maps.Copy(tags, tagMap(in.Tags)) })
	return &sns.TagResourceOutput{}, err
}

// UntagResource removes tags; a key that is not there is no error.
func (s *Service) UntagResource(_ context.Context, in *sns.UntagResourceInput) (*sns.UntagResourceOutput, error) {
	err := s.changeTags(in.ResourceArn, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
	return &sns.UntagResourceOutput{}, err
}

func (s *Service) changeTags(arn *string, change func(map[string]string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.findTagged(arn)
	if err != nil {
		return err
	}
	tags := map[string]string{}
	maps.Copy(tags, t.Tags)
	change(tags)
	t.Tags = tags
	s.topics.Set(t.Name, t)
	return nil
}

// findTagged finds a topic for the tag operations, whose error for a missing one
// is another.
func (s *Service) findTagged(arn *string) (topic, error) {
	t, err := s.find(arn)
	if _, missing := errors.AsType[*types.NotFoundException](err); missing {
		err = &types.ResourceNotFoundException{Message: new("Resource does not exist")}
	}
	return t, err
}

// ListTagsForResource gives a topic's tags by their keys.
func (s *Service) ListTagsForResource(_ context.Context, in *sns.ListTagsForResourceInput) (*sns.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.findTagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &sns.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(t.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: &key, Value: new(t.Tags[key])})
	}
	return out, nil
}

func tagMap(tags []types.Tag) map[string]string {
	out := make(map[string]string, len(tags))
	for _, tag := range tags {
		out[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return out
}
