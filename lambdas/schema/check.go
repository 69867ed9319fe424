package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Fault is where a document breaks its schema.
type Fault struct {
	// Place leads to the value: names of members, and numbers of items.
	Place []string
	// Keyword is the schema's that the value breaks.
	Keyword string
	// Words say how, and may quote the value.
	Words string
}

// Check gives the faults of a JSON text, none if it is valid. The error says that it is
// no JSON text, and may quote it.
func (s *Schema) Check(text string) ([]Fault, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more follows the document")
	}
	c := checker{}
	c.check(s, document, nil)
	return c.faults, nil
}

type checker struct{ faults []Fault }

func (c *checker) fault(place []string, keyword, format string, args ...any) {
	c.faults = append(c.faults, Fault{Place: slices.Clone(place), Keyword: keyword, Words: fmt.Sprintf(format, args...)})
}

func (c *checker) check(s *Schema, value any, place []string) {
	if want := s.rules.Type; want != "" && !isOf(value, want) {
		c.fault(place, "type", "got %s, want %s", typeOf(value), want)
		return
	}
	if want := s.rules.Enum; want != nil && !slices.ContainsFunc(want, func(one any) bool { return equal(value, one) }) {
		c.fault(place, "enum", "value must be %s", anyOf(want))
	}
	switch v := value.(type) {
	case map[string]any:
		c.object(s, v, place)
	case []any:
		c.list(s, v, place)
	case string:
		c.text(s, v, place)
	case json.Number:
		c.number(s, v, place)
	}
}

func (c *checker) object(s *Schema, members map[string]any, place []string) {
	for _, name := range s.rules.Required {
		if _, ok := members[name]; !ok {
			c.fault(append(place, name), "required", "missing")
		}
	}
	open := s.rules.AdditionalProperties == nil || *s.rules.AdditionalProperties
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if member, ok := s.members[name]; ok {
			c.check(member, members[name], append(place, name))
		} else if !open {
			c.fault(append(place, name), "additionalProperties", "not known")
		}
	}
}

func (c *checker) list(s *Schema, items []any, place []string) {
	if most := s.rules.MaxItems; most != nil && len(items) > *most {
		c.fault(place, "maxItems", "maxItems: got %d, want %d", len(items), *most)
	}
	for i, item := range items {
		if s.items != nil {
			c.check(s.items, item, append(place, strconv.Itoa(i)))
		}
	}
}

func (c *checker) text(s *Schema, v string, place []string) {
	length := utf8.RuneCountInString(v)
	if least := s.rules.MinLength; least != nil && length < *least {
		c.fault(place, "minLength", "minLength: got %d, want %d", length, *least)
	}
	if most := s.rules.MaxLength; most != nil && length > *most {
		c.fault(place, "maxLength", "maxLength: got %d, want %d", length, *most)
	}
	if !s.pattern.MatchString(v) {
		c.fault(place, "pattern", "%s does not match pattern %s", quote(v), quote(s.rules.Pattern))
	}
}

func (c *checker) number(s *Schema, v json.Number, place []string) {
	n := float(v)
	if least := s.rules.Minimum; least != nil && n < *least {
		c.fault(place, "minimum", "minimum: got %s, want %v", v, *least)
	}
	if most := s.rules.Maximum; most != nil && n > *most {
		c.fault(place, "maximum", "maximum: got %s, want %v", v, *most)
	}
}

// float is a number as the functions decode it; what is too large for that is infinite.
func float(n json.Number) float64 {
	f, _ := n.Float64() // out of range it is infinite, which is its error
	return f
}

func typeOf(value any) string {
	switch value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	}
	return "null"
}

func isOf(value any, name string) bool {
	if n, ok := value.(json.Number); ok && name == "integer" {
		f := float(n)
		return f == math.Trunc(f)
	}
	return typeOf(value) == name
}

// equal compares a value with one of an enum, which are texts and numbers.
func equal(value, want any) bool {
	if n, ok := value.(json.Number); ok {
		return float(n) == want
	}
	text, ok := value.(string)
	return ok && text == want
}

func anyOf(want []any) string {
	words := make([]string, len(want))
	for i, one := range want {
		if text, ok := one.(string); ok {
			words[i] = quote(text)
		} else {
			words[i] = fmt.Sprint(one)
		}
	}
	if len(words) == 1 {
		return words[0]
	}
	return "one of " + strings.Join(words, ", ")
}

// quote is a text in single quotes, with what cannot be seen escaped.
func quote(s string) string {
	double := strconv.Quote(s)
	return "'" + strings.NewReplacer(`\"`, `"`, `'`, `\'`).Replace(double[1:len(double)-1]) + "'"
}
