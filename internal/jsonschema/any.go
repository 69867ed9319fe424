package jsonschema

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

var types = []string{"array", "boolean", "integer", "null", "number", "object", "string"}

// typed is "type": a name or several. A number without a fraction is an integer,
// also if it is written 1.0.
func (p place) typed() rule {
	value := p.members["type"]
	if name, one := value.(string); one {
		value = []any{name}
	}
	names := p.texts("type", value)
	for _, name := range names {
		p.shaped(slices.Contains(types, name), "type", "the name of a type")
	}
	return func(path string, value any) []Violation {
		fits := slices.ContainsFunc(names, func(name string) bool { return is(value, name) })
		return unless(fits, path, "type")
	}
}

func is(value any, name string) bool {
	switch v := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case json.Number:
		return name == "number" || name == "integer" && whole(v)
	}
	return false
}

func (p place) enum() rule {
	choices := p.list("enum")
	p.shaped(!repeats(choices), "enum", "an array of different values")
	return func(path string, value any) []Violation {
		known := slices.ContainsFunc(choices, func(one any) bool { return equal(one, value) })
		return unless(known, path, "enum")
	}
}

// combined is "allOf", "anyOf" or "oneOf". What breaks one of all is told as if it
// stood alone.
func (p place) combined(keyword string) rule {
	list := p.list(keyword)
	var schemas []*Schema
	for i, one := range list {
		schemas = append(schemas, p.child(one, keyword, strconv.Itoa(i)))
	}
	p.schema.same = append(p.schema.same, schemas...)
	return func(path string, value any) []Violation {
		var all []Violation
		fitting := 0
		for _, schema := range schemas {
			found := schema.check(path, value)
			if len(found) == 0 {
				fitting++
			}
			all = append(all, found...)
		}
		if keyword == "allOf" {
			return all
		}
		return unless(fitting == 1 || fitting > 1 && keyword == "anyOf", path, keyword)
	}
}

func (p place) not() rule {
	schema := p.child(p.members["not"], "not")
	p.schema.same = append(p.schema.same, schema)
	return func(path string, value any) []Violation {
		return unless(len(schema.check(path, value)) > 0, path, "not")
	}
}

// equal compares as draft 4 does: numbers by their value.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && (a == b || compare(a, b) == 0)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

// member is a member of an object, or an item of an array by its index.
func member(value any, name string) (any, bool) {
	switch v := value.(type) {
	case map[string]any:
		found, ok := v[name]
		return found, ok
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}
