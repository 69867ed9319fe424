package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Schema is a compiled JSON Schema of what Keyvex's messages use of draft-04: types,
// required and further members, enums of numbers and texts, patterns, bounds and lists.
//
// It is no library's because it is read at every start of a function: the one for all
// drafts compiles their meta-schemas then, and panics on numbers such as 1e3000000.
type Schema struct {
	rules   rules
	pattern *regexp.Regexp
	members map[string]*Schema
	items   *Schema
}

// rules are the keywords as they are written.
type rules struct {
	Draft                string `json:"$schema"`
	Title, Description   string
	Type                 string
	Required             []string
	AdditionalProperties *bool
	Properties           map[string]json.RawMessage
	Enum                 []any
	Pattern              string
	MinLength, MaxLength *int
	Minimum, Maximum     *float64
	Items                json.RawMessage
	MaxItems             *int
}

// Compile reads a schema. A keyword that it does not know is an error: what it says
// would go unchecked.
func Compile(text []byte) (*Schema, error) {
	s := &Schema{members: map[string]*Schema{}}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s.rules); err != nil {
		return nil, fmt.Errorf("schema: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	var err error
	if s.pattern, err = regexp.Compile(s.rules.Pattern); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	for name, member := range s.rules.Properties {
		if s.members[name], err = Compile(member); err != nil {
			return nil, err
		}
	}
	if s.rules.Items != nil {
		s.items, err = Compile(s.rules.Items)
	}
	return s, err
}

// MustCompile is Compile for a schema that is compiled into the binary.
func MustCompile(text []byte) *Schema {
	s, err := Compile(text)
	if err != nil {
		panic(err)
	}
	return s
}
