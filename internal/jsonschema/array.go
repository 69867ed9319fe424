package jsonschema

import (
	"slices"
	"strconv"
)

// items is "items": a schema for all, or one for each of the first.
func (p place) items() rule {
	list, each := p.members["items"].([]any)
	if !each {
		schema := p.child(p.members["items"], "items")
		return itemsFrom(0, func(int) *Schema { return schema })
	}
	var schemas []*Schema
	for i, one := range list {
		schemas = append(schemas, p.child(one, "items", strconv.Itoa(i)))
	}
	return itemsFrom(0, func(i int) *Schema {
		if i < len(schemas) {
			return schemas[i]
		}
		return nil
	})
}

// itemsFrom is the rule that checks the items from the first on, each by its
// schema, which is nil for none.
func itemsFrom(first int, schema func(i int) *Schema) rule {
	return func(path string, value any) []Violation {
		list, _ := value.([]any)
		var all []Violation
		for i := first; i < len(list); i++ {
			if s := schema(i); s != nil {
				all = append(all, s.check(step(path, strconv.Itoa(i)), list[i])...)
			}
		}
		return all
	}
}

// additionalItems is about the items that "items" leaves; without a list there it
// says nothing.
func (p place) additionalItems() rule {
	list, each := p.members["items"].([]any)
	if open, flag := p.members["additionalItems"].(bool); flag {
		return func(path string, value any) []Violation {
			found, _ := value.([]any)
			return unless(open || !each || len(found) <= len(list), path, "additionalItems")
		}
	}
	schema := p.child(p.members["additionalItems"], "additionalItems")
	if !each {
		return nil
	}
	return itemsFrom(len(list), func(int) *Schema { return schema })
}

func (p place) unique() rule {
	wanted := p.flag("uniqueItems")
	return func(path string, value any) []Violation {
		list, _ := value.([]any)
		return unless(!wanted || !repeats(list), path, "uniqueItems")
	}
}

// repeats reports whether two values of a list are equal.
func repeats(list []any) bool {
	for i, one := range list {
		if slices.ContainsFunc(list[:i], func(earlier any) bool { return equal(earlier, one) }) {
			return true
		}
	}
	return false
}
