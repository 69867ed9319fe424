package secretsmanager

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// TagResource adds tags, and overwrites those whose key is there.
func (s *Service) TagResource(_ context.Context, in *secretsmanager.TagResourceInput) (*secretsmanager.TagResourceOutput, error) {
	err := s.changeTags(in.SecretId, func(tags map[string]string) { maps.Copy(tags, tagMap(in.Tags)) })
	return &secretsmanager.TagResourceOutput{}, err
}

// UntagResource removes tags; a key that is not there is no error.
func (s *Service) UntagResource(_ context.Context, in *secretsmanager.UntagResourceInput) (*secretsmanager.UntagResourceOutput, error) {
	err := s.changeTags(in.SecretId, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
	return &secretsmanager.UntagResourceOutput{}, err
}

func (s *Service) changeTags(id *string, change func(map[string]string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(id)
	if err != nil {
		return err
	}
	tags := map[string]string{}
	maps.Copy(tags, sec.Tags)
	change(tags)
	sec.Tags = tags
	s.secrets.Set(sec.Name, sec)
	return nil
}

func tagMap(tags []types.Tag) map[string]string {
	out := make(map[string]string, len(tags))
	for _, tag := range tags {
		out[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return out
}

// tagList gives tags by their keys; a secret without tags has no list.
func tagList(tags map[string]string) []types.Tag {
	var out []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, types.Tag{Key: &key, Value: new(tags[key])})
	}
	return out
}
