// Package message reads the JSON messages of the queues: checked against the same
// schema that the REST API's models enforce, then decoded.
package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

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
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Of(q)))
	if err != nil {
		panic(fmt.Sprintf("schema of %s: %v", q, err))
	}
	compiler := jsonschema.NewCompiler()
	location := string(q) + ".json"
	if err := compiler.AddResource(location, document); err != nil {
		panic(fmt.Sprintf("schema of %s: %v", q, err))
	}
	return Decoder[T]{schema: compiler.MustCompile(location)}
}

// Decode checks and decodes a message's body. The error says which member is
// wrong and how, and never quotes a value: bodies hold personal content.
func (d Decoder[T]) Decode(body string) (T, error) {
	var out T
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return out, errors.New("the body is no JSON document")
	}
	if err := d.schema.Validate(document); err != nil {
		return out, invalid(err)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		return out, fmt.Errorf("the body does not fit %T", out)
	}
	return out, nil
}

// invalid names the places that break the schema and the keyword each breaks.
func invalid(err error) error {
	var places []string
	if validation, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		places = leaves(validation)
	}
	return fmt.Errorf("the body breaks the schema at %s", strings.Join(places, ", "))
}

func leaves(e *jsonschema.ValidationError) []string {
	if len(e.Causes) == 0 {
		return []string{"/" + strings.Join(e.InstanceLocation, "/") + " (" + strings.Join(e.ErrorKind.KeywordPath(), "/") + ")"}
	}
	var out []string
	for _, cause := range e.Causes {
		out = append(out, leaves(cause)...)
	}
	return out
}
