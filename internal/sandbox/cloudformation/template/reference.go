package template

import (
	"slices"
	"strings"
)

// Reference is one use of another part of the template: Ref, Fn::GetAtt, a
// variable of Fn::Sub, or the condition of an Fn::If.
type Reference struct {
	// Name is a resource, parameter or pseudo parameter.
	Name string
	// Attribute is set for Fn::GetAtt; it is empty when it is computed.
	Attribute string
	// IsAttribute tells Fn::GetAtt from Ref.
	IsAttribute bool
}

// walker visits what a value refers to.
type walker struct {
	reference func(Reference)
	condition func(name string)
	// follow decides which branches of an Fn::If are visited.
	follow func(condition string) (then, otherwise bool)
}

func bothBranches(string) (then, otherwise bool) { return true, true }

// References lists what v refers to, in the order of the text, each once.
func References(v any) []Reference { return references(v, bothBranches) }

func references(v any, follow func(string) (then, otherwise bool)) []Reference {
	var found []Reference
	w := walker{follow: follow, reference: func(r Reference) {
		if !slices.Contains(found, r) {
			found = append(found, r)
		}
	}}
	w.walk(v)
	return found
}

func (w walker) walk(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			w.walk(item)
		}
	case map[string]any:
		if name, arg, ok := Intrinsic(v); ok {
			w.function(name, arg)
			return
		}
		for _, key := range sortedKeys(v) {
			w.walk(v[key])
		}
	}
}

func (w walker) function(name string, arg any) {
	switch name {
	case "Ref":
		if text, ok := arg.(string); ok {
			w.reference(Reference{Name: text})
		}
	case "Fn::GetAtt":
		w.attribute(arg)
	case "Fn::Sub":
		w.sub(arg)
	case "Fn::If":
		w.branch(arg)
	default:
		w.walk(arg)
	}
}

func (w walker) attribute(arg any) {
	id, attribute, ok := AttributeName(arg)
	if !ok {
		return
	}
	name, _ := attribute.(string)
	w.reference(Reference{Name: id, Attribute: name, IsAttribute: true})
	w.walk(attribute)
}

func (w walker) sub(arg any) {
	text, variables, err := subParts(arg)
	if err != nil {
		return
	}
	w.walk(variables)
	for _, found := range placeholder().FindAllStringSubmatch(text, -1) {
		name := strings.TrimSpace(found[1])
		if _, own := variables[name]; own || strings.HasPrefix(name, "!") {
			continue
		}
		if strings.Contains(name, ".") {
			w.attribute(name)
		} else {
			w.reference(Reference{Name: name})
		}
	}
}

func (w walker) branch(arg any) {
	name, then, otherwise, ok := ifParts(arg)
	if !ok {
		w.walk(arg)
		return
	}
	if w.condition != nil {
		w.condition(name)
	}
	first, second := w.follow(name)
	if first {
		w.walk(then)
	}
	if second {
		w.walk(otherwise)
	}
}
