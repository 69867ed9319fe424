package queues

import (
	"bytes"
	"errors"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/keyvex/keyvex/lambdas/schema"
)

// Validate says what is wrong with a body by the schema of its queue's messages, a line
// for each fault; none if it is valid.
func Validate(name Name, body string) []string {
	compiled, err := compile(schema.Of(name.Queue))
	if err != nil {
		return []string{"the schema cannot be read: " + err.Error()}
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return []string{"the body is no JSON: " + err.Error()}
	}
	if found, ok := errors.AsType[*jsonschema.ValidationError](compiled.Validate(document)); ok {
		return faults(found)
	}
	return nil
}

func compile(text []byte) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("message.json", document); err != nil {
		return nil, err
	}
	return compiler.Compile("message.json")
}

// faults are the leaves of what the library found, with members named as in the filter
// language: "input.prompt".
func faults(e *jsonschema.ValidationError) (out []string) {
	for _, cause := range e.Causes {
		out = append(out, faults(cause)...)
	}
	if len(e.Causes) > 0 {
		return out
	}
	place := func(more ...string) string { return strings.Join(append(e.InstanceLocation, more...), ".") }
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, member := range k.Missing {
			out = append(out, place(member)+" is missing")
		}
	case *kind.AdditionalProperties:
		for _, member := range k.Properties {
			out = append(out, place(member)+" is not known")
		}
	default:
		where := place()
		if where == "" {
			where = "the body"
		}
		out = append(out, where+": "+k.LocalizedString(message.NewPrinter(language.English)))
	}
	return out
}
