package assembly_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// An account, and the region with one of the longest names.
const (
	account = "123456789012"
	region  = "ap-southeast-1"
)

// estate is the six templates of one environment, to be asked about.
type estate struct {
	env       platform.Environment
	templates map[platform.Stack]template
}

type template struct {
	Parameters map[string]struct{ Type, Default string }
	Conditions map[string]any
	Outputs    map[string]struct{ Value, Export any }
	Resources  map[string]map[string]any
	Rules      map[string]any
	body       []byte
}

func estateOf(t *testing.T, name string, tier platform.Tier) estate {
	t.Helper()
	env := platform.Environment{Name: name, Tier: tier}
	var bundles []platform.Bundle
	for _, f := range platform.Functions {
		bundles = append(bundles, platform.Bundle{Function: f, Hash: strings.Repeat("0", 64)})
	}
	instantiated, err := assembly.Instantiate(env, bundles, "test")
	if err != nil {
		t.Fatal(err)
	}
	e := estate{env: env, templates: map[platform.Stack]template{}}
	for _, i := range instantiated {
		parsed := template{body: i.Body}
		decoder := json.NewDecoder(bytes.NewReader(i.Body))
		decoder.UseNumber()
		if err := decoder.Decode(&parsed); err != nil {
			t.Fatalf("%s: %v", i.Stack, err)
		}
		e.templates[i.Stack] = parsed
	}
	return e
}

// everyTier runs a test for both tiers, under the longest name that there is.
func everyTier(t *testing.T, check func(t *testing.T, e estate)) {
	for _, tier := range platform.Tiers {
		t.Run(string(tier), func(t *testing.T) { check(t, estateOf(t, strings.Repeat("x", platform.MaxEnvironmentLength), tier)) })
	}
}

// id finds the logical id of a resource by its construct path.
func (e estate) id(t *testing.T, stack platform.Stack, path string) string {
	t.Helper()
	for id := range e.templates[stack].Resources {
		if assembly.Path(stack, id) == path {
			return id
		}
	}
	t.Fatalf("%s has no resource %s", stack, path)
	return ""
}

// get finds a property, "KeySchema.0.AttributeName", and writes out what is
// intrinsic in it. It gives nil for an absent one.
func (e estate) get(t *testing.T, stack platform.Stack, path, property string) any {
	t.Helper()
	resource := e.templates[stack].Resources[e.id(t, stack, path)]
	return dig(e.resolve(stack, resource["Properties"]), property)
}

func dig(value any, property string) any {
	if property == "" {
		return value
	}
	for key := range strings.SplitSeq(property, ".") {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(inner) {
				return nil
			}
			value = inner[i]
		default:
			return nil
		}
	}
	return value
}

// resolve puts text for what CloudFormation would fill in: real values for pseudo
// and plain parameters, "<Stack.LogicalId>" or "<Stack.LogicalId.Attribute>" for
// what only a deployment knows.
func (e estate) resolve(stack platform.Stack, value any) any {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = e.resolve(stack, v[i])
		}
		return out
	case map[string]any:
		if text, ok := e.intrinsic(stack, v); ok {
			return text
		}
		out := map[string]any{}
		for key := range v {
			out[key] = e.resolve(stack, v[key])
		}
		return out
	}
	return value
}

func (e estate) intrinsic(stack platform.Stack, v map[string]any) (any, bool) {
	if ref, ok := v["Ref"].(string); ok {
		return e.named(stack, ref), true
	}
	if attribute, ok := v["Fn::GetAtt"].([]any); ok {
		return fmt.Sprintf("<%s.%v.%v>", stack, attribute[0], attribute[1]), true
	}
	if join, ok := v["Fn::Join"].([]any); ok {
		var parts []string
		for _, part := range e.resolve(stack, join[1]).([]any) {
			parts = append(parts, fmt.Sprint(part))
		}
		return strings.Join(parts, join[0].(string)), true
	}
	if condition, ok := v["Fn::If"].([]any); ok {
		return e.resolve(stack, condition[1]), true
	}
	switch text := v["Fn::Sub"].(type) {
	case string:
		return e.substitute(stack, text, nil), true
	case []any:
		return e.substitute(stack, text[0].(string), text[1].(map[string]any)), true
	}
	return nil, false
}

func (e estate) substitute(stack platform.Stack, text string, variables map[string]any) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if value, ok := variables[name]; ok {
			fmt.Fprint(&out, e.resolve(stack, value))
		} else {
			out.WriteString(e.named(stack, name))
		}
		text = after
	}
}

func (e estate) named(stack platform.Stack, name string) string {
	pseudo := map[string]string{
		"AWS::AccountId": account, "AWS::Region": region, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": "",
	}
	if value, ok := pseudo[name]; ok {
		return value
	}
	if parameter, ok := e.templates[stack].Parameters[name]; ok && parameter.Type == "String" {
		return parameter.Default
	}
	return "<" + string(stack) + "." + name + ">"
}

// want demands a property's value, compared as text.
func (e estate) want(t *testing.T, stack platform.Stack, path, property string, want any) {
	t.Helper()
	if got := e.get(t, stack, path, property); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s %s: %s is %v, want %v", stack, path, property, got, want)
	}
}

// typed lists the construct paths of the resources of a type, sorted.
func (e estate) typed(stack platform.Stack, kind string) []string {
	var paths []string
	for id, resource := range e.templates[stack].Resources {
		if resource["Type"] == kind {
			paths = append(paths, assembly.Path(stack, id))
		}
	}
	slices.Sort(paths)
	return paths
}

// statements lists the statements of a policy document.
func statements(document any) []map[string]any {
	list, _ := dig(document, "Statement").([]any)
	var out []map[string]any
	for _, statement := range list {
		out = append(out, statement.(map[string]any))
	}
	return out
}

// texts is a value that may be one text or a list of them.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, fmt.Sprint(item))
		}
		return out
	}
	return nil
}
