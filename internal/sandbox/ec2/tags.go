package ec2

import (
	"context"
	"maps"
	"slices"
)

func tagList(tags map[string]string) []Tag {
	out := []Tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, Tag{Key: &key, Value: new(tags[key])})
	}
	return out
}

// TagDescription is a tag with the resource that bears it.
type TagDescription struct {
	Key          *string `wire:"key"`
	ResourceID   *string `wire:"resourceId"`
	ResourceType *string `wire:"resourceType"`
	Value        *string `wire:"value"`
}

// DescribeTagsInput asks for the tags of all resources.
type DescribeTagsInput struct {
	Filters    []Filter `wire:"Filter,Filter"`
	MaxResults *int32   `wire:"MaxResults"`
	NextToken  *string  `wire:"NextToken"`
}

// DescribeTagsOutput lists tags.
type DescribeTagsOutput struct {
	Tags      []TagDescription `wire:"tagSet,item"`
	NextToken *string          `wire:"nextToken"`
}

// DescribeTags lists the tags of all resources.
func (s *Service) DescribeTags(_ context.Context, in *DescribeTagsInput) (*DescribeTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []item[TagDescription]
	add := func(kind, id string, tags map[string]string) {
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			all = append(all, item[TagDescription]{
				id:    id + "\x00" + key,
				shown: TagDescription{Key: &key, ResourceID: &id, ResourceType: &kind, Value: new(tags[key])},
				facts: factsOf(nil, map[string]string{"key": key, "value": tags[key], "resource-id": id, "resource-type": kind}),
			})
		}
	}
	for id, v := range s.vpcs.All() {
		add("vpc", id, v.AllTags)
	}
	for id, v := range s.subnets.All() {
		add("subnet", id, v.AllTags)
	}
	for id, v := range s.tables.All() {
		add("route-table", id, v.AllTags)
	}
	for id, v := range s.groups.All() {
		add("security-group", id, v.AllTags)
	}
	for id, v := range s.endpoints.All() {
		add("vpc-endpoint", id, v.AllTags)
	}
	slices.SortFunc(all, byID)
	some, next, err := answer(query{filters: in.Filters, paging: Paging{in.MaxResults, in.NextToken}}, all)
	return &DescribeTagsOutput{Tags: some, NextToken: next}, err
}

func byID[T any](a, b item[T]) int {
	switch {
	case a.id < b.id:
		return -1
	case a.id > b.id:
		return 1
	}
	return 0
}
