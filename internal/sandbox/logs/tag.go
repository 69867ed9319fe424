package logs

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// TagResource adds tags to a log group by its ARN.
func (s *Service) TagResource(_ context.Context, in *cloudwatchlogs.TagResourceInput) (*cloudwatchlogs.TagResourceOutput, error) {
	return &cloudwatchlogs.TagResourceOutput{}, s.addTags(in.ResourceArn, in.Tags)
}

// TagLogGroup is TagResource by name, for older clients.
func (s *Service) TagLogGroup(_ context.Context, in *cloudwatchlogs.TagLogGroupInput) (*cloudwatchlogs.TagLogGroupOutput, error) {
	return &cloudwatchlogs.TagLogGroupOutput{}, s.addTags(in.LogGroupName, in.Tags)
}

func (s *Service) addTags(id *string, tags map[string]string) error {
	return s.changeTags(id, func(have map[string]string) { maps.Copy(have, tags) })
}

// UntagResource removes tags; a key that is not there is no error.
func (s *Service) UntagResource(_ context.Context, in *cloudwatchlogs.UntagResourceInput) (*cloudwatchlogs.UntagResourceOutput, error) {
	return &cloudwatchlogs.UntagResourceOutput{}, s.removeTags(in.ResourceArn, in.TagKeys)
}

// UntagLogGroup is UntagResource by name, for older clients.
func (s *Service) UntagLogGroup(_ context.Context, in *cloudwatchlogs.UntagLogGroupInput) (*cloudwatchlogs.UntagLogGroupOutput, error) {
	return &cloudwatchlogs.UntagLogGroupOutput{}, s.removeTags(in.LogGroupName, in.Tags)
}

func (s *Service) removeTags(id *string, keys []string) error {
	return s.changeTags(id, func(have map[string]string) {
		for _, key := range keys {
			delete(have, key)
		}
	})
}

func (s *Service) changeTags(id *string, change func(map[string]string)) error {
	return s.change(id, func(g *group) error {
		tags := map[string]string{}
		maps.Copy(tags, g.Tags)
		change(tags)
		g.Tags = tags
		return nil
	})
}

// ListTagsForResource gives a log group's tags by its ARN.
func (s *Service) ListTagsForResource(_ context.Context, in *cloudwatchlogs.ListTagsForResourceInput) (*cloudwatchlogs.ListTagsForResourceOutput, error) {
	tags, err := s.tags(in.ResourceArn)
	return &cloudwatchlogs.ListTagsForResourceOutput{Tags: tags}, err
}

// ListTagsLogGroup is ListTagsForResource by name, for older clients.
func (s *Service) ListTagsLogGroup(_ context.Context, in *cloudwatchlogs.ListTagsLogGroupInput) (*cloudwatchlogs.ListTagsLogGroupOutput, error) {
	tags, err := s.tags(in.LogGroupName)
	return &cloudwatchlogs.ListTagsLogGroupOutput{Tags: tags}, err
}

// tags is empty rather than absent for a log group without tags.
func (s *Service) tags(id *string) (map[string]string, error) {
	g, err := s.find(id)
	out := map[string]string{}
	maps.Copy(out, g.Tags)
	return out, err
}
