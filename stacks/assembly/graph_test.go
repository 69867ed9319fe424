package assembly_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// loose are the properties in which a stack may name what does not exist yet: a
// policy, and the variables that a function reads when it runs.
var loose = []string{"PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument", "Environment"}

// owners maps each physical name to the stack that gives it.
func (e estate) owners(t *testing.T) map[string]platform.Stack {
	owners := map[string]platform.Stack{}
	for _, stack := range platform.Stacks {
		for kind, name := range nameProperties {
			for _, path := range e.typed(stack, kind) {
				owners[e.get(t, stack, path, name.property).(string)] = stack
			}
		}
	}
	return owners
}

// firmTexts lists every text of a value, resolved, that is not loose.
func firmTexts(value any) []string { return textsWithin(value, loose) }

// textsWithin lists every text of a value, except below some properties.
func textsWithin(value any, except []string) []string {
	var list []string
	switch v := value.(type) {
	case string:
		list = append(list, v)
	case []any:
		for _, item := range v {
			list = append(list, textsWithin(item, except)...)
		}
	case map[string]any:
		for key, item := range v {
			if !slices.Contains(except, key) {
				list = append(list, textsWithin(item, except)...)
			}
		}
	}
	return list
}

// names reports whether text holds name and not merely a longer one.
func names(text, name string) bool {
	part := func(b byte) bool {
		return b == '-' || b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
	}
	for start := 0; ; {
		i := strings.Index(text[start:], name)
		if i < 0 {
			return false
		}
		i, start = start+i, start+i+1
		end := i + len(name)
		if (i == 0 || !part(text[i-1])) && (end == len(text) || !part(text[end])) {
			return true
		}
	}
}

func TestStacksDependOnWhatTheyReferTo(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		owners := e.owners(t)
		for _, stack := range platform.Stacks {
			found := map[platform.Stack]string{}
			var all []string
			for _, resource := range e.templates[stack].Resources {
				all = append(all, firmTexts(e.resolve(stack, resource["Properties"]))...)
			}
			for _, parameter := range e.templates[stack].Parameters {
				all = append(all, parameter.Default)
			}
			for _, text := range all {
				for name, owner := range owners {
					if owner != stack && names(text, name) {
						found[owner] = text
					}
				}
			}
			for _, owner := range platform.Stacks {
				text, refers := found[owner]
				if declared := slices.Contains(stack.DependsOn(), owner); refers != declared {
					t.Errorf("%s depends on %s: declared %v, refers %v %s", stack, owner, declared, refers, text)
				}
			}
		}
	})
}

var ourName = regexp.MustCompile(`keyvex-[a-z0-9-]*[a-z0-9]`)

// A policy or a variable that names nothing would fail only when it is needed.
func TestEveryNameThatIsReferredToIsGiven(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		given := e.owners(t)
		for _, name := range append(e.env.CacheNodeNames(), e.env.VPCName(), e.env.DistributionComment()) {
			given[name] = platform.Database
		}
		given[platform.AssetsBucketName(account, region)] = ""
		checked := 0
		for _, stack := range platform.Stacks {
			for id, resource := range e.templates[stack].Resources {
				for _, text := range textsWithin(e.resolve(stack, resource["Properties"]), nil) {
					for _, name := range ourName.FindAllString(text, -1) {
						checked++
						if _, ok := given[name]; !ok {
							t.Errorf("%s %s refers to %s, which no stack has", stack, id, name)
						}
					}
				}
			}
		}
		if checked < 200 {
			t.Errorf("only %d names were found: the search is wrong", checked)
		}
	})
}

func TestStacksReadTheContractValuesThatPlatformSays(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for _, stack := range platform.Stacks {
			want := map[string]string{}
			for _, spec := range platform.ReadsOf(stack) {
				want[spec.Parameter] = e.env.ParameterName(spec.Key)
			}
			for name, parameter := range e.templates[stack].Parameters {
				if parameter.Type == "AWS::SSM::Parameter::Value<String>" && want[name] != parameter.Default {
					t.Errorf("%s reads %s from %q, want %q", stack, name, parameter.Default, want[name])
				}
				delete(want, name)
			}
			if len(want) > 0 {
				t.Errorf("%s does not read %v", stack, want)
			}
		}
	})
}
