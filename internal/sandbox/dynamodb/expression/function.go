package expression

import (
	"bytes"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// call is one of the functions that are conditions.
type call struct {
	name string
	args []operand
}

// conditionFunctions are those functions and how many operands they take.
func conditionFunctions(name string) (operands int, known bool) {
	switch name {
	case "attribute_exists", "attribute_not_exists":
		return 1, true
	case "attribute_type", "begins_with", "contains":
		return 2, true
	}
	return 0, false
}

func (c call) check(s *Scope) error {
	if err := checkAll(s, c.args...); err != nil {
		return err
	}
	if n, _ := conditionFunctions(c.name); n != len(c.args) {
		return wrongCount(c.name, len(c.args))
	}
	if len(c.args) == 2 {
		if err := checkDistinct(s, c.name, c.args[0], c.args[1]); err != nil {
			return err
		}
	}
	return c.checkTypes(s)
}

func (c call) checkTypes(s *Scope) error {
	switch c.name {
	case "attribute_exists", "attribute_not_exists":
		if _, isPath := c.args[0].(path); !isPath {
			return value.Invalid("Operator or function requires a document path; operator or function: %s", c.name)
		}
	case "begins_with":
		for _, arg := range c.args {
			if typ := arg.typ(s); typ != "" && typ != "S" && typ != "B" {
				return wrongOperand(c.name, typ)
			}
		}
	case "attribute_type":
		return c.checkTypeName(s)
	}
	return nil
}

func (c call) checkTypeName(s *Scope) error {
	name, isText := c.args[1].value(s, nil).(*value.S)
	if !isText {
		typ := c.args[1].typ(s)
		if typ == "" {
			typ = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
		}
		return wrongOperand(c.name, typ)
	}
	if !slices.Contains([]string{"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"}, name.Value) {
		return value.Invalid("Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", name.Value)
	}
	return nil
}

func (c call) holds(s *Scope, item value.Item) bool {
	v := c.args[0].value(s, item)
	switch c.name {
	case "attribute_exists":
		return v != nil
	case "attribute_not_exists":
		return v == nil
	}
	with := c.args[1].value(s, item)
	switch c.name {
	case "attribute_type":
		return v != nil && value.Type(v) == with.(*value.S).Value
	case "begins_with":
		return beginsWith(v, with)
	}
	return contains(v, with)
}

func beginsWith(v, start value.Value) bool {
	switch v := v.(type) {
	case *value.S:
		start, same := start.(*value.S)
		return same && strings.HasPrefix(v.Value, start.Value)
	case *value.B:
		start, same := start.(*value.B)
		return same && bytes.HasPrefix(v.Value, start.Value)
	}
	return false
}

// contains looks for a part of a string or binary, or a member of a set or list.
func contains(v, part value.Value) bool {
	switch v := v.(type) {
	case *value.S:
		part, same := part.(*value.S)
		return same && strings.Contains(v.Value, part.Value)
	case *value.B:
		part, same := part.(*value.B)
		return same && bytes.Contains(v.Value, part.Value)
	case *value.L:
		return part != nil && value.Contains(v.Value, part)
	}
	return part != nil && value.Contains(value.Members(v), part)
}
