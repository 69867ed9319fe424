// Package message reads the JSON messages of the queues: checked against the same
// schema that the REST API's models enforce, then decoded.
package message

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/jsonschema"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/schema"
)

// Decoder reads the messages of one queue as T.
type Decoder[T any] struct {
	schema *jsonschema.Schema
}

// NewDecoder compiles the schema of the queue's messages. It panics if the
// schema, which is compiled into the binary, is none.
func NewDecoder[T any](q platform.Queue) Decoder[T] {
	compiled, err := jsonschema.Compile(string(schema.Of(q)))
	if err != nil {
		panic(fmt.Sprintf("schema of %s: %v", q, err))
	}
	return Decoder[T]{schema: compiled}
}

// Decode checks and decodes a message's body. The error says which member is
// wrong and how, and never quotes a value: bodies hold personal content.
func (d Decoder[T]) Decode(body string) (T, error) {
	var out T
	document, err := jsonschema.Parse(body)
	if err != nil {
		return out, errors.New("the body is no JSON document")
	}
	if found := d.schema.Validate(document); len(found) > 0 {
		return out, invalid(found)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		return out, fmt.Errorf("the body does not fit %T", out)
	}
	return out, nil
}

// invalid names the places that break the schema and the keyword each breaks.
func invalid(found []jsonschema.Violation) error {
	var places []string
	for _, violation := range found {
		places = append(places, violation.String())
	}
	return fmt.Errorf("the body breaks the schema at %s", strings.Join(places, ", "))
}
