package resource

import (
	"crypto/sha256"
	"encoding/base32"
	"maps"
)

// Tag is a tag as most resource types have it in their Tags property.
type Tag struct {
	Key   string `cfn:"required"`
	Value string `cfn:"required"`
}

// AllTags are the stack's tags with the resource's own above them.
func (r Request) AllTags(own []Tag) map[string]string {
	all := make(map[string]string, len(r.Tags)+len(own))
	maps.Copy(all, r.Tags)
	for _, tag := range own {
		all[tag.Key] = tag.Value
	}
	return all
}

// GeneratedName is the name that CloudFormation makes up for a resource without
// a custom one, "stack-logical-4Q8RJ2A1B7XK", at most limit characters long: the
// stack's and the logical id are cut evenly.
func (r Request) GeneratedName(limit int) string {
	const suffixLength = 12
	sum := sha256.Sum256([]byte(r.Token))
	suffix := base32.StdEncoding.EncodeToString(sum[:])[:suffixLength]
	half := (limit - suffixLength - 2) / 2
	stack, logical := r.StackName, r.LogicalID
	if len(stack)+len(logical) > 2*half {
		logical = logical[:min(len(logical), max(half, 2*half-len(stack)))]
		stack = stack[:min(len(stack), 2*half-len(logical))]
	}
	return stack + "-" + logical + "-" + suffix
}
