package filter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind int

const (
	end kind = iota
	word
	quoted
	operator
	parenthesis
)

type token struct {
	kind kind
	text string
	// at is the token's offset in the expression, in bytes.
	at int
}

// SyntaxError says what is wrong with an expression, and where.
type SyntaxError struct {
	Reason string
	// At is an offset in bytes.
	At int
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at character %d", e.Reason, e.At+1) }

// lex cuts an expression into tokens; the last one is an end.
func lex(text string) ([]token, error) {
	var out []token
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if unicode.IsSpace(r) {
			at += size
			continue
		}
		t, length, err := next(text[at:])
		if err != nil {
			return nil, &SyntaxError{err.Error(), at}
		}
		t.at = at
		out = append(out, t)
		at += length
	}
	return append(out, token{kind: end, at: len(text)}), nil
}

// next reads the token that text, which is not empty, begins with.
func next(text string) (token, int, error) {
	switch c := text[0]; {
	case c == '(' || c == ')':
		return token{kind: parenthesis, text: text[:1]}, 1, nil
	case c == '"':
		return readQuoted(text)
	case strings.IndexByte("=<>!", c) >= 0:
		return readOperator(text)
	}
	length := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`()"=<>!`, r) })
	if length < 0 {
		length = len(text)
	}
	return token{kind: word, text: text[:length]}, length, nil
}

func readOperator(text string) (token, int, error) {
	for _, op := range []string{"!=", "<=", ">=", "=", "<", ">"} {
		if strings.HasPrefix(text, op) {
			return token{kind: operator, text: op}, len(op), nil
		}
	}
	return token{}, 0, fmt.Errorf("%q is no comparison", text[:1])
}

// readQuoted reads a string in double quotes, with the escapes of Go and JSON.
func readQuoted(text string) (token, int, error) {
	prefix, err := strconv.QuotedPrefix(text)
	if err != nil {
		return token{}, 0, fmt.Errorf("the quoted text does not end, or has a wrong escape")
	}
	value, err := strconv.Unquote(prefix)
	return token{kind: quoted, text: value}, len(prefix), err
}
