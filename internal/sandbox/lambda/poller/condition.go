package poller

import (
	"slices"
	"strings"
)

// knownCondition reports whether a condition is a value, or an object of one
// operator.
func knownCondition(condition any) bool {
	switch c := condition.(type) {
	case map[string]any:
		if len(c) != 1 {
			return false
		}
		for operator, operand := range c {
			return knownOperator(operator, operand)
		}
	case []any:
		return false
	}
	return true
}

func knownOperator(operator string, operand any) bool {
	switch operator {
	case "prefix", "suffix", "equals-ignore-case":
		_, ok := operand.(string)
		return ok
	case "exists":
		_, ok := operand.(bool)
		return ok
	case "anything-but":
		return excludable(operand)
	case "numeric":
		list, _ := operand.([]any)
		for n := 0; n+1 < len(list); n += 2 {
			sign, isText := list[n].(string)
			if _, isNumber := list[n+1].(float64); !isText || !isNumber || !strings.Contains(" < <= = >= > ", " "+sign+" ") {
				return false
			}
		}
		return len(list) == 2 || len(list) == 4
	}
	return false
}

// excludable reports whether anything-but can have the operand: values, or another
// operator.
func excludable(operand any) bool {
	switch o := operand.(type) {
	case map[string]any:
		return knownCondition(o)
	case []any:
		return !slices.ContainsFunc(o, composite)
	}
	return operand != nil
}

func composite(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// fulfils reports whether a value is the one of the condition, or does what the
// operator in it asks.
func fulfils(condition, value any, present bool) bool {
	object, ok := condition.(map[string]any)
	if !ok {
		return present && value == condition
	}
	for operator, operand := range object {
		if operator == "exists" {
			return present == operand
		}
		return present && operate(operator, operand, value)
	}
	return false
}

func operate(operator string, operand, value any) bool {
	switch operator {
	case "prefix":
		return hasText(strings.HasPrefix, operand, value)
	case "suffix":
		return hasText(strings.HasSuffix, operand, value)
	case "equals-ignore-case":
		return hasText(strings.EqualFold, operand, value)
	case "anything-but":
		return differs(operand, value)
	case "numeric":
		return compares(operand, value)
	}
	return false
}

// hasText compares texts; nothing else has a part.
func hasText(has func(text, part string) bool, operand, value any) bool {
	part, ok := operand.(string)
	text, isText := value.(string)
	return ok && isText && has(text, part)
}

// differs reports whether a value is none of the operand's.
func differs(operand, value any) bool {
	switch o := operand.(type) {
	case []any:
		return !slices.ContainsFunc(o, func(one any) bool { return one == value })
	case map[string]any:
		return !fulfils(o, value, true)
	}
	return operand != value
}

func compares(operand, value any) bool {
	number, ok := value.(float64)
	list, _ := operand.([]any)
	for n := 0; ok && n+1 < len(list); n += 2 {
		bound, _ := list[n+1].(float64)
		switch list[n] {
		case "<":
			ok = number < bound
		case "<=":
			ok = number <= bound
		case "=":
			ok = number == bound
		case ">=":
			ok = number >= bound
		case ">":
			ok = number > bound
		}
	}
	return ok
}
