package pattern

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// lookup gives the values that a selector stands for: none, one, or those of a
// wildcard. They are as encoding/json makes them, with numbers as json.Number.
type lookup func(selector string) []any

// condition is a parsed condition.
type condition interface{ holds(lookup) bool }

type (
	both   struct{ a, b condition }
	either struct{ a, b condition }
	// comparison holds if any of the selector's values does.
	comparison struct {
		selector string
		holdsFor func(any) bool
	}
	existence struct {
		selector string
		wanted   bool
	}
)

func (c both) holds(l lookup) bool      { return c.a.holds(l) && c.b.holds(l) }
func (c either) holds(l lookup) bool    { return c.a.holds(l) || c.b.holds(l) }
func (c existence) holds(l lookup) bool { return (len(l(c.selector)) > 0) == c.wanted }

func (c comparison) holds(l lookup) bool {
	for _, value := range l(c.selector) {
		if c.holdsFor(value) {
			return true
		}
	}
	return false
}

// parser reads conditions; check accepts or refuses a selector.
type parser struct {
	scanner
	peeked  *token
	check   func(selector string) error
	depth   int
	mention []string
}

// maxDepth bounds parentheses within parentheses.
const maxDepth = 100

func (p *parser) peek() (token, error) {
	if p.peeked == nil {
		t, err := p.next()
		if err != nil {
			return t, err
		}
		p.peeked = &t
	}
	return *p.peeked, nil
}

func (p *parser) take() (token, error) {
	t, err := p.peek()
	p.peeked = nil
	return t, err
}

// accept takes the next token if it is that symbol or word.
func (p *parser) accept(text string) bool {
	t, err := p.peek()
	if err != nil || t.text != text || t.kind != symbol && t.kind != word {
		return false
	}
	p.peeked = nil
	return true
}

// whole reads a condition that nothing follows.
func (p *parser) whole() (condition, error) {
	c, err := p.or()
	if err != nil {
		return nil, err
	}
	t, err := p.peek()
	if err == nil && t.kind != end {
		err = fmt.Errorf("%q is out of place", t.text)
	}
	return c, err
}

func (p *parser) or() (condition, error) {
	c, err := p.and()
	for err == nil && p.accept("||") {
		var more condition
		more, err = p.and()
		c = either{c, more}
	}
	return c, err
}

func (p *parser) and() (condition, error) {
	c, err := p.single()
	for err == nil && p.accept("&&") {
		var more condition
		more, err = p.single()
		c = both{c, more}
	}
	return c, err
}

func (p *parser) single() (condition, error) {
	if !p.accept("(") {
		return p.compare()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, errors.New("too many parentheses")
	}
	defer func() { p.depth-- }()
	c, err := p.or()
	if err == nil && !p.accept(")") {
		err = errors.New("a parenthesis is not closed")
	}
	return c, err
}

func (p *parser) compare() (condition, error) {
	t, err := p.take()
	if err != nil {
		return nil, err
	}
	if t.kind != word {
		return nil, fmt.Errorf("a selector was expected instead of %q", t.text)
	}
	if err := p.check(t.text); err != nil {
		return nil, err
	}
	p.mention = append(p.mention, t.text)
	switch {
	case p.accept("IS"):
		return p.is(t.text)
	case p.accept("EXISTS"):
		return existence{t.text, true}, nil
	case p.accept("NOT"):
		if !p.accept("EXISTS") {
			return nil, errors.New("EXISTS was expected after NOT")
		}
		return existence{t.text, false}, nil
	}
	holdsFor, err := p.relation()
	return comparison{t.text, holdsFor}, err
}

func (p *parser) is(selector string) (condition, error) {
	for text, wanted := range map[string]any{"NULL": nil, "TRUE": true, "FALSE": false} {
		if p.accept(text) {
			return comparison{selector, func(v any) bool { return v == wanted }}, nil
		}
	}
	return nil, errors.New("NULL, TRUE or FALSE was expected after IS")
}

// relation reads an operator and what stands to its right.
func (p *parser) relation() (func(any) bool, error) {
	operator, err := p.take()
	if err != nil {
		return nil, err
	}
	operand, err := p.take()
	if err != nil {
		return nil, err
	}
	if operator.kind != symbol || operand.kind == end || operand.kind == symbol {
		return nil, errors.New("a comparison with a value was expected")
	}
	number, isNumber := asNumber(operand.text)
	isNumber = isNumber && operand.kind == word
	switch operator.text {
	case "<", "<=", ">", ">=":
		if !isNumber {
			return nil, fmt.Errorf("%s compares numbers", operator.text)
		}
		return ordered(operator.text, number), nil
	case "=", "!=":
		equal, err := equality(operand, number, isNumber)
		if err != nil || operator.text == "=" {
			return equal, err
		}
		return func(v any) bool { return v != nil && !equal(v) }, nil
	}
	return nil, fmt.Errorf("%q is no comparison", operator.text)
}

func ordered(operator string, limit float64) func(any) bool {
	return func(v any) bool {
		n, ok := numberOf(v)
		switch {
		case !ok:
			return false
		case operator == "<":
			return n < limit
		case operator == "<=":
			return n <= limit
		case operator == ">":
			return n > limit
		}
		return n >= limit
	}
}

func equality(operand token, number float64, isNumber bool) (func(any) bool, error) {
	if operand.kind == expression {
		compiled, err := compile(operand.text)
		return onText(func(text string) bool { return compiled.MatchString(text) }), err
	}
	if isNumber {
		return func(v any) bool {
			n, ok := numberOf(v)
			return ok && n == number
		}, nil
	}
	if !strings.Contains(operand.text, "*") {
		return onText(func(text string) bool { return text == operand.text }), nil
	}
	compiled, err := wildcard(operand.text)
	return onText(func(text string) bool { return compiled.MatchString(text) }), err
}

// wildcard is the expression of a text in which * stands for anything.
func wildcard(text string) (*regexp.Regexp, error) {
	parts := strings.Split(text, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.Compile("(?s)^" + strings.Join(parts, ".*") + "$")
}

// asNumber reads a decimal number, with an exponent or without.
func asNumber(text string) (float64, bool) {
	if strings.ContainsAny(text, "xXpP_nN") { // hexadecimal, Inf and NaN are text
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}
