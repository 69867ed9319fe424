package template

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// evalText evaluates v to a string, or fails with the message.
func (s *Scope) evalText(v any, message string) (string, error) {
	v, err := s.Eval(v)
	if err != nil {
		return "", err
	}
	if text, ok := resource.Text(v); ok {
		return text, nil
	}
	return "", errorf("%s", message)
}

const joinUsage = "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and " +
	"(2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."

func (s *Scope) join(arg any) (any, error) {
	args, ok := arg.([]any)
	if !ok || len(args) != 2 {
		return nil, errorf(joinUsage)
	}
	delimiter, ok := args[0].(string)
	if !ok {
		return nil, errorf(joinUsage)
	}
	v, err := s.Eval(args[1])
	if err != nil {
		return nil, err
	}
	if unknown(v) {
		return KnownAfterApply, nil
	}
	items, ok := v.([]any)
	if !ok {
		return nil, errorf(joinUsage)
	}
	parts := make([]string, len(items))
	for i, item := range items {
		if parts[i], ok = resource.Text(item); !ok {
			return nil, errorf(joinUsage)
		}
	}
	return strings.Join(parts, delimiter), nil
}

const splitUsage = "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and " +
	"(2) a string to be split or a function that returns a string to be split."

func (s *Scope) split(arg any) (any, error) {
	args, ok := arg.([]any)
	if !ok || len(args) != 2 {
		return nil, errorf(splitUsage)
	}
	delimiter, ok := args[0].(string)
	if !ok || delimiter == "" {
		return nil, errorf(splitUsage)
	}
	text, err := s.evalText(args[1], splitUsage)
	if err != nil {
		return nil, err
	}
	if unknown(text) {
		return KnownAfterApply, nil
	}
	list := []any{}
	for part := range strings.SplitSeq(text, delimiter) {
		list = append(list, part)
	}
	return list, nil
}

const selectUsage = "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"

func (s *Scope) choose(arg any) (any, error) {
	args, ok := arg.([]any)
	if !ok || len(args) != 2 {
		return nil, errorf(selectUsage)
	}
	text, err := s.evalText(args[0], selectUsage)
	if err != nil {
		return nil, err
	}
	index, err := strconv.ParseInt(text, 10, 32)
	if err != nil || index < 0 || index > math.MaxInt32 {
		return nil, errorf(selectUsage)
	}
	v, err := s.Eval(args[1])
	if err != nil || unknown(v) {
		return KnownAfterApply, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, errorf(selectUsage)
	}
	if int(index) >= len(list) {
		return nil, errorf("Template error: Fn::Select cannot select nonexistent value at index %d", index)
	}
	return list[index], nil
}

func (s *Scope) base64(arg any) (any, error) {
	text, err := s.evalText(arg, "Template error: every Fn::Base64 object must have a String-typed value.")
	if err != nil || unknown(text) {
		return KnownAfterApply, err
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), nil
}

// unknown reports a string whose text is not known before apply.
func unknown(v any) bool {
	text, ok := v.(string)
	return ok && strings.Contains(text, KnownAfterApply)
}

const subUsage = "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. " +
	"Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string"

var (
	placeholder = lazy.Regexp(`\$\{([^}]*)\}`)
	subName     = lazy.Regexp(`^[A-Za-z0-9_.:]+$`)
)

func subParts(arg any) (text string, variables map[string]any, err error) {
	switch arg := arg.(type) {
	case string:
		return arg, nil, nil
	case []any:
		if len(arg) == 2 {
			text, isText := arg[0].(string)
			variables, isMap := arg[1].(map[string]any)
			if isText && isMap {
				return text, variables, nil
			}
		}
	}
	return "", nil, errorf(subUsage)
}

func (s *Scope) sub(arg any) (any, error) {
	text, variables, err := subParts(arg)
	if err != nil {
		return nil, err
	}
	out := placeholder().ReplaceAllStringFunc(text, func(found string) string {
		name := strings.TrimSpace(found[2 : len(found)-1])
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}"
		}
		value, e := s.substitute(name, variables)
		if e != nil && err == nil {
			err = e
		}
		return value
	})
	return out, err
}

func (s *Scope) substitute(name string, variables map[string]any) (string, error) {
	const message = "Template error: Fn::Sub values must be strings"
	if !subName().MatchString(name) {
		return "", errorf("Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons")
	}
	if v, ok := variables[name]; ok {
		return s.evalText(v, message)
	}
	if strings.Contains(name, ".") {
		return s.evalText(map[string]any{"Fn::GetAtt": name}, message)
	}
	return s.evalText(map[string]any{"Ref": name}, message)
}
