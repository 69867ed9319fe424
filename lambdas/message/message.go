// Package message reads the JSON messages of the queues: checked against the same
// schema that the REST API's models enforce, then decoded.
package message

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/schema"
)

// Decoder reads the messages of one queue as T.
type Decoder[T any] struct {
	schema *schema.Schema
}

// NewDecoder compiles the schema of the queue's messages. It panics if the
// schema, which is compiled into the binary, is none.
func NewDecoder[T any](q platform.Queue) Decoder[T] {
	return Decoder[T]{schema: schema.MustCompile(schema.Of(q))}
}

// Decode checks and decodes a message's body. The error says which member is
// wrong and how, and never quotes a value: bodies hold personal content.
func (d Decoder[T]) Decode(body string) (T, error) {
	var out T
	faults, err := d.schema.Check(body)
	switch {
	case err != nil:
		return out, errors.New("the body is no JSON document")
	case len(faults) > 0:
		return out, invalid(faults)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		return out, fmt.Errorf("the body does not fit %T", out)
	}
	return out, nil
}

// invalid names the places that break the schema and the keyword each breaks. What is not
// known is not named: the sender made that name.
func invalid(faults []schema.Fault) error {
	places := make([]string, 0, len(faults))
	for _, f := range faults {
		place := f.Place
		if f.Keyword == "additionalProperties" {
			place = place[:len(place)-1]
		}
		places = append(places, "/"+strings.Join(place, "/")+" ("+f.Keyword+")")
	}
	return fmt.Errorf("the body breaks the schema at %s", strings.Join(places, ", "))
}
