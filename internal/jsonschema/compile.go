package jsonschema

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Compile reads a schema. It fails on text that is no JSON, on a keyword whose value
// is not of its shape, on a reference that leads nowhere or out of the schema, and
// on a schema that applies to a value only if it applies to it.
func Compile(text string) (*Schema, error) {
	root, err := Parse(text)
	if err != nil {
		return nil, err
	}
	c := &compiler{root: root, known: map[string]*Schema{}}
	schema := c.schema("", root)
	if c.err == nil && c.circular() {
		c.err = errors.New("the schema refers to itself for the same value")
	}
	return schema, c.err
}

// compiler makes the schemas of one document.
type compiler struct {
	root any
	// known are the schemas by their paths; a reference may lead to one under way.
	known map[string]*Schema
	err   error
}

// fail keeps the first error.
func (c *compiler) fail(path, text string) {
	if c.err == nil {
		c.err = fmt.Errorf("the schema at %q: %s", path, text)
	}
}

func (c *compiler) schema(path string, value any) *Schema {
	if known := c.known[path]; known != nil {
		return known
	}
	s := &Schema{}
	c.known[path] = s
	members, ok := value.(map[string]any)
	if !ok {
		c.fail(path, "is no object")
		return s
	}
	at := place{c, s, path, members}
	if _, refers := members["$ref"]; refers {
		at.reference()
		return s
	}
	for _, keyword := range slices.Sorted(maps.Keys(members)) {
		if holds := at.rule(keyword); holds != nil {
			s.rules = append(s.rules, holds)
		}
	}
	return s
}

// place is a schema under way: where it is, and what it says.
type place struct {
	*compiler
	schema  *Schema
	path    string
	members map[string]any
}

// reference makes the schema another one; what else it says does not count.
func (p place) reference() {
	fragment, local := strings.CutPrefix(p.text("$ref"), "#")
	pointer, err := url.PathUnescape(fragment)
	if !local || err != nil {
		p.fail(p.path, "refers to another document")
		return
	}
	target, ok := find(p.root, pointer)
	if !ok {
		p.fail(p.path, "refers to nothing")
		return
	}
	other := p.compiler.schema(pointer, target)
	p.schema.same = append(p.schema.same, other)
	p.schema.rules = append(p.schema.rules, other.check)
}

// find follows a JSON Pointer through objects and arrays.
func find(value any, pointer string) (any, bool) {
	if pointer == "" {
		return value, true
	}
	if pointer[0] != '/' {
		return nil, false
	}
	for name := range strings.SplitSeq(pointer[1:], "/") {
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		next, ok := member(value, name)
		if !ok {
			return nil, false
		}
		value = next
	}
	return value, true
}

// circular reports whether a schema applies to a value because it does.
func (c *compiler) circular() bool {
	state := map[*Schema]int{} // 1 under way, 2 done
	var loops func(*Schema) bool
	loops = func(s *Schema) bool {
		if state[s] != 0 {
			return state[s] == 1
		}
		state[s] = 1
		found := slices.ContainsFunc(s.same, loops)
		state[s] = 2
		return found
	}
	for _, s := range c.known {
		if loops(s) {
			return true
		}
	}
	return false
}
