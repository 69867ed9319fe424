package assembly_test

import (
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
func firmTexts(value any) []string {
	var list []string
	switch v := value.(type) {
	case string:
		list = append(list, v)
	case []any:
		for _, item := range v {
			list = append(list, firmTexts(item)...)
		}
	case map[string]any:
		for key, item := range v {
			if !slices.Contains(loose, key) {
				list = append(list, firmTexts(item)...)
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
