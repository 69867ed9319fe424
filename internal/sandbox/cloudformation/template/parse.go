package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Parse reads a template in JSON or YAML. It checks the structure; Validate
// checks what the parts say about each other.
func Parse(body string) (*Template, error) {
	tree, err := parseTree(body)
	if err != nil {
		return nil, err
	}
	root, ok := tree.(map[string]any)
	if !ok {
		return nil, errorf("Template format error: unsupported structure.")
	}
	return build(root)
}

func parseTree(body string) (any, error) {
	if strings.HasPrefix(strings.TrimSpace(body), "{") {
		return parseJSON(body)
	}
	return parseYAML(body)
}

// parseJSON falls back on YAML, whose flow style begins with a brace too.
func parseJSON(body string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(body))
	var tree any
	err := decoder.Decode(&tree)
	if err == nil {
		_, err = decoder.Token()
		if errors.Is(err, io.EOF) {
			return tree, nil
		}
		err = errors.New("trailing data")
	}
	if tree, yamlErr := parseYAML(body); yamlErr == nil {
		return tree, nil
	}
	line, column := position(body, decoder.InputOffset(), err)
	return nil, errorf("Template format error: JSON not well-formed. (line %d, column %d)", line, column)
}

func position(body string, offset int64, err error) (line, column int) {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = syntax.Offset
	}
	before := []byte(body)[:min(max(int(offset)-1, 0), len(body))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// Canonical gives the JSON of a value with sorted keys, the form in which values
// are compared and shown.
func Canonical(v any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(fmt.Sprintf("template: %T is no JSON value: %v", v, err))
	}
	return strings.TrimSuffix(b.String(), "\n")
}
