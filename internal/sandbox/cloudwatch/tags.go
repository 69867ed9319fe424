package cloudwatch

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func tagMap(tags []types.Tag) map[string]string {
	m := make(map[string]string, len(tags))
	for _, tag := range tags {
		m[value(tag.Key)] = value(tag.Value)
	}
	return m
}

func (s *Service) byARN(arn *string) (alarm, error) {
	a, ok := s.alarms.Get(s.nameOf(value(arn)))
	if !ok {
		return a, &types.ResourceNotFoundException{Message: new("Unknown resource: " + value(arn))}
	}
	return a, nil
}

// TagResource adds tags to an alarm.
func (s *Service) TagResource(_ context.Context, in *cloudwatch.TagResourceInput) (*cloudwatch.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.byARN(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	maps.Copy(tags, a.AllTags)
	maps.Copy(tags, tagMap(in.Tags))
	a.AllTags = tags
	s.alarms.Set(a.Name, a)
	return &cloudwatch.TagResourceOutput{}, nil
}

// UntagResource takes tags from an alarm.
func (s *Service) UntagResource(_ context.Context, in *cloudwatch.UntagResourceInput) (*cloudwatch.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.byARN(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	a.AllTags = maps.Clone(a.AllTags)
	for _, key := range in.TagKeys {
		delete(a.AllTags, key)
	}
	s.alarms.Set(a.Name, a)
	return &cloudwatch.UntagResourceOutput{}, nil
}

// ListTagsForResource lists an alarm's tags.
func (s *Service) ListTagsForResource(_ context.Context, in *cloudwatch.ListTagsForResourceInput) (*cloudwatch.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.byARN(in.ResourceARN)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(a.AllTags)) {
		out.Tags = append(out.Tags, types.Tag{Key: &key, Value: new(a.AllTags[key])})
	}
	return out, nil
}
