package jsonschema

import (
	"maps"
	"regexp"
	"slices"
)

// object is one of the keywords about the members of an object.
func (p place) object(keyword string) rule {
	switch keyword {
	case "properties":
		return p.properties()
	case "patternProperties":
		return p.patternProperties()
	}
	return p.additionalProperties()
}

func (p place) properties() rule {
	schemas := map[string]*Schema{}
	for name, schema := range p.named("properties") {
		schemas[name] = p.child(schema, "properties", name)
	}
	return members(func(name string) []*Schema {
		if schema := schemas[name]; schema != nil {
			return []*Schema{schema}
		}
		return nil
	})
}

// members is the rule that checks each member of an object by the schemas that its
// name has.
func members(schemas func(name string) []*Schema) rule {
	return func(path string, value any) []Violation {
		object, _ := value.(map[string]any)
		var all []Violation
		for _, name := range slices.Sorted(maps.Keys(object)) {
			for _, schema := range schemas(name) {
				all = append(all, schema.check(step(path, name), object[name])...)
			}
		}
		return all
	}
}

func (p place) patternProperties() rule {
	named := p.named("patternProperties")
	schemas := map[string]*Schema{}
	for pattern, schema := range named {
		schemas[pattern] = p.child(schema, "patternProperties", pattern)
	}
	expressions := p.expressions(named)
	return members(func(name string) []*Schema {
		var all []*Schema
		for _, pattern := range slices.Sorted(maps.Keys(schemas)) {
			if expressions[pattern].MatchString(name) {
				all = append(all, schemas[pattern])
			}
		}
		return all
	})
}

func (p place) expressions(patterns map[string]any) map[string]*regexp.Regexp {
	compiled := map[string]*regexp.Regexp{}
	for pattern := range patterns {
		compiled[pattern] = p.expression(pattern, "patternProperties")
	}
	return compiled
}

// additionalProperties is about the members that the two keywords beside it leave.
func (p place) additionalProperties() rule {
	known, _ := p.members["properties"].(map[string]any)
	patterns, _ := p.members["patternProperties"].(map[string]any)
	expressions := p.expressions(patterns)
	more := func(name string) bool {
		for _, expression := range expressions {
			if expression.MatchString(name) {
				return false
			}
		}
		_, named := known[name]
		return !named
	}
	if _, flag := p.members["additionalProperties"].(bool); flag {
		open := p.flag("additionalProperties")
		return func(path string, value any) []Violation {
			object, _ := value.(map[string]any)
			names := slices.Collect(maps.Keys(object))
			return unless(open || !slices.ContainsFunc(names, more), path, "additionalProperties")
		}
	}
	schema := p.child(p.members["additionalProperties"], "additionalProperties")
	return members(func(name string) []*Schema {
		if more(name) {
			return []*Schema{schema}
		}
		return nil
	})
}

func (p place) required() rule {
	return needs(p.texts("required", p.members["required"]), "required")
}

// needs is the rule that an object has these members.
func needs(names []string, keyword string) rule {
	return func(path string, value any) []Violation {
		object, ok := value.(map[string]any)
		missing := func(name string) bool { _, there := object[name]; return !there }
		return unless(!ok || !slices.ContainsFunc(names, missing), path, keyword)
	}
}

// dependencies hold where an object has the member: other members, or a schema.
func (p place) dependencies() rule {
	rules := map[string]rule{}
	for name, value := range p.named("dependencies") {
		if _, list := value.([]any); list {
			rules[name] = needs(p.texts("dependencies", value), "dependencies")
			continue
		}
		schema := p.child(value, "dependencies", name)
		p.schema.same = append(p.schema.same, schema)
		rules[name] = schema.check
	}
	return func(path string, value any) []Violation {
		object, _ := value.(map[string]any)
		var all []Violation
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if holds := rules[name]; holds != nil {
				all = append(all, holds(path, value)...)
			}
		}
		return all
	}
}
