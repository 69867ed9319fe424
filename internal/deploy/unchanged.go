package deploy

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/keyvex/keyvex/internal/platform"
)

// target is what a stack is to become, with what is known about the world.
type target struct {
	env      platform.Environment
	template Template
	parsed   *template
	// values are the template parameters', resolved the contract's in Parameter Store.
	values, resolved map[string]string
}

// differences says in words where a healthy stack differs from the target. None
// means that no change set is needed to know that nothing changed.
func (t target) differences(live *liveStack) []string {
	var reasons []string
	if live.output(platform.OutputTemplateHash) != t.template.Hash {
		reasons = append(reasons, "template")
	}
	reasons = append(reasons, t.parameterDifferences(live)...)
	if !maps.Equal(ownTags(live), t.env.StackTags()) {
		reasons = append(reasons, "tags")
	}
	return reasons
}

func (t target) parameterDifferences(live *liveStack) []string {
	var reasons []string
	reads := t.parsed.reads(t.values)
	deployed := map[string]bool{}
	for _, p := range live.Parameters {
		key := aws.ToString(p.ParameterKey)
		deployed[key] = true
		want, declared := t.values[key]
		switch {
		case !declared || want != aws.ToString(p.ParameterValue):
			reasons = append(reasons, "parameter "+key)
		case reads[key] != "" && t.resolved[reads[key]] != aws.ToString(p.ResolvedValue):
			reasons = append(reasons, "value of "+reads[key])
		}
	}
	for key := range t.values {
		if !deployed[key] {
			reasons = append(reasons, "parameter "+key)
		}
	}
	slices.Sort(reasons)
	return reasons
}

// ownTags are the stack's tags without those that AWS puts there.
func ownTags(live *liveStack) map[string]string {
	tags := map[string]string{}
	for _, tag := range live.Tags {
		if key := aws.ToString(tag.Key); !strings.HasPrefix(key, "aws:") {
			tags[key] = aws.ToString(tag.Value)
		}
	}
	return tags
}
