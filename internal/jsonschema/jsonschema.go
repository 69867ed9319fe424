// Package jsonschema checks JSON documents against JSON Schema draft 4, the draft
// that API Gateway's models are written in. It is here because the libraries for it
// compile the metaschemas of all drafts at each start of a process.
//
// A reference stays within its schema ("#/definitions/..."); id and format are
// annotations. Patterns are those of package regexp.
//
// Source: draft-zyp-json-schema-04 and draft-fge-json-schema-validation-00.
package jsonschema

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// Schema is a schema that documents can be checked against, by many at a time.
type Schema struct {
	rules []rule
	// same are the schemas that apply to the very value that this one applies to.
	same []*Schema
}

// rule checks one keyword of a schema against the value at a path.
type rule func(path string, value any) []Violation

// Violation is a place that breaks a schema. It quotes no value.
type Violation struct {
	// Path leads to the value, as a JSON Pointer (RFC 6901); "" is the document.
	Path string
	// Keyword is the one that it breaks.
	Keyword string
}

func (v Violation) String() string {
	path := v.Path
	if path == "" {
		path = "/"
	}
	return path + " (" + v.Keyword + ")"
}

// Parse reads a document for Validate: as encoding/json does, with json.Number.
func Parse(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the document")
	}
	return document, nil
}

// Validate gives the places of a document, as Parse reads it, that break the
// schema, in an order that stays; none if it fits.
func (s *Schema) Validate(document any) []Violation {
	return s.check("", document)
}

func (s *Schema) check(path string, value any) []Violation {
	var all []Violation
	for _, holds := range s.rules {
		all = append(all, holds(path, value)...)
	}
	return all
}

// unless gives the violation of a keyword where the condition does not hold.
func unless(holds bool, path, keyword string) []Violation {
	if holds {
		return nil
	}
	return []Violation{{path, keyword}}
}

// step is the path of a member or an item.
func step(path, name string) string {
	return path + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
