package secrets

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"slices"
)

// A document is a secret's JSON text. Offsets are in bytes.

var errNoObject = errors.New("is no JSON object")

// member is one key with its value in the outermost object of a document.
type member struct {
	// key to keyEnd is the quoted key, value to end its value.
	key, keyEnd, value, end int
}

// members lists the document's own members, in order. A document that is not a JSON
// object is an error, which never quotes it.
func members(document []byte) (list []member, err error) {
	if !json.Valid(document) {
		return nil, errNoObject
	}
	at := skipSpace(document, 0)
	if document[at] != '{' {
		return nil, errNoObject
	}
	at = skipSpace(document, at+1)
	for document[at] != '}' {
		m := member{key: at, keyEnd: stringEnd(document, at)}
		m.value = skipSpace(document, skipSpace(document, m.keyEnd)+1)
		m.end = valueEnd(document, m.value)
		list = append(list, m)
		if at = skipSpace(document, m.end); document[at] == ',' {
			at = skipSpace(document, at+1)
		}
	}
	return list, nil
}

func skipSpace(document []byte, at int) int {
	for at < len(document) && bytes.IndexByte([]byte(" \t\r\n"), document[at]) >= 0 {
		at++
	}
	return at
}

// stringEnd is the offset behind the string that begins at the offset.
func stringEnd(document []byte, at int) int {
	for at++; document[at] != '"'; at++ {
		if document[at] == '\\' {
			at++
		}
	}
	return at + 1
}

// valueEnd is the offset behind the value that begins at the offset.
func valueEnd(document []byte, at int) int {
	for depth := 0; ; {
		switch document[at] {
		case '"':
			at = stringEnd(document, at)
		case '{', '[':
			depth++
			at++
		case '}', ']':
			depth--
			at++
		default:
			at++
		}
		if depth == 0 && (at == len(document) || bytes.IndexByte([]byte(" \t\r\n,}]"), document[at]) >= 0) {
			return at
		}
	}
}

// find gives the member of that name. Of several the last counts, as for every
// decoder that functions and applications use.
func find(document []byte, list []member, name string) (m member, ok bool) {
	for _, m := range slices.Backward(list) {
		if string(unquote(document[m.key:m.keyEnd])) == name {
			return m, true
		}
	}
	return member{}, false
}

// texts yields every key with its value: ok is false for one that is no string.
func texts(document []byte) iter.Seq2[string, text] {
	return func(yield func(string, text) bool) {
		list, err := members(document)
		if err != nil {
			return
		}
		for _, m := range list {
			raw := document[m.value:m.end]
			t := text{isString: raw[0] == '"', isNull: string(raw) == "null"}
			if t.isString {
				t.value = NewValue(unquote(raw))
			} else {
				t.value = NewValue(bytes.Clone(raw))
			}
			if !yield(string(unquote(document[m.key:m.keyEnd])), t) {
				return
			}
		}
	}
}

// text is the value of one key: of a string what it says, of anything else its JSON.
type text struct {
	value            Value
	isString, isNull bool
}
