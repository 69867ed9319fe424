package queues

import (
	"encoding/json"

	"github.com/keyvex/keyvex/lambdas/schema"
)

// Sample is a body to begin with: the members that the schema of the queue's messages
// requires, empty where their values are free.
func Sample(name Name) string {
	var whole shape
	if json.Unmarshal(schema.Of(name.Queue), &whole) != nil {
		return "{}"
	}
	text, err := json.Marshal(whole.sample())
	if err != nil {
		return "{}"
	}
	return string(text)
}

// shape is what a sample needs of a JSON Schema.
type shape struct {
	Type       string           `json:"type"`
	Enum       []any            `json:"enum"`
	Required   []string         `json:"required"`
	Properties map[string]shape `json:"properties"`
}

func (s shape) sample() any {
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	switch s.Type {
	case "object":
		members := map[string]any{}
		for _, name := range s.Required {
			members[name] = s.Properties[name].sample()
		}
		return members
	case "array":
		return []any{}
	case "integer", "number":
		return 0
	case "boolean":
		return false
	}
	return ""
}
