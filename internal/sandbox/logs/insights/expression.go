package insights

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// expression computes a value of a row.
type expression func(*row) value

func (p *parser) expression() (expression, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errors.New("the expression is too deep")
	}
	defer func() { p.depth-- }()
	return p.or()
}

// source reads the field that a sort names, or the text of a computed one, such as
// avg(a), under which stats shows it.
func (p *parser) source() (string, error) {
	start := p.here()
	name, err := p.field()
	if err != nil || !p.accept("(") {
		return name, err
	}
	for open := 1; open > 0; {
		i := strings.IndexAny(p.rest, "()")
		if i < 0 {
			return "", p.unexpected(")")
		}
		if p.rest[i] == '(' {
			open++
		} else {
			open--
		}
		p.rest = p.rest[i+1:]
	}
	return p.since(start), nil
}

func (p *parser) or() (expression, error) {
	a, err := p.and()
	for err == nil && p.acceptWord("or") {
		var b expression
		left := a
		b, err = p.and()
		a = func(r *row) value { return truth(left(r).truth() || b(r).truth()) }
	}
	return a, err
}

func (p *parser) and() (expression, error) {
	a, err := p.not()
	for err == nil && p.acceptWord("and") {
		var b expression
		left := a
		b, err = p.not()
		a = func(r *row) value { return truth(left(r).truth() && b(r).truth()) }
	}
	return a, err
}

func (p *parser) not() (expression, error) {
	if !p.acceptWord("not") {
		return p.comparison()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, errors.New("the expression is too deep")
	}
	defer func() { p.depth-- }()
	e, err := p.not()
	return func(r *row) value { return truth(!e(r).truth()) }, err
}

// relations are the comparisons by symbol, longer ones first.
var relations = []struct {
	symbol string
	holds  func(order int) bool
}{
	{"!=", func(order int) bool { return order != 0 }},
	{"<=", func(order int) bool { return order <= 0 }},
	{">=", func(order int) bool { return order >= 0 }},
	{"<", func(order int) bool { return order < 0 }},
	{">", func(order int) bool { return order > 0 }},
	{"=", func(order int) bool { return order == 0 }},
}

func (p *parser) comparison() (expression, error) {
	a, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.accept("=~") {
		return p.like(a)
	}
	for _, relation := range relations {
		if !p.accept(relation.symbol) {
			continue
		}
		b, err := p.sum()
		return func(r *row) value {
			x, y := a(r), b(r)
			if x.kind == absent || y.kind == absent {
				return truth(relation.symbol == "!=" && x.kind != y.kind)
			}
			return truth(relation.holds(x.compare(y)))
		}, err
	}
	return p.membership(a)
}

// membership reads like, in and their negations.
func (p *parser) membership(a expression) (expression, error) {
	start := p.here()
	negated := p.acceptWord("not")
	var e expression
	var err error
	switch {
	case p.acceptWord("like"):
		e, err = p.like(a)
	case p.acceptWord("in"):
		e, err = p.in(a)
	default:
		p.rest = start
		return a, nil
	}
	if !negated {
		return e, err
	}
	return func(r *row) value { return truth(!e(r).truth()) }, err
}

// like finds a regular expression, or a text as it stands, in the value.
func (p *parser) like(a expression) (expression, error) {
	if p.at('/') {
		re, err := p.regexp()
		return matching(a, re), err
	}
	wanted, err := p.text()
	return func(r *row) value { return truth(strings.Contains(a(r).String(), wanted)) }, err
}

func matching(a expression, re *regexp.Regexp) expression {
	return func(r *row) value {
		v := a(r)
		return truth(v.kind != absent && re.MatchString(v.String()))
	}
}

func (p *parser) in(a expression) (expression, error) {
	if !p.accept("[") {
		return nil, p.unexpected("a list in brackets")
	}
	items, err := p.list("]")
	return func(r *row) value {
		v := a(r)
		return truth(v.kind != absent && slices.ContainsFunc(items, func(e expression) bool { return v.compare(e(r)) == 0 }))
	}, err
}

// list reads expressions up to a closing symbol.
func (p *parser) list(closing string) ([]expression, error) {
	var out []expression
	if p.accept(closing) {
		return out, nil
	}
	for {
		e, err := p.expression()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		if p.accept(closing) {
			return out, nil
		}
		if !p.accept(",") {
			return nil, p.unexpected(closing)
		}
	}
}

func (p *parser) sum() (expression, error) {
	return p.chain(p.product, "+-")
}

func (p *parser) product() (expression, error) {
	return p.chain(p.operand, "*/%^")
}

// chain reads operands with operators of one rank between them.
func (p *parser) chain(next func() (expression, error), operators string) (expression, error) {
	a, err := next()
	for err == nil && !p.atEnd() && strings.IndexByte(operators, p.rest[0]) >= 0 {
		operator, left := p.rest[0], a
		p.rest = p.rest[1:]
		var right expression
		right, err = next()
		a = func(r *row) value {
			x, ok := left(r).float()
			y, too := right(r).float()
			if !ok || !too {
				return value{}
			}
			return finite(calculate(operator, x, y))
		}
	}
	return a, err
}

func calculate(operator byte, x, y float64) float64 {
	switch operator {
	case '+':
		return x + y
	case '-':
		return x - y
	case '*':
		return x * y
	case '/':
		return x / y
	case '%':
		return math.Mod(x, y)
	}
	return math.Pow(x, y)
}

// finite is a number, or nothing for the results that are none.
func finite(f float64) value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return value{}
	}
	return number(f)
}

// operand reads a literal, a field, a function's call or a parenthesis.
func (p *parser) operand() (expression, error) {
	switch {
	case p.atEnd():
		return nil, p.unexpected("an expression")
	case p.at('"'), p.at('\''):
		s, err := p.text()
		return constant(text(s)), err
	case p.accept("("):
		e, err := p.expression()
		if err == nil && !p.accept(")") {
			err = p.unexpected(")")
		}
		return e, err
	case p.accept("-"):
		n, err := p.number()
		return constant(number(-n)), err
	case unicode.IsDigit(rune(p.rest[0])):
		return p.numeral()
	}
	name, err := p.field()
	if err != nil {
		return nil, err
	}
	if p.accept("(") {
		return p.call(strings.ToLower(name))
	}
	return func(r *row) value { return r.get(name) }, nil
}

// numeral reads a number, or a period such as 5m as its milliseconds.
func (p *parser) numeral() (expression, error) {
	word := p.word()
	if n, err := strconv.ParseFloat(word, 64); err == nil {
		return constant(number(n)), nil
	}
	millis, ok := period(word)
	if !ok {
		return nil, errors.New(word + " is neither a number nor a period")
	}
	return constant(number(millis)), nil
}

func constant(v value) expression { return func(*row) value { return v } }
