package dynamodb

import (
	"encoding/hex"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// An order is a text by which items sort as their keys do: the parts of the key,
// each with an end that sorts before every continuation. It is plain UTF-8, as the
// state's keys have to be.
const (
	endOfPart = "\x00\x01"
	// afterPart follows on everything that begins with a part and endOfPart.
	afterPart = "\x00\x02"
	// afterText follows on every text that continues another: no text has this byte.
	afterText = "\xff"
)

// orderOf gives a key value without an end, so it is the beginning of the orders of
// all strings that begin with it.
func orderOf(v value.Value) string {
	switch v := v.(type) {
	case *value.S:
		return strings.ReplaceAll(v.Value, "\x00", "\x00\x03")
	case *value.B:
		return hex.EncodeToString(v.Value)
	case *value.N:
		n, _ := value.ParseNumber(v.Value) // it has been checked
		return n.Order()
	}
	return ""
}

// schema is a table's or an index's key with the types of its attributes, the
// partition key first.
type schema []keyPart

type keyPart struct {
	name string
	typ  types.ScalarAttributeType
}

// schemaOf completes a key schema with the table's attribute definitions.
func (t table) schemaOf(elements []types.KeySchemaElement) schema {
	out := make(schema, len(elements))
	for i, element := range elements {
		out[i].name = aws.ToString(element.AttributeName)
		for _, definition := range t.Attributes {
			if aws.ToString(definition.AttributeName) == out[i].name {
				out[i].typ = definition.AttributeType
			}
		}
	}
	return out
}

// order is that of an item in this schema; ok is false when a part is missing, as
// it may be in an index.
func (s schema) order(item value.Item) (order string, ok bool) {
	var b strings.Builder
	for _, part := range s {
		v, there := item[part.name]
		if !there {
			return "", false
		}
		b.WriteString(orderOf(v))
		b.WriteString(endOfPart)
	}
	return b.String(), true
}

// has reports whether the attribute is a part of the key.
func (s schema) has(name string) bool {
	for _, part := range s {
		if part.name == name {
			return true
		}
	}
	return false
}
