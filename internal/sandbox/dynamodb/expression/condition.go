package expression

import (
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// condition is a node of a condition's tree.
type condition interface {
	check(*Scope) error
	holds(*Scope, value.Item) bool
}

type (
	and struct{ left, right condition }
	or  struct{ left, right condition }
	not struct{ of condition }
	// comparison has one of the operators = <> < <= > >=.
	comparison struct {
		operator    string
		left, right operand
	}
	between struct{ of, low, high operand }
	in      struct {
		of  operand
		all []operand
	}
)

func (c and) check(s *Scope) error { return checkBoth(s, c.left, c.right) }

func (c or) check(s *Scope) error { return checkBoth(s, c.left, c.right) }

func (c not) check(s *Scope) error { return c.of.check(s) }

func checkBoth(s *Scope, left, right condition) error {
	if err := left.check(s); err != nil {
		return err
	}
	return right.check(s)
}

func (c and) holds(s *Scope, item value.Item) bool {
	return c.left.holds(s, item) && c.right.holds(s, item)
}

func (c or) holds(s *Scope, item value.Item) bool {
	return c.left.holds(s, item) || c.right.holds(s, item)
}

func (c not) holds(s *Scope, item value.Item) bool { return !c.of.holds(s, item) }

func (c comparison) check(s *Scope) error {
	if err := checkAll(s, c.left, c.right); err != nil {
		return err
	}
	if err := checkDistinct(s, c.operator, c.left, c.right); err != nil {
		return err
	}
	if c.operator == "=" || c.operator == "<>" {
		return nil
	}
	for _, side := range []operand{c.left, c.right} {
		switch typ := side.typ(s); typ {
		case "", "S", "N", "B":
		default:
			return wrongOperand(c.operator, typ)
		}
	}
	return nil
}

func checkAll(s *Scope, all ...operand) error {
	for _, one := range all {
		if err := one.check(s); err != nil {
			return err
		}
	}
	return nil
}

// checkDistinct refuses to compare a path with itself.
func checkDistinct(s *Scope, operator string, left, right operand) error {
	a, isPath := left.(path)
	b, both := right.(path)
	if isPath && both && s.resolve(a).compare(s.resolve(b)) == 0 {
		return value.Invalid("The first operand must be distinct from the remaining operands for this operator or function; "+
			"operator: %s, first operand: %s", operator, s.resolve(a))
	}
	return nil
}

// holds is false when a side is missing, but for <>: what is not there differs.
func (c comparison) holds(s *Scope, item value.Item) bool {
	left, right := c.left.value(s, item), c.right.value(s, item)
	switch c.operator {
	case "=":
		return left != nil && value.Equal(left, right)
	case "<>":
		return left == nil || !value.Equal(left, right)
	}
	order, ok := value.Compare(left, right)
	return ok && ordered(c.operator, order)
}

func ordered(operator string, order int) bool {
	switch operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func (c between) check(s *Scope) error {
	if err := checkAll(s, c.of, c.low, c.high); err != nil {
		return err
	}
	low, isValue := c.low.(placeholder)
	high, both := c.high.(placeholder)
	if !isValue || !both {
		return nil
	}
	return checkBounds(low.value(s, nil), high.value(s, nil))
}

func checkBounds(low, high value.Value) error {
	const bounds = "lower bound operand: AttributeValue: {%s:%s}, upper bound operand: AttributeValue: {%s:%s}"
	show := []any{value.Type(low), value.Text(low), value.Type(high), value.Text(high)}
	order, ok := value.Compare(low, high)
	switch {
	case value.Type(low) != value.Type(high):
		return value.Invalid("The BETWEEN operator requires same data type for lower and upper bounds; "+bounds, show...)
	case !ok:
		return wrongOperand("BETWEEN", value.Type(low))
	case order > 0:
		return value.Invalid("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "+bounds, show...)
	}
	return nil
}

func (c between) holds(s *Scope, item value.Item) bool {
	v := c.of.value(s, item)
	fromLow, ok := value.Compare(v, c.low.value(s, item))
	fromHigh, both := value.Compare(v, c.high.value(s, item))
	return ok && both && fromLow >= 0 && fromHigh <= 0
}

// maxIn is how many values IN takes.
const maxIn = 100

func (c in) check(s *Scope) error {
	if len(c.all) > maxIn {
		return wrongCount("IN", len(c.all)+1)
	}
	return checkAll(s, append([]operand{c.of}, c.all...)...)
}

func (c in) holds(s *Scope, item value.Item) bool {
	v := c.of.value(s, item)
	for _, one := range c.all {
		if v != nil && value.Equal(v, one.value(s, item)) {
			return true
		}
	}
	return false
}
