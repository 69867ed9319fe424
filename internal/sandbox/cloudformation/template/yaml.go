package template

import (
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"go.yaml.in/yaml/v3"
)

var (
	yamlLine = lazy.Regexp(`line (\d+)`)
	// decimal is a number that survives being one: no leading zero, as account ids
	// have, and not more digits than a float holds.
	decimal = lazy.Regexp(`^[-+]?(0|[1-9][0-9]{0,14})(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
)

func parseYAML(body string) (any, error) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(body), &document); err != nil {
		line := "1"
		if found := yamlLine().FindStringSubmatch(err.Error()); found != nil {
			line = found[1]
		}
		return nil, errorf("Template format error: YAML not well-formed. (line %s, column 1)", line)
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	return convert(document.Content[0], 0)
}

// maxDepth bounds nesting, which aliases could otherwise make endless.
const maxDepth = 200

func convert(n *yaml.Node, depth int) (any, error) {
	if depth > maxDepth || n.Kind == yaml.AliasNode {
		return nil, errorf("Template error: YAML aliases are not allowed in CloudFormation templates")
	}
	var v any
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		v, err = convertMapping(n, depth)
	case yaml.SequenceNode:
		v, err = convertSequence(n, depth)
	default:
		v = convertScalar(n)
	}
	if err != nil || !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return v, err
	}
	return shortForm(n.Tag[1:], v)
}

func convertMapping(n *yaml.Node, depth int) (any, error) {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return nil, errorf("Template format error: YAML not well-formed. (line %d, column %d)", key.Line, key.Column)
		}
		if _, twice := m[key.Value]; twice {
			return nil, errorf("Template format error: YAML not well-formed. (line %d, column %d)", key.Line, key.Column)
		}
		v, err := convert(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		m[key.Value] = v
	}
	return m, nil
}

func convertSequence(n *yaml.Node, depth int) (any, error) {
	list := make([]any, 0, len(n.Content))
	for _, item := range n.Content {
		v, err := convert(item, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// oldBooleans are the words that are booleans in YAML 1.1, which CloudFormation
// speaks, and no longer in 1.2.
var oldBooleans = map[string]bool{"yes": true, "on": true, "no": false, "off": false}

func convertScalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!str":
		if b, ok := oldBooleans[strings.ToLower(n.Value)]; ok && n.Style == 0 {
			return b
		}
	case "!!int", "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil && decimal().MatchString(n.Value) {
			return f
		}
	}
	return n.Value
}

// shortForms are the tags of the short form, !Sub for Fn::Sub.
var shortForms = map[string]bool{
	"And": true, "Base64": true, "Cidr": true, "Equals": true, "FindInMap": true, "GetAZs": true, "GetAtt": true,
	"If": true, "ImportValue": true, "Join": true, "Not": true, "Or": true, "Select": true, "Split": true, "Sub": true,
	"Contains": true, "EachMemberEquals": true, "EachMemberIn": true, "RefAll": true, "ValueOf": true, "ValueOfAll": true,
	"Transform": true,
}

func shortForm(tag string, v any) (any, error) {
	switch {
	case tag == "Ref" || tag == "Condition":
		return map[string]any{tag: v}, nil
	case shortForms[tag]:
		return map[string]any{"Fn::" + tag: v}, nil
	}
	return nil, errorf("Template format error: YAML not well-formed. Unknown tag !%s", tag)
}
