package template

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// Parameter is one entry of the Parameters section.
type Parameter struct {
	Type                  string
	Description           string
	ConstraintDescription string
	// Default is nil for a parameter that must be given.
	Default        *string
	NoEcho         bool
	AllowedValues  []string
	AllowedPattern string
	// MinLength, MaxLength, MinValue and MaxValue are nil where not set.
	MinLength, MaxLength, MinValue, MaxValue *float64
}

// declaration is a parameter as the template writes it.
type declaration struct {
	Type                                     string `cfn:"required"`
	Description, ConstraintDescription       string
	Default                                  *string
	NoEcho                                   bool
	AllowedValues                            []string
	AllowedPattern                           string
	MinLength, MaxLength, MinValue, MaxValue *float64
}

func (t *Template) buildParameters(root map[string]any) error {
	parameters, err := section(root, "Parameters")
	if err != nil {
		return err
	}
	t.Parameters = make(map[string]Parameter, len(parameters))
	for _, name := range sortedKeys(parameters) {
		m, ok := parameters[name].(map[string]any)
		if !ok || m["Type"] == nil {
			return errorf("Template format error: Every Parameters object must contain a Type member.")
		}
		var d declaration
		if err := resource.Decode(m, &d); err != nil {
			return errorf("Template format error: Invalid template parameter %s: %s", name, err)
		}
		p := Parameter(d)
		if !p.known() {
			return errorf("Template format error: Unrecognized parameter type: %s", p.Type)
		}
		t.Parameters[name] = p
	}
	return nil
}

var parameterType = lazy.Regexp(`^(String|Number|List<Number>|List<String>|CommaDelimitedList|(List<)?AWS::[A-Za-z0-9:]+>?)$`)

func (p Parameter) known() bool {
	inner, isSSM := p.SSMValueType()
	return isSSM && parameterType().MatchString(inner) || !isSSM && parameterType().MatchString(p.Type)
}

// SSMValueType gives T of AWS::SSM::Parameter::Value<T>: the parameter's value is
// then the name of a Parameter Store parameter, and Ref gives what is stored there.
func (p Parameter) SSMValueType() (inner string, ok bool) {
	inner, ok = strings.CutPrefix(p.Type, "AWS::SSM::Parameter::Value<")
	return strings.TrimSuffix(inner, ">"), ok
}

// Resolved gives what Ref gives for a text: a string, or a list for list types.
func (p Parameter) Resolved(text string) any {
	kind := p.Type
	if inner, ok := p.SSMValueType(); ok {
		kind = inner
	}
	if kind != "CommaDelimitedList" && !strings.HasPrefix(kind, "List<") {
		return text
	}
	list := []any{}
	if text == "" {
		return list
	}
	for item := range strings.SplitSeq(text, ",") {
		list = append(list, strings.TrimSpace(item))
	}
	return list
}

// Check holds a value against the parameter's constraints.
func (p Parameter) Check(name, value string) error {
	message := p.violation(name, value)
	if message == "" {
		return nil
	}
	if p.ConstraintDescription != "" {
		return errorf("Parameter %s failed to satisfy constraint: %s", name, p.ConstraintDescription)
	}
	return &Error{Message: message}
}

func (p Parameter) violation(name, value string) string {
	items := []string{value}
	if list, ok := p.Resolved(value).([]any); ok {
		items = stringList(list)
	}
	for _, item := range items {
		if len(p.AllowedValues) > 0 && !slices.Contains(p.AllowedValues, item) {
			return "Parameter '" + name + "' must be one of AllowedValues"
		}
	}
	for _, check := range []func(string, string) string{p.lengthViolation, p.numberViolation} {
		if message := check(name, value); message != "" {
			return message
		}
	}
	if p.AllowedPattern != "" {
		pattern, err := regexp.Compile(`^(?:` + p.AllowedPattern + `)$`)
		if err != nil || !pattern.MatchString(value) {
			return "Parameter '" + name + "' must match pattern " + p.AllowedPattern
		}
	}
	return ""
}

func (p Parameter) lengthViolation(name, value string) string {
	length := float64(utf8.RuneCountInString(value))
	switch {
	case p.MinLength != nil && length < *p.MinLength:
		return "Parameter '" + name + "' must contain at least " + number(*p.MinLength) + " characters"
	case p.MaxLength != nil && length > *p.MaxLength:
		return "Parameter '" + name + "' must contain at most " + number(*p.MaxLength) + " characters"
	}
	return ""
}

func (p Parameter) numberViolation(name, value string) string {
	items := []string{value}
	switch p.Type {
	case "List<Number>":
		items = stringList(p.Resolved(value))
	case "Number":
	default:
		return ""
	}
	for _, item := range items {
		n, err := strconv.ParseFloat(item, 64)
		switch {
		case err != nil:
			return "Parameter '" + name + "' must be a number"
		case p.MinValue != nil && n < *p.MinValue:
			return "Parameter '" + name + "' must be a number not less than " + number(*p.MinValue)
		case p.MaxValue != nil && n > *p.MaxValue:
			return "Parameter '" + name + "' must be a number not greater than " + number(*p.MaxValue)
		}
	}
	return ""
}

func number(f float64) string {
	text, _ := resource.Text(f)
	return text
}
