package expression

import (
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// KeyCondition is what a KeyConditionExpression asks of one key attribute.
type KeyCondition struct {
	// Operator is = < <= > >= BETWEEN or begins_with.
	Operator string
	// Values are two for BETWEEN, otherwise one.
	Values []value.Value
}

// KeyConditions checks a condition as a KeyConditionExpression and gives what it
// asks of each attribute.
func (c *Condition) KeyConditions(s *Scope) (map[string]KeyCondition, error) {
	if err := c.Check(s); err != nil {
		return nil, err
	}
	keys := keyConditions{s, map[string]KeyCondition{}}
	if err := keys.collect(c.tree); err != nil {
		return nil, err
	}
	return keys.found, nil
}

type keyConditions struct {
	scope *Scope
	found map[string]KeyCondition
}

func (k keyConditions) collect(c condition) error {
	switch c := c.(type) {
	case enclosed:
		return k.collect(c.condition)
	case and:
		if err := k.collect(c.left); err != nil {
			return err
		}
		return k.collect(c.right)
	case comparison:
		return k.compared(c)
	case between:
		if _, isPath := c.of.(path); !isPath {
			return notFirst("BETWEEN")
		}
		return k.add("BETWEEN", c.of, c.low, c.high)
	case call:
		if c.name != "begins_with" {
			return wrongKeyOperator(c.name)
		}
		if _, isPath := c.args[0].(path); !isPath {
			return notFirst(c.name)
		}
		return k.add(c.name, c.args...)
	case or:
		return wrongKeyOperator("OR")
	case not:
		return wrongKeyOperator("NOT")
	}
	return wrongKeyOperator("IN")
}

func wrongKeyOperator(operator string) error {
	return value.Invalid("Invalid operator used in KeyConditionExpression: %s", operator)
}

func notFirst(operator string) error {
	return value.Invalid("Invalid condition in KeyConditionExpression: %s operator must have the key attribute as its first operand", operator)
}

func (k keyConditions) compared(c comparison) error {
	if c.operator == "<>" {
		return wrongKeyOperator(c.operator)
	}
	if _, isPath := c.left.(path); isPath {
		return k.add(c.operator, c.left, c.right)
	}
	return k.add(turned(c.operator), c.right, c.left)
}

// turned is the operator when its sides change places.
func turned(operator string) string { return strings.NewReplacer("<", ">", ">", "<").Replace(operator) }

// add takes the condition on one attribute.
func (k keyConditions) add(operator string, operands ...operand) error {
	at, isPath := operands[0].(path)
	if !isPath {
		return value.Invalid("Invalid condition in KeyConditionExpression: No key attribute specified")
	}
	kc := KeyCondition{Operator: operator}
	for _, one := range operands[1:] {
		switch one := one.(type) {
		case placeholder:
			kc.Values = append(kc.Values, one.value(k.scope, nil))
		case path:
			return value.Invalid("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
		default:
			return value.Invalid("KeyConditionExpressions cannot contain nested operations")
		}
	}
	if len(at) > 1 {
		return value.Invalid("KeyConditionExpressions cannot have conditions on nested attributes")
	}
	name := k.scope.resolve(at)[0].name
	if _, twice := k.found[name]; twice {
		return value.Invalid("KeyConditionExpressions must only contain one condition per key")
	}
	k.found[name] = kc
	return nil
}

// Attributes are the attributes in which the condition's paths begin.
func (c *Condition) Attributes(s *Scope) []string {
	var paths []path
	walk(c.tree, func(o operand) {
		if f, isSize := o.(size); isSize {
			o = f.of
		}
		if at, isPath := o.(path); isPath {
			paths = append(paths, s.resolve(at))
		}
	})
	return Projection{paths}.Attributes()
}

// walk visits every operand of a condition.
func walk(c condition, visit func(operand)) {
	switch c := c.(type) {
	case enclosed:
		walk(c.condition, visit)
	case not:
		walk(c.of, visit)
	case and:
		walk(c.left, visit)
		walk(c.right, visit)
	case or:
		walk(c.left, visit)
		walk(c.right, visit)
	case comparison:
		visit(c.left)
		visit(c.right)
	case between:
		visit(c.of)
		visit(c.low)
		visit(c.high)
	case in:
		visit(c.of)
		for _, one := range c.all {
			visit(one)
		}
	case call:
		for _, one := range c.args {
			visit(one)
		}
	}
}
