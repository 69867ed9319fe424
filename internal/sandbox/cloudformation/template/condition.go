package template

import (
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// Holds evaluates a named condition. The empty name holds.
func (s *Scope) Holds(name string) (bool, error) {
	if name == "" {
		return true, nil
	}
	if known, ok := s.conditions[name]; ok {
		return known, nil
	}
	expression, ok := s.Template.Conditions[name]
	if !ok {
		return false, errorf("Template error: unresolved condition dependency %s in Fn::If", name)
	}
	result, err := s.test(expression)
	if err != nil {
		return false, err
	}
	if s.conditions == nil {
		s.conditions = map[string]bool{}
	}
	s.conditions[name] = result
	return result, nil
}

// branch is Fn::If.
func (s *Scope) branch(arg any) (any, error) {
	name, then, otherwise, ok := ifParts(arg)
	if !ok {
		return nil, errorf("Template error: Fn::If requires a list argument with three elements, the first a condition name")
	}
	holds, err := s.Holds(name)
	if err != nil {
		return nil, err
	}
	if holds {
		return s.Eval(then)
	}
	return s.Eval(otherwise)
}

func ifParts(arg any) (condition string, then, otherwise any, ok bool) {
	args, _ := arg.([]any)
	if len(args) != 3 {
		return "", nil, nil, false
	}
	condition, ok = args[0].(string)
	return condition, args[1], args[2], ok
}

// test evaluates a condition expression.
func (s *Scope) test(expression any) (bool, error) {
	m, _ := expression.(map[string]any)
	if len(m) != 1 {
		return false, errorf("Template format error: Conditions can only be boolean operations on parameters and other conditions")
	}
	for name, arg := range m {
		switch name {
		case "Condition":
			text, _ := arg.(string)
			return s.Holds(text)
		case "Fn::Equals":
			return s.equals(arg)
		case "Fn::Not", "Fn::And", "Fn::Or":
			return s.combine(name, arg)
		case "Fn::Contains", "Fn::EachMemberIn", "Fn::EachMemberEquals":
			return s.members(name, arg)
		}
	}
	return false, errorf("Template format error: Conditions can only be boolean operations on parameters and other conditions")
}

func (s *Scope) equals(arg any) (bool, error) {
	args, ok := arg.([]any)
	if !ok || len(args) != 2 {
		return false, errorf("Template error: every Fn::Equals object requires a list of 2 string parameters.")
	}
	left, err := s.Eval(args[0])
	if err != nil {
		return false, err
	}
	right, err := s.Eval(args[1])
	if err != nil {
		return false, err
	}
	return sameValue(left, right), nil
}

// sameValue compares the way CloudFormation does, to whom 1 and "1" are the same.
func sameValue(a, b any) bool {
	left, leftScalar := resource.Text(a)
	right, rightScalar := resource.Text(b)
	if leftScalar && rightScalar {
		return left == right
	}
	return Canonical(a) == Canonical(b)
}

func (s *Scope) combine(name string, arg any) (bool, error) {
	operands, ok := arg.([]any)
	low, high := 2, 10
	if name == "Fn::Not" {
		low, high = 1, 1
	}
	if !ok || len(operands) < low || len(operands) > high {
		return false, errorf("Template error: every %s object requires a list of %s boolean parameters.", name,
			map[bool]string{true: "1", false: "at least 2 and at most 10"}[low == 1])
	}
	count := 0
	for _, operand := range operands {
		holds, err := s.test(operand)
		if err != nil {
			return false, err
		}
		if holds {
			count++
		}
	}
	switch name {
	case "Fn::Not":
		return count == 0, nil
	case "Fn::And":
		return count == len(operands), nil
	}
	return count > 0, nil
}

// members are the functions on lists that only rules may use.
func (s *Scope) members(name string, arg any) (bool, error) {
	args, ok := arg.([]any)
	if !ok || len(args) != 2 {
		return false, errorf("Template error: every %s object requires a list of 2 parameters.", strings.TrimPrefix(name, "Fn::"))
	}
	first, err := s.Eval(args[0])
	if err != nil {
		return false, err
	}
	second, err := s.Eval(args[1])
	if err != nil {
		return false, err
	}
	switch name {
	case "Fn::Contains":
		return contains(asList(first), second), nil
	case "Fn::EachMemberIn":
		return every(asList(first), func(v any) bool { return contains(asList(second), v) }), nil
	}
	return every(asList(first), func(v any) bool { return sameValue(v, second) }), nil
}

func asList(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func contains(list []any, v any) bool {
	for _, item := range list {
		if sameValue(item, v) {
			return true
		}
	}
	return false
}

func every(list []any, holds func(any) bool) bool {
	for _, item := range list {
		if !holds(item) {
			return false
		}
	}
	return true
}
