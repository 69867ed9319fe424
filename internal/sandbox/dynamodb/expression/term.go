package expression

import (
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// term is what SET can set to an attribute: an operand, a sum, a function's result.
type term interface {
	check(*Scope) error
	// evaluate gives the value for the item as it was before the update.
	evaluate(*Scope, value.Item) (value.Value, error)
	typ(*Scope) string
}

// plain is a path or a value.
type plain struct{ operand }

func (t plain) evaluate(s *Scope, item value.Item) (value.Value, error) {
	v := t.value(s, item)
	if v == nil {
		return nil, value.Invalid("The provided expression refers to an attribute that does not exist in the item")
	}
	return v, nil
}

// sum is a + b or a - b.
type sum struct {
	operator    string
	left, right term
}

func (t sum) check(s *Scope) error { return checkTerms(s, t.operator, "N", t.left, t.right) }

// checkTerms wants terms of the type, as far as their types are known.
func checkTerms(s *Scope, function, wanted string, terms ...term) error {
	for _, one := range terms {
		if err := one.check(s); err != nil {
			return err
		}
	}
	for _, one := range terms {
		if typ := one.typ(s); typ != "" && typ != wanted {
			return wrongOperand(function, typ)
		}
	}
	return nil
}

func (sum) typ(*Scope) string { return "N" }

func (t sum) evaluate(s *Scope, item value.Item) (value.Value, error) {
	left, right, err := both(s, item, t.left, t.right)
	if err != nil {
		return nil, err
	}
	if t.operator == "-" {
		if right, err = negate(right); err != nil {
			return nil, err
		}
	}
	return add(left, right)
}

func both(s *Scope, item value.Item, left, right term) (l, r value.Value, err error) {
	if l, err = left.evaluate(s, item); err != nil {
		return nil, nil, err
	}
	r, err = right.evaluate(s, item)
	return l, r, err
}

func negate(v value.Value) (value.Value, error) {
	n, isNumber := v.(*value.N)
	if !isNumber {
		return nil, errOperandType
	}
	parsed, err := value.ParseNumber(n.Value)
	return &value.N{Value: parsed.Negate().String()}, err
}

func add(a, b value.Value) (value.Value, error) {
	x, isNumber := a.(*value.N)
	y, both := b.(*value.N)
	if !isNumber || !both {
		return nil, errOperandType
	}
	left, err := value.ParseNumber(x.Value)
	if err != nil {
		return nil, err
	}
	right, err := value.ParseNumber(y.Value)
	if err != nil {
		return nil, err
	}
	total, err := left.Add(right)
	return &value.N{Value: total.String()}, err
}

// ifNotExists is the function of that name.
type ifNotExists struct {
	path      path
	otherwise term
}

func (t ifNotExists) check(s *Scope) error {
	if err := s.checkPath(t.path); err != nil {
		return err
	}
	return t.otherwise.check(s)
}

func (t ifNotExists) typ(*Scope) string { return "" }

func (t ifNotExists) evaluate(s *Scope, item value.Item) (value.Value, error) {
	if v := t.path.value(s, item); v != nil {
		return v, nil
	}
	return t.otherwise.evaluate(s, item)
}

// listAppend is the function list_append.
type listAppend struct{ left, right term }

func (t listAppend) check(s *Scope) error { return checkTerms(s, "list_append", "L", t.left, t.right) }

func (listAppend) typ(*Scope) string { return "L" }

func (t listAppend) evaluate(s *Scope, item value.Item) (value.Value, error) {
	left, right, err := both(s, item, t.left, t.right)
	if err != nil {
		return nil, err
	}
	a, isList := left.(*value.L)
	b, both := right.(*value.L)
	if !isList || !both {
		return nil, errOperandType
	}
	return &value.L{Value: slices.Concat(a.Value, b.Value)}, nil
}
