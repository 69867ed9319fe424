package iam

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

const pageSize = 100

// paged cuts a list by IAM's Marker and MaxItems.
func paged[T any](items []T, key func(T) string, marker *string, maxItems *int32) ([]T, *string, error) {
	size := pageSize
	if maxItems != nil {
		size = int(*maxItems)
	}
	if size < 1 || size > 1000 {
		return nil, nil, &wire.Error{Code: "ValidationError", Message: "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000"}
	}
	some, next, ok := page.Of(items, key, value(marker), size)
	if !ok {
		return nil, nil, &wire.Error{Code: "ValidationError", Message: "Invalid Marker."}
	}
	if next == "" {
		return some, nil, nil
	}
	return some, &next, nil
}

func (k *kind) list(pathPrefix *string) []identity {
	var out []identity
	for _, i := range k.records.All() {
		if strings.HasPrefix(i.Path, value(pathPrefix)) {
			out = append(out, i)
		}
	}
	return out
}

func identityName(i identity) string { return i.Name }

func tagMap(tags []types.Tag) map[string]string {
	m := make(map[string]string, len(tags))
	for _, tag := range tags {
		m[value(tag.Key)] = value(tag.Value)
	}
	return m
}

func tagList(tags map[string]string) []types.Tag {
	out := []types.Tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out = append(out, types.Tag{Key: &key, Value: new(tags[key])})
	}
	return out
}

func boundary(arn string) *types.AttachedPermissionsBoundary {
	if arn == "" {
		return nil
	}
	return &types.AttachedPermissionsBoundary{
		PermissionsBoundaryArn:  &arn,
		PermissionsBoundaryType: types.PermissionsBoundaryAttachmentTypePolicy,
	}
}
