package pattern

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// kind is what a token is.
type kind uint8

const (
	end kind = iota
	word
	quoted
	expression
	symbol
)

// token is a piece of a condition. Quoted text has its quotes and escapes removed,
// a regular expression its percent signs.
type token struct {
	kind kind
	text string
}

// scanner cuts a condition into tokens.
type scanner struct {
	rest        string
	expressions int
}

var errQuote = errors.New("a quotation mark is not closed")

// symbols, longer ones first.
var symbols = []string{"&&", "||", "!=", "<=", ">=", "=", "<", ">", "(", ")"}

func (s *scanner) next() (token, error) {
	s.rest = strings.TrimLeftFunc(s.rest, unicode.IsSpace)
	if s.rest == "" {
		return token{}, nil
	}
	for _, text := range symbols {
		if rest, ok := strings.CutPrefix(s.rest, text); ok {
			s.rest = rest
			return token{symbol, text}, nil
		}
	}
	switch s.rest[0] {
	case '"':
		return s.quote()
	case '%':
		return s.expression()
	}
	return s.word()
}

// quote takes text in quotation marks, in which a backslash keeps the next
// character as it is.
func (s *scanner) quote() (token, error) {
	var b strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return token{quoted, b.String()}, nil
		case c == '\\' && i+1 < len(s.rest):
			i++
			b.WriteByte(s.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return token{}, errQuote
}

func (s *scanner) expression() (token, error) {
	text, rest, ok := strings.Cut(s.rest[1:], "%")
	if !ok || text == "" {
		return token{}, errors.New("a regular expression is not closed with %")
	}
	if s.expressions++; s.expressions > maxExpressions {
		return token{}, fmt.Errorf("a pattern has at most %d regular expressions", maxExpressions)
	}
	s.rest = rest
	return token{expression, text}, nil
}

// word takes what is neither a symbol nor quoted. What stands in brackets of a
// selector belongs to it, whatever it is.
func (s *scanner) word() (token, error) {
	selector, depth := s.rest[0] == '$', 0
	for i, c := range s.rest {
		switch {
		case selector && c == '[':
			depth++
		case depth > 0 && c == ']':
			depth--
		case depth > 0:
		case unicode.IsSpace(c), strings.ContainsRune(`()=<>!&|"`, c):
			if i == 0 {
				return token{}, fmt.Errorf("%q is out of place", c)
			}
			text := s.rest[:i]
			s.rest = s.rest[i:]
			return token{word, text}, nil
		}
	}
	text := s.rest
	s.rest = ""
	return token{word, text}, nil
}

func compile(text string) (*regexp.Regexp, error) {
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("%%%s%% is no regular expression", text)
	}
	return compiled, nil
}
