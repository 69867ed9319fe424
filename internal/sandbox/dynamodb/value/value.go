// Package value is what DynamoDB knows of attribute values: which are allowed,
// how they compare, how large they are, and how an item is kept as bytes. The
// values themselves are the SDK's.
package value

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Value is one attribute's value; nil is none.
type Value = types.AttributeValue

// Item is an item, or the content of a map.
type Item = map[string]types.AttributeValue

// The members of the union, by short names.
type (
	// S is a string.
	S = types.AttributeValueMemberS
	// N is a number, in decimal.
	N = types.AttributeValueMemberN
	// B is binary.
	B = types.AttributeValueMemberB
	// Bool is a boolean.
	Bool = types.AttributeValueMemberBOOL
	// Null is the null value.
	Null = types.AttributeValueMemberNULL
	// M is a map.
	M = types.AttributeValueMemberM
	// L is a list.
	L = types.AttributeValueMemberL
	// SS is a set of strings.
	SS = types.AttributeValueMemberSS
	// NS is a set of numbers.
	NS = types.AttributeValueMemberNS
	// BS is a set of binaries.
	BS = types.AttributeValueMemberBS
)

// Invalid is a ValidationException.
func Invalid(format string, args ...any) error {
	return &wire.Error{Code: "ValidationException", Message: fmt.Sprintf(format, args...)}
}

// Type is the name of a value's type as the API has it, "S"; "" for none.
func Type(v Value) string {
	switch v.(type) {
	case *S:
		return "S"
	case *N:
		return "N"
	case *B:
		return "B"
	case *Bool:
		return "BOOL"
	case *Null:
		return "NULL"
	case *M:
		return "M"
	case *L:
		return "L"
	case *SS:
		return "SS"
	case *NS:
		return "NS"
	case *BS:
		return "BS"
	}
	return ""
}

// Compare orders two values of the same ordered type; ok is false for all others.
func Compare(a, b Value) (order int, ok bool) {
	switch a := a.(type) {
	case *S:
		if b, same := b.(*S); same {
			return strings.Compare(a.Value, b.Value), true
		}
	case *N:
		if b, same := b.(*N); same {
			return compareNumbers(a.Value, b.Value)
		}
	case *B:
		if b, same := b.(*B); same {
			return bytes.Compare(a.Value, b.Value), true
		}
	}
	return 0, false
}

func compareNumbers(a, b string) (order int, ok bool) {
	x, errX := ParseNumber(a)
	y, errY := ParseNumber(b)
	return x.Compare(y), errX == nil && errY == nil
}

// Equal reports whether two values are of one type and the same. The order in a
// set does not matter, nor does the spelling of a number.
func Equal(a, b Value) bool {
	if order, ok := Compare(a, b); ok {
		return order == 0
	}
	switch a := a.(type) {
	case *Bool:
		b, same := b.(*Bool)
		return same && a.Value == b.Value
	case *Null:
		_, same := b.(*Null)
		return same
	case *L:
		b, same := b.(*L)
		return same && slices.EqualFunc(a.Value, b.Value, Equal)
	case *M:
		b, same := b.(*M)
		return same && EqualItems(a.Value, b.Value)
	}
	x, y := Members(a), Members(b)
	return x != nil && Type(a) == Type(b) && len(x) == len(y) && !slices.ContainsFunc(x, func(v Value) bool { return !Contains(y, v) })
}

// EqualItems reports whether two items have the same attributes.
func EqualItems(a, b Item) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if other, there := b[name]; !there || !Equal(v, other) {
			return false
		}
	}
	return true
}

// Contains reports whether one of the values is the same as v.
func Contains(all []Value, v Value) bool {
	return slices.ContainsFunc(all, func(one Value) bool { return Equal(one, v) })
}
