// Package filter is the language of --where: it selects messages by what is in
// them and what SQS says of them. docs/filter.md describes it.
package filter

import (
	"fmt"
	"slices"
	"strings"
)

// maxDepth is how deep parentheses and nots may nest.
const maxDepth = 100

// Parse reads an expression. The error is a *SyntaxError.
func Parse(text string) (Expr, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	expr, err := p.or()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, p.fail("and, or, or the end is expected, not %q", t.text)
	}
	return expr, nil
}

type parser struct {
	tokens []token
	depth  int
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) take() token {
	t := p.tokens[0]
	if t.kind != end {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *parser) fail(format string, args ...any) error {
	return &SyntaxError{fmt.Sprintf(format, args...), p.peek().at}
}

// keyword takes the next token if it is that word, in any case of letters.
func (p *parser) keyword(name string) bool {
	t := p.peek()
	if t.kind != word || !strings.EqualFold(t.text, name) {
		return false
	}
	p.take()
	return true
}

func (p *parser) or() (Expr, error) {
	return p.chain("or", p.and, func(a, b Expr) Expr { return either{a, b} })
}

func (p *parser) and() (Expr, error) {
	return p.chain("and", p.not, func(a, b Expr) Expr { return both{a, b} })
}

func (p *parser) chain(name string, part func() (Expr, error), join func(a, b Expr) Expr) (Expr, error) {
	left, err := part()
	for err == nil && p.keyword(name) {
		var right Expr
		if right, err = part(); err == nil {
			left = join(left, right)
		}
	}
	return left, err
}

func (p *parser) not() (Expr, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, p.fail("the expression nests too deep")
	}
	if p.keyword("not") {
		inner, err := p.not()
		return negation{inner}, err
	}
	if t := p.peek(); t.kind == parenthesis && t.text == "(" {
		p.take()
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		if t := p.peek(); t.kind != parenthesis || t.text != ")" {
			return nil, p.fail("a closing parenthesis is missing")
		}
		p.take()
		return inner, nil
	}
	return p.comparison()
}

var reserved = []string{"and", "or", "not", "contains"}

func isReserved(text string) bool {
	return slices.ContainsFunc(reserved, func(r string) bool { return strings.EqualFold(r, text) })
}

func (p *parser) comparison() (Expr, error) {
	t := p.peek()
	if t.kind != word || isReserved(t.text) {
		return nil, p.fail("a field is expected")
	}
	if err := checkField(t.text); err != nil {
		return nil, p.fail("%s", err)
	}
	field := p.take().text
	op := ""
	switch t := p.peek(); {
	case p.keyword("contains"):
		op = "contains"
	case t.kind == operator:
		op = p.take().text
	default:
		return present{field}, nil
	}
	value := p.peek()
	if value.kind != quoted && (value.kind != word || isReserved(value.text)) {
		return nil, p.fail("%s needs a value behind it", op)
	}
	c := comparison{field: field, op: op, text: value.text}
	if err := c.check(); err != nil {
		return nil, p.fail("%s", err)
	}
	p.take()
	return c, nil
}
