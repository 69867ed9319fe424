package dynamodb

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// byARN finds the table that an ARN names, as the tag operations want it.
func (s *Service) byARN(arn *string) (table, error) {
	if !strings.HasPrefix(aws.ToString(arn), "arn:") {
		return table{}, validation("Invalid TableArn")
	}
	if t, ok := s.tables.Get(nameOf(arn)); ok {
		return t, nil
	}
	return table{}, &types.ResourceNotFoundException{Message: new("Requested resource not found: ResourcArn: " + *arn + " not found")}
}

// TagResource adds tags, and overwrites those whose key is there.
func (s *Service) TagResource(_ context.Context, in *dynamodb.TagResourceInput) (*dynamodb.TagResourceOutput, error) {
	err := s.changeTags(in.ResourceArn, func(tags map[string]string) { maps.Copy(tags, tagMap(in.Tags)) })
	return &dynamodb.TagResourceOutput{}, err
}

// UntagResource removes tags; a key that is not there is no error.
func (s *Service) UntagResource(_ context.Context, in *dynamodb.UntagResourceInput) (*dynamodb.UntagResourceOutput, error) {
	err := s.changeTags(in.ResourceArn, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
	return &dynamodb.UntagResourceOutput{}, err
}

func (s *Service) changeTags(arn *string, change func(map[string]string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.byARN(arn)
	if err != nil {
		return err
	}
	t.Tags = cloneTags(t.Tags)
	change(t.Tags)
	s.tables.Set(t.Name, t)
	return nil
}

// ListTagsOfResource gives a table's tags by their keys. All of them fit one page.
func (s *Service) ListTagsOfResource(_ context.Context, in *dynamodb.ListTagsOfResourceInput) (*dynamodb.ListTagsOfResourceOutput, error) {
	t, err := s.byARN(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &dynamodb.ListTagsOfResourceOutput{Tags: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(t.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: &key, Value: new(t.Tags[key])})
	}
	return out, nil
}
