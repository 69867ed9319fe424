package template

import (
	"maps"
	"slices"
	"strings"
)

// KnownAfterApply stands for a value that a resource will only have once it is
// created or changed. A change set shows it in place of the value.
const KnownAfterApply = "{{changeSet:KNOWN_AFTER_APPLY}}"

// Scope is what intrinsic functions are evaluated in.
type Scope struct {
	Template *Template
	// Parameters are the values of parameters and pseudo parameters: a string, or
	// []any for a list.
	Parameters map[string]any
	// Resource gives what Ref of a resource gives.
	Resource func(logicalID string) (any, error)
	// Attribute gives what Fn::GetAtt gives.
	Attribute func(logicalID, attribute string) (any, error)
	// Import gives the value of an export.
	Import func(export string) (any, error)
	// Zones lists the availability zones of a region.
	Zones func(region string) []string
	// Localize, unless nil, may replace a text that Fn::Sub or Fn::Join has made: an
	// address of AWS's that is elsewhere here.
	Localize func(text string) string

	conditions map[string]bool
}

// noValue is AWS::NoValue: the property or item that has it is not there.
type noValue struct{}

// Eval resolves every intrinsic function in v. The result shares nothing with v.
func (s *Scope) Eval(v any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if name, arg, ok := Intrinsic(v); ok {
			return s.call(name, arg)
		}
		return s.evalObject(v)
	case []any:
		return s.evalList(v)
	}
	return v, nil
}

func (s *Scope) evalObject(m map[string]any) (any, error) {
	out := make(map[string]any, len(m))
	for _, key := range sortedKeys(m) {
		v, err := s.Eval(m[key])
		if err != nil {
			return nil, err
		}
		if v != (noValue{}) {
			out[key] = v
		}
	}
	return out, nil
}

func (s *Scope) evalList(list []any) (any, error) {
	out := make([]any, 0, len(list))
	for _, item := range list {
		v, err := s.Eval(item)
		if err != nil {
			return nil, err
		}
		if v != (noValue{}) {
			out = append(out, v)
		}
	}
	return out, nil
}

// Properties evaluates a resource's properties.
func (s *Scope) Properties(r Resource) (map[string]any, error) {
	v, err := s.evalObject(r.Properties)
	if err != nil {
		return nil, err
	}
	return v.(map[string]any), nil
}

// Intrinsic recognizes a call of an intrinsic function: an object whose only key
// is its name.
func Intrinsic(m map[string]any) (name string, arg any, ok bool) {
	if len(m) != 1 {
		return "", nil, false
	}
	for name, arg = range m {
	}
	return name, arg, name == "Ref" || strings.HasPrefix(name, "Fn::")
}

// call evaluates one function.
func (s *Scope) call(name string, arg any) (any, error) {
	switch name {
	case "Ref":
		return s.ref(arg)
	case "Fn::GetAtt":
		return s.getAtt(arg)
	case "Fn::Sub":
		return s.localized(s.sub(arg))
	case "Fn::Join":
		return s.localized(s.join(arg))
	case "Fn::Select":
		return s.choose(arg)
	case "Fn::Split":
		return s.split(arg)
	case "Fn::Base64":
		return s.base64(arg)
	case "Fn::Cidr":
		return s.cidr(arg)
	case "Fn::If":
		return s.branch(arg)
	case "Fn::FindInMap":
		return s.findInMap(arg)
	case "Fn::ImportValue":
		return s.importValue(arg)
	case "Fn::GetAZs":
		return s.getAZs(arg)
	case "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not":
		return s.test(map[string]any{name: arg})
	}
	return nil, errorf("Template error: encountered unsupported function: %s Supported functions are: "+
		"[Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, "+
		"Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, Fn::EachMemberEquals, "+
		"Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr]", name)
}

func (s *Scope) localized(v any, err error) (any, error) {
	if text, ok := v.(string); ok && err == nil && s.Localize != nil {
		return s.Localize(text), nil
	}
	return v, err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
