package expression

import (
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// token is a piece of an expression; its text is a part of it. The token of the
// end has none.
type token struct {
	text string
	at   int
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
	digits  = "0123456789"
)

// isName reports whether the token is a name, a placeholder of one or a keyword.
func (t token) isName() bool {
	return t.text != "" && (strings.Contains(letters, t.text[:1]) || t.text[0] == '#')
}

func (t token) isValue() bool { return t.text != "" && t.text[0] == ':' }

func (t token) isNumber() bool { return t.text != "" && strings.Contains(digits, t.text[:1]) }

// is reports whether the token is the keyword, in any case.
func (t token) is(keyword string) bool { return strings.EqualFold(t.text, keyword) }

// scan splits an expression into tokens, the end among them.
func scan(text string) ([]token, error) {
	var tokens []token
	at := 0
	for {
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], " \t\r\n"))
		if at == len(text) {
			return append(tokens, token{at: at}), nil
		}
		length := tokenLength(text[at:])
		if length == 0 {
			return nil, syntaxError(text, token{text: text[at : at+1], at: at})
		}
		tokens = append(tokens, token{text: text[at : at+length], at: at})
		at += length
	}
}

// tokenLength is that of the token at the start of s, 0 for none.
func tokenLength(s string) int {
	switch {
	case strings.HasPrefix(s, "<=") || strings.HasPrefix(s, ">=") || strings.HasPrefix(s, "<>"):
		return 2
	case strings.Contains("()[].,=<>+-", s[:1]):
		return 1
	case s[0] == '#' || s[0] == ':':
		if n := run(s[1:], letters+digits); n > 0 {
			return n + 1
		}
		return 0
	case strings.Contains(digits, s[:1]):
		return run(s, digits)
	}
	return run(s, letters+digits)
}

// run is how many bytes at the start of s are of the alphabet.
func run(s, alphabet string) int { return len(s) - len(strings.TrimLeft(s, alphabet)) }

// nearby is how much of the text on both sides of a token a message shows.
const nearby = 12

func syntaxError(text string, t token) error {
	near := text[max(0, t.at-nearby):min(len(text), t.at+len(t.text)+nearby)]
	word := t.text
	if word == "" {
		word = "<EOF>"
	}
	return value.Invalid(`Syntax error; token: "%s", near: "%s"`, word, strings.ToValidUTF8(near, ""))
}
