package queues

import (
	"strings"

	"github.com/keyvex/keyvex/lambdas/schema"
)

// Validate says what is wrong with a body by the schema of its queue's messages, a line
// for each fault with members named as in the filter language, "input.prompt"; none if it
// is valid.
func Validate(name Name, body string) []string {
	compiled, err := schema.Compile(schema.Of(name.Queue))
	if err != nil {
		return []string{"the schema cannot be read: " + err.Error()}
	}
	faults, err := compiled.Check(body)
	if err != nil {
		return []string{"the body is no JSON: " + err.Error()}
	}
	var out []string
	for _, f := range faults {
		where := strings.Join(f.Place, ".")
		switch {
		case f.Keyword == "required", f.Keyword == "additionalProperties":
			out = append(out, where+" is "+f.Words)
		case where == "":
			out = append(out, "the body: "+f.Words)
		default:
			out = append(out, where+": "+f.Words)
		}
	}
	return out
}
