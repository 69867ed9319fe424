// Package draft4 checks a JSON value against what Keyvex's message schemas use of JSON
// Schema, draft-04 (lambdas/schema): types, required and further members, enums,
// patterns, bounds and lists.
package draft4

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// schema is one level of a schema.
type schema struct {
	Type                 string
	Required             []string
	AdditionalProperties *bool
	Properties           map[string]*schema
	Enum                 []any
	Pattern              string
	MinLength, MaxLength *int
	Minimum, Maximum     *float64
	Items                *schema
	MaxItems             *int
}

// Check says what is wrong with a JSON text, one line a fault; none if it is valid.
// The error is about the schema itself.
func Check(text []byte, against []byte) ([]string, error) {
	var s schema
	if err := json.Unmarshal(against, &s); err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return []string{"it is no JSON: " + err.Error()}, nil
	}
	c := &checker{}
	c.check("", value, &s)
	return c.faults, nil
}

type checker struct{ faults []string }

func (c *checker) fault(path, format string, args ...any) {
	if path == "" {
		path = "the body"
	}
	c.faults = append(c.faults, path+" "+fmt.Sprintf(format, args...))
}

func (c *checker) check(path string, value any, s *schema) {
	if s.Type != "" && !hasType(value, s.Type) {
		c.fault(path, "is not of type %s", s.Type)
		return
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
		c.fault(path, "is not one of %s", list(s.Enum))
	}
	switch v := value.(type) {
	case map[string]any:
		c.object(path, v, s)
	case []any:
		if s.MaxItems != nil && len(v) > *s.MaxItems {
			c.fault(path, "has more than %d items", *s.MaxItems)
		}
		for i, item := range v {
			if s.Items != nil {
				c.check(join(path, fmt.Sprint(i)), item, s.Items)
			}
		}
	case string:
		c.text(path, v, s)
	case float64:
		if s.Minimum != nil && v < *s.Minimum {
			c.fault(path, "is less than %v", *s.Minimum)
		}
		if s.Maximum != nil && v > *s.Maximum {
			c.fault(path, "is more than %v", *s.Maximum)
		}
	}
}

func (c *checker) object(path string, v map[string]any, s *schema) {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			c.fault(join(path, name), "is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		switch inner := s.Properties[name]; {
		case inner != nil:
			c.check(join(path, name), v[name], inner)
		case s.AdditionalProperties != nil && !*s.AdditionalProperties:
			c.fault(join(path, name), "is not known")
		}
	}
}

func (c *checker) text(path, v string, s *schema) {
	length := utf8.RuneCountInString(v)
	if s.MinLength != nil && length < *s.MinLength {
		c.fault(path, "is shorter than %d characters", *s.MinLength)
	}
	if s.MaxLength != nil && length > *s.MaxLength {
		c.fault(path, "is longer than %d characters", *s.MaxLength)
	}
	if s.Pattern == "" {
		return
	}
	if pattern, err := regexp.Compile(s.Pattern); err == nil && !pattern.MatchString(v) {
		c.fault(path, "does not match %s", s.Pattern)
	}
}

func hasType(value any, name string) bool {
	switch v := value.(type) {
	case map[string]any:
		return name == "object"
	case []any:
		return name == "array"
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || name == "integer" && v == float64(int64(v))
	}
	return name == "null"
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

func list(values []any) string {
	text, _ := json.Marshal(values)
	return strings.Trim(string(text), "[]")
}
