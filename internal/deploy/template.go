package deploy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// template is what is read of a template's body.
type template struct {
	Parameters map[string]templateParameter `json:"Parameters"`
	Resources  map[string]templateResource  `json:"Resources"`
	Outputs    map[string]json.RawMessage   `json:"Outputs"`
	Conditions map[string]any               `json:"Conditions"`
}

type templateParameter struct {
	Type    string `json:"Type"`
	Default any    `json:"Default"`
}

type templateResource struct {
	Type           string         `json:"Type"`
	Condition      string         `json:"Condition"`
	Properties     map[string]any `json:"Properties"`
	DependsOn      any            `json:"DependsOn"`
	DeletionPolicy string         `json:"DeletionPolicy"`
	UpdateReplace  string         `json:"UpdateReplacePolicy"`
}

func parseTemplate(body string) (*template, error) {
	t := &template{}
	if err := json.Unmarshal([]byte(body), t); err != nil {
		return nil, fmt.Errorf("read template: %w", err)
	}
	return t, nil
}

// resolvesParameter reports whether a template parameter's value is the name of a
// Parameter Store parameter, which CloudFormation reads.
func (p templateParameter) resolvesParameter() bool {
	return strings.HasPrefix(p.Type, "AWS::SSM::Parameter::Value<")
}

// values gives every declared parameter its value: the one that was given, else
// the default. Parameters without either are in missing.
func (t *template) values(given map[string]string) (values map[string]string, missing []string) {
	values = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(t.Parameters)) {
		value, ok := given[name]
		switch fallback := t.Parameters[name].Default; {
		case ok:
			values[name] = value
		case fallback != nil:
			values[name] = scalar(fallback)
		default:
			missing = append(missing, name)
		}
	}
	return values, missing
}

// reads lists the Parameter Store names that the template's parameters resolve,
// by the parameter's logical id.
func (t *template) reads(values map[string]string) map[string]string {
	out := map[string]string{}
	for name, p := range t.Parameters {
		if p.resolvesParameter() && values[name] != "" {
			out[name] = values[name]
		}
	}
	return out
}

// scalar writes a JSON scalar as CloudFormation reads a parameter's default.
func scalar(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}
