package template

import (
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"
)

// Dynamic is a dynamic reference, "{{resolve:service:...}}": text that stays in
// the properties and is replaced only on the way to the resource's service.
type Dynamic struct {
	// Service is "ssm", "ssm-secure" or "secretsmanager".
	Service string
	// Name is the parameter's name, or the secret's name or ARN.
	Name string
	// Version is the version number of a parameter or the version id of a secret;
	// Stage is the version stage of a secret; both may be empty.
	Version, Stage string
	// JSONKey picks one value of a secret that is a JSON object.
	JSONKey string
}

var dynamicReference = lazy.Regexp(`\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}`)

// Resolve replaces the dynamic references in v by what resolve gives for them.
// The result shares nothing with v.
func Resolve(v any, resolve func(Dynamic) (string, error)) (any, error) {
	switch v := v.(type) {
	case string:
		return resolveText(v, resolve)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = Resolve(item, resolve); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, key := range sortedKeys(v) {
			var err error
			if out[key], err = Resolve(v[key], resolve); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

// HasDynamic reports whether a text holds a dynamic reference.
func HasDynamic(text string) bool { return dynamicReference().MatchString(text) }

func resolveText(text string, resolve func(Dynamic) (string, error)) (string, error) {
	var failure error
	out := dynamicReference().ReplaceAllStringFunc(text, func(found string) string {
		parts := dynamicReference().FindStringSubmatch(found)
		value, err := resolve(parseDynamic(parts[1], parts[2]))
		if err != nil && failure == nil {
			failure = err
		}
		return value
	})
	return out, failure
}

// secretARNParts is the number of colon-separated parts of a secret's ARN.
const secretARNParts = 7

func parseDynamic(service, rest string) Dynamic {
	d := Dynamic{Service: service}
	if service != "secretsmanager" {
		d.Name, d.Version, _ = strings.Cut(rest, ":")
		return d
	}
	parts := strings.Split(rest, ":")
	named := 1
	if parts[0] == "arn" && len(parts) >= secretARNParts {
		named = secretARNParts
	}
	d.Name = strings.Join(parts[:named], ":")
	options := append(parts[named:], "", "", "", "")
	// options[0] is the word SecretString.
	d.JSONKey, d.Stage, d.Version = options[1], options[2], options[3]
	return d
}
