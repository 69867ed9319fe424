package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// keywords are those of draft-04 that the schemas use; API Gateway knows no later
// draft and would take "const" or "if" for nothing.
var keywords = []string{
	"$schema", "title", "description", "type", "required", "additionalProperties", "properties",
	"enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "items", "maxItems",
}

func TestSchemasAreDraft04AndClosed(t *testing.T) {
	for _, q := range platform.Queues {
		var schema map[string]any
		if err := json.Unmarshal(Of(q), &schema); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		if schema["$schema"] != "http://json-schema.org/draft-04/schema#" {
			t.Errorf("%s: schema %v", q, schema["$schema"])
		}
		if schema["additionalProperties"] != false {
			t.Errorf("%s takes members that nobody knows", q)
		}
		check(t, string(q), schema)
	}
}

func check(t *testing.T, where string, schema map[string]any) {
	for keyword := range schema {
		if !slices.Contains(keywords, keyword) {
			t.Errorf("%s uses %s", where, keyword)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		check(t, where+"."+name, property.(map[string]any))
	}
	if items, ok := schema["items"].(map[string]any); ok {
		check(t, where+"[]", items)
	}
}

func TestEveryMessageCarriesTheVersion(t *testing.T) {
	for _, q := range platform.Queues {
		var schema struct {
			Required   []string
			Properties map[string]struct{ Enum []any }
		}
		if err := json.Unmarshal(Of(q), &schema); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(schema.Properties["version"].Enum); got != fmt.Sprintf("[%d]", Version) {
			t.Errorf("%s: versions %s", q, got)
		}
		if !slices.Contains(schema.Required, "version") {
			t.Errorf("%s: the version may be left out", q)
		}
	}
}
