package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// properties is a pattern of JSON properties, { $.level = "error" }.
type properties struct {
	condition condition
	mention   []string
	paths     map[string][]step
}

// step goes from a JSON value to one inside of it: by key, by index, or to all.
type step struct {
	key   string
	index int
	all   bool
}

const notAnIndex = -1

func parseProperties(text string) (matcher, error) {
	inner, ok := strings.CutSuffix(text[1:], "}")
	if !ok {
		return nil, errors.New("a brace is not closed")
	}
	m := &properties{paths: map[string][]step{}}
	p := &parser{scanner: scanner{rest: inner}, check: func(selector string) error {
		path, err := parseSelector(selector)
		m.paths[selector] = path
		return err
	}}
	var err error
	m.condition, err = p.whole()
	m.mention = p.mention
	return m, err
}

// parseSelector reads $.a.b[0]['c d'][*].
func parseSelector(text string) ([]step, error) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok || rest == "" {
		return nil, fmt.Errorf("%s does not begin with $. or $[", text)
	}
	var path []step
	for rest != "" {
		next, after, ok := cutStep(rest)
		if !ok {
			return nil, fmt.Errorf("%s is no selector", text)
		}
		path, rest = append(path, next), after
	}
	return path, nil
}

// cutStep takes the first step off a selector.
func cutStep(text string) (s step, rest string, ok bool) {
	if after, dotted := strings.CutPrefix(text, "."); dotted && !strings.HasPrefix(after, "[") {
		until := strings.IndexAny(after, ".[")
		if until < 0 {
			until = len(after)
		}
		key := after[:until]
		return step{key: key, index: notAnIndex, all: key == "*"}, after[until:], key != ""
	}
	inside, found := strings.CutPrefix(strings.TrimPrefix(text, "."), "[")
	if !found {
		return s, "", false
	}
	if inside != "" && (inside[0] == '\'' || inside[0] == '"') {
		key, after, closed := strings.Cut(inside[1:], inside[:1]+"]")
		return step{key: key, index: notAnIndex}, after, closed
	}
	index, after, closed := strings.Cut(inside, "]")
	if index == "*" {
		return step{all: true, index: notAnIndex}, after, closed
	}
	n, err := strconv.ParseUint(index, 10, 31)
	return step{index: int(n)}, after, closed && err == nil
}

// walk gives the values at a path.
func walk(v any, path []step) []any {
	values := []any{v}
	for _, s := range path {
		var inside []any
		for _, value := range values {
			inside = append(inside, s.from(value)...)
		}
		values = inside
	}
	return values
}

func (s step) from(v any) []any {
	switch v := v.(type) {
	case map[string]any:
		if inside, ok := v[s.key]; ok && s.index == notAnIndex {
			return []any{inside}
		}
		if s.all {
			var out []any
			for _, inside := range v {
				out = append(out, inside)
			}
			return out
		}
	case []any:
		if s.all {
			return v
		}
		if s.index >= 0 && s.index < len(v) {
			return v[s.index : s.index+1]
		}
	}
	return nil
}

// decode reads a message that is a JSON object.
func decode(message string) (any, bool) {
	trimmed := strings.TrimSpace(message)
	if !strings.HasPrefix(trimmed, "{") {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(trimmed))
	decoder.UseNumber()
	var v any
	err := decoder.Decode(&v)
	return v, err == nil && !decoder.More()
}

func (m *properties) match(message string) bool {
	v, ok := decode(message)
	return ok && m.condition.holds(func(selector string) []any { return walk(v, m.paths[selector]) })
}

func (m *properties) extract(message string) map[string]string {
	out := map[string]string{}
	for _, selector := range m.mention {
		if text, ok := m.value(message, selector); ok {
			out[selector] = text
		}
	}
	return out
}

func (m *properties) value(message, selector string) (string, bool) {
	path, err := parseSelector(selector)
	v, ok := decode(message)
	if err != nil || !ok {
		return "", false
	}
	for _, found := range walk(v, path) {
		if text, ok := textOf(found); ok {
			return text, true
		}
	}
	return "", false
}
