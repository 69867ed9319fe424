package value

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// Encode gives a checked item as it is kept: DynamoDB's JSON without a blank, names
// in order, numbers in their normal form.
func Encode(item Item) []byte { return appendItem(make([]byte, 0, 256), item) }

func appendItem(b []byte, item Item) []byte {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(item)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, name), ':')
		b = appendValue(b, item[name])
	}
	return append(b, '}')
}

func appendValue(b []byte, v Value) []byte {
	b = append(append(append(b, `{"`...), Type(v)...), `":`...)
	switch v := v.(type) {
	case *S:
		b = appendText(b, v.Value)
	case *N:
		b = appendNumber(b, v.Value)
	case *B:
		b = appendBytes(b, v.Value)
	case *Bool:
		b = strconv.AppendBool(b, v.Value)
	case *Null:
		b = append(b, "true"...)
	case *M:
		b = appendItem(b, v.Value)
	case *L:
		b = appendList(b, v.Value, appendValue)
	case *SS:
		b = appendList(b, v.Value, appendText)
	case *NS:
		b = appendList(b, v.Value, appendNumber)
	case *BS:
		b = appendList(b, v.Value, appendBytes)
	}
	return append(b, '}')
}

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, element := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, element)
	}
	return append(b, ']')
}

func appendNumber(b []byte, text string) []byte {
	n, _ := ParseNumber(text) // it has been checked
	return append(append(append(b, '"'), n.String()...), '"')
}

func appendBytes(b, raw []byte) []byte {
	b = append(b, '"')
	b = base64.StdEncoding.AppendEncode(b, raw)
	return append(b, '"')
}

// appendText writes a JSON string; most have nothing to escape.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' {
			quoted, _ := json.Marshal(s) // a string always can be
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
