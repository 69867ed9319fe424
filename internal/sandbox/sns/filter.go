package sns

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// wants holds a notification against the subscription's filter policy. A policy is
// about the message's attributes or, where its scope says so, about a JSON body.
func (sub subscription) wants(n *notification) bool {
	var policy map[string]any
	if json.Unmarshal([]byte(sub.Attributes["FilterPolicy"]), &policy) != nil || len(policy) == 0 {
		return true
	}
	if sub.Attributes["FilterPolicyScope"] != "MessageBody" {
		return matches(policy, n.properties())
	}
	var body map[string]any
	return json.Unmarshal([]byte(n.text(sub.Protocol)), &body) == nil && matches(policy, body)
}

// properties are the message's attributes as values of JSON.
func (n *notification) properties() map[string]any {
	out := map[string]any{}
	for name, value := range n.attributes {
		text := aws.ToString(value.StringValue)
		switch kind, _, _ := strings.Cut(aws.ToString(value.DataType), "."); kind {
		case "Number":
			out[name], _ = strconv.ParseFloat(text, 64)
		case "String":
			out[name] = text
			var list []any
			if *value.DataType == "String.Array" && json.Unmarshal([]byte(text), &list) == nil {
				out[name] = list
			}
		}
	}
	return out
}

// matches reports whether each key of the policy has a condition that holds.
func matches(policy, values map[string]any) bool {
	for key, wanted := range policy {
		value, present := values[key]
		switch rule := wanted.(type) {
		case map[string]any:
			nested, ok := value.(map[string]any)
			if !ok || !matches(rule, nested) {
				return false
			}
		case []any:
			if !anyHolds(rule, value, present) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func anyHolds(conditions []any, value any, present bool) bool {
	candidates, isList := value.([]any)
	if !isList {
		candidates = []any{value}
	}
	for _, condition := range conditions {
		if _, ok := condition.([]any); ok {
			continue // no condition is a list
		}
		rule, isRule := condition.(map[string]any)
		if wanted, ok := rule["exists"].(bool); ok && wanted == present {
			return true
		}
		for _, candidate := range candidates {
			if present && (isRule && holds(rule, candidate) || !isRule && condition == candidate) {
				return true
			}
		}
	}
	return false
}

// holds is one condition with an operator (Amazon SNS subscription filter
// policies); one that is not known holds for nothing.
func holds(rule map[string]any, value any) bool {
	text, isText := value.(string)
	number, isNumber := value.(float64)
	for operator, operand := range rule {
		wanted, _ := operand.(string)
		switch operator {
		case "prefix":
			return isText && strings.HasPrefix(text, wanted)
		case "suffix":
			return isText && strings.HasSuffix(text, wanted)
		case "equals-ignore-case":
			return isText && strings.EqualFold(text, wanted)
		case "anything-but":
			return !excluded(operand, value)
		case "numeric":
			bounds, _ := operand.([]any)
			return isNumber && within(bounds, number)
		}
	}
	return false
}

// excluded reports whether anything-but names the value: itself, in a list, or by
// a prefix or suffix.
func excluded(operand, value any) bool {
	switch o := operand.(type) {
	case []any:
		return anyHolds(o, value, true)
	case map[string]any:
		return holds(o, value)
	}
	return operand == value
}

// within reads bounds as ["<", 5] or [">=", 1, "<", 5].
func within(bounds []any, number float64) bool {
	if len(bounds) == 0 || len(bounds)%2 != 0 {
		return false
	}
	for i := 0; i < len(bounds); i += 2 {
		limit, ok := bounds[i+1].(float64)
		operator, _ := bounds[i].(string)
		comparisons := map[string]bool{"=": number == limit, "<": number < limit, "<=": number <= limit, ">": number > limit, ">=": number >= limit}
		if !ok || !comparisons[operator] {
			return false
		}
	}
	return true
}
