package expression

import (
	"strconv"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// operand is what a condition compares: a path, a value's placeholder or a size.
type operand interface {
	// check looks at the operand in a scope before it is used there.
	check(*Scope) error
	// value gives its value for an item, nil if there is none.
	value(*Scope, value.Item) value.Value
	// typ is its type as far as that is known without an item, or "".
	typ(*Scope) string
}

func (p path) check(s *Scope) error { return s.checkPath(p) }

func (p path) value(s *Scope, item value.Item) value.Value { return s.resolve(p).find(item) }

func (path) typ(*Scope) string { return "" }

// placeholder is a value's, ":v".
type placeholder string

func (p placeholder) check(s *Scope) error { return s.checkValue(string(p)) }

func (p placeholder) value(s *Scope, _ value.Item) value.Value { return s.values[string(p)] }

func (p placeholder) typ(s *Scope) string { return value.Type(s.values[string(p)]) }

// size is the function of that name.
type size struct{ of operand }

func (f size) check(s *Scope) error {
	if err := f.of.check(s); err != nil {
		return err
	}
	switch typ := f.of.typ(s); typ {
	case "N", "BOOL", "NULL":
		return wrongOperand("size", typ)
	}
	return nil
}

func (f size) value(s *Scope, item value.Item) value.Value {
	if n := sizeOf(f.of.value(s, item)); n >= 0 {
		return &value.N{Value: strconv.Itoa(n)}
	}
	return nil
}

func (size) typ(*Scope) string { return "N" }

// sizeOf is what size() says: bytes of strings and binaries, members of all
// others, and -1 for what has no size.
func sizeOf(v value.Value) int {
	switch v := v.(type) {
	case *value.S:
		return len(v.Value)
	case *value.B:
		return len(v.Value)
	case *value.L:
		return len(v.Value)
	case *value.M:
		return len(v.Value)
	case *value.SS, *value.NS, *value.BS:
		return len(value.Members(v))
	}
	return -1
}

func wrongOperand(function, typ string) error {
	return value.Invalid("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", function, typ)
}

func wrongCount(function string, n int) error {
	return value.Invalid("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", function, n)
}
