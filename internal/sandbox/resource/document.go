package resource

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Document gives a property that may be an object or a string of JSON, such as a
// policy, as text; empty for an absent one.
func Document(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		panic("resource: Document: " + err.Error())
	}
	return string(text)
}

// Parsed gives a document back as the object that it is, or as the string that it
// is if it is no JSON; nil for an empty one.
func Parsed(document string) any {
	if document == "" {
		return nil
	}
	var out any
	if json.Unmarshal([]byte(document), &out) != nil {
		return document
	}
	return out
}

// OwnTags gives live tags as a Tags property, by their keys and without
// CloudFormation's own (aws:...), which no template can set. The stack's own
// tags are among them.
func OwnTags(tags map[string]string) []Tag {
	var out []Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if !strings.HasPrefix(key, "aws:") {
			out = append(out, Tag{Key: key, Value: tags[key]})
		}
	}
	return out
}
