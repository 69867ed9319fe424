package vtl

import (
	"math"
	"strconv"
	"strings"
)

// expression is what stands in #set and #if, and among arguments.
type expression interface {
	eval(r *renderer) (any, error)
}

type literal struct{ v any }

func (l literal) eval(*renderer) (any, error) { return l.v, nil }

// interpolated is a string in double quotes.
type interpolated struct{ nodes []node }

func (s interpolated) eval(r *renderer) (any, error) {
	var out strings.Builder
	err := r.block(&out, s.nodes)
	return out.String(), err
}

type listOf struct{ items []expression }

func (l listOf) eval(r *renderer) (any, error) {
	out := make([]any, 0, len(l.items))
	for _, item := range l.items {
		v, err := item.eval(r)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// mapOf has keys and values in turn.
type mapOf struct{ items []expression }

func (m mapOf) eval(r *renderer) (any, error) {
	items, err := listOf(m).eval(r)
	if err != nil {
		return nil, err
	}
	out := NewMap()
	for i := 0; i+1 < len(items.([]any)); i += 2 {
		out.Set(Text(items.([]any)[i]), items.([]any)[i+1])
	}
	return out, nil
}

// rangeOf is [1..3].
type rangeOf struct{ from, to expression }

func (n rangeOf) eval(r *renderer) (any, error) {
	ends, err := listOf{[]expression{n.from, n.to}}.eval(r)
	if err != nil {
		return nil, err
	}
	from, ok1 := ends.([]any)[0].(int64)
	to, ok2 := ends.([]any)[1].(int64)
	if !ok1 || !ok2 {
		return nil, nil
	}
	out := []any{}
	for direction := int64(sign(to - from)); ; from += direction {
		if err := r.step(); err != nil {
			return nil, err
		}
		out = append(out, from)
		if from == to {
			return out, nil
		}
	}
}

func sign(n int64) int {
	if n < 0 {
		return -1
	}
	return 1
}

type not struct{ of expression }

func (n not) eval(r *renderer) (any, error) {
	v, err := n.of.eval(r)
	return !truthy(v), err
}

type binary struct {
	operator    string
	left, right expression
}

func (b binary) eval(r *renderer) (any, error) {
	left, err := b.left.eval(r)
	if err != nil {
		return nil, err
	}
	switch {
	case b.operator == "&&" && !truthy(left):
		return false, nil
	case b.operator == "||" && truthy(left):
		return true, nil
	}
	right, err := b.right.eval(r)
	if err != nil {
		return nil, err
	}
	switch b.operator {
	case "&&", "||":
		return truthy(right), nil
	case "==":
		return equal(left, right), nil
	case "!=":
		return !equal(left, right), nil
	case "<", "<=", ">", ">=":
		return compared(b.operator, left, right), nil
	}
	return calculated(b.operator, left, right), nil
}

func equal(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	x, okX := asFloat(a)
	y, okY := asFloat(b)
	if okX && okY {
		return x == y
	}
	return Text(a) == Text(b)
}

func asFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// compared is false, and nothing worse, for what has no order.
func compared(operator string, a, b any) bool {
	x, okX := asFloat(a)
	y, okY := asFloat(b)
	if !okX || !okY {
		return false
	}
	switch operator {
	case "<":
		return x < y
	case "<=":
		return x <= y
	case ">":
		return x > y
	}
	return x >= y
}

// calculated is null where Velocity's is: for what are no numbers, and for a
// division by zero.
func calculated(operator string, a, b any) any {
	_, textA := a.(string)
	_, textB := b.(string)
	if operator == "+" && (textA || textB) {
		return Text(a) + Text(b)
	}
	i, okI := a.(int64)
	j, okJ := b.(int64)
	if okI && okJ {
		return integer(operator, i, j)
	}
	x, okX := asFloat(a)
	y, okY := asFloat(b)
	if !okX || !okY || y == 0 && (operator == "/" || operator == "%") {
		return nil
	}
	switch operator {
	case "+":
		return x + y
	case "-":
		return x - y
	case "*":
		return x * y
	case "/":
		return x / y
	}
	return math.Mod(x, y)
}

func integer(operator string, i, j int64) any {
	switch {
	case operator == "+":
		return i + j
	case operator == "-":
		return i - j
	case operator == "*":
		return i * j
	case j == 0:
		return nil
	case operator == "/":
		return i / j
	}
	return i % j
}

// levels are the binary operators, the loosest first; each word stands for the
// sign beside it.
var levels = [][][2]string{
	{{"||", "||"}, {"or", "||"}},
	{{"&&", "&&"}, {"and", "&&"}},
	{{"==", "=="}, {"!=", "!="}, {"eq", "=="}, {"ne", "!="}},
	{{"<=", "<="}, {">=", ">="}, {"<", "<"}, {">", ">"}, {"lt", "<"}, {"le", "<="}, {"gt", ">"}, {"ge", ">="}},
	{{"+", "+"}, {"-", "-"}},
	{{"*", "*"}, {"/", "/"}, {"%", "%"}},
}

func (p *parser) expression(level int) (expression, error) {
	if p.depth++; p.depth > maxDepth*len(levels) {
		return nil, p.errorf("nested too deeply")
	}
	defer func() { p.depth-- }()
	if level == len(levels) {
		return p.unary()
	}
	left, err := p.expression(level + 1)
	for err == nil {
		p.space()
		operator := p.operator(levels[level])
		if operator == "" {
			return left, nil
		}
		var right expression
		if right, err = p.expression(level + 1); err == nil {
			left = binary{operator, left, right}
		}
	}
	return nil, err
}

func (p *parser) operator(of [][2]string) string {
	for _, o := range of {
		start := p.at
		if !p.take(o[0]) {
			continue
		}
		if !letter(o[0][0]) || !letter(p.peek()) && !digit(p.peek()) {
			return o[1]
		}
		p.at = start
	}
	return ""
}

func (p *parser) unary() (expression, error) {
	p.space()
	start := p.at
	switch c := p.peek(); {
	case c == '!':
		p.at++
		e, err := p.expression(len(levels))
		return not{e}, err
	case c == '(':
		p.at++
		e, err := p.expression(0)
		if err == nil {
			err = p.expect(")")
		}
		return e, err
	case c == '\'':
		text, err := p.quoted()
		return literal{text}, err
	case c == '"':
		return p.interpolated()
	case c == '$':
		r, err := p.reference()
		if err != nil || r == nil {
			return nil, p.wrong(err, "expected a reference after $")
		}
		return r, nil
	case c == '[':
		p.at++
		return p.bracketed()
	case c == '{':
		p.at++
		return p.pairs()
	case digit(c) || c == '-':
		return p.number()
	}
	switch p.word() {
	case "true":
		return literal{true}, nil
	case "false":
		return literal{false}, nil
	case "null":
		return literal{nil}, nil
	case "not":
		e, err := p.expression(len(levels))
		return not{e}, err
	}
	p.at = start
	return nil, p.errorf("expected a value")
}

// interpolated parses a string's text as a template of its own.
func (p *parser) interpolated() (expression, error) {
	text, err := p.quoted()
	if err != nil {
		return nil, err
	}
	inner := &parser{lexer: lexer{text: text}, depth: p.depth}
	nodes, end, err := inner.block()
	if err == nil && end != "" {
		err = p.errorf("#%s without #if in a string", end)
	}
	return interpolated{nodes}, err
}

func (p *parser) bracketed() (expression, error) {
	p.space()
	if p.take("]") {
		return listOf{}, nil
	}
	first, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.take("..") {
		last, err := p.expression(0)
		if err == nil {
			err = p.expect("]")
		}
		return rangeOf{first, last}, err
	}
	if p.take("]") {
		return listOf{[]expression{first}}, nil
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	rest, err := p.list("]")
	return listOf{append([]expression{first}, rest...)}, err
}

func (p *parser) pairs() (expression, error) {
	var m mapOf
	p.space()
	for !p.take("}") {
		key, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		value, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		m.items = append(m.items, key, value)
		p.space()
		if !p.take(",") && p.peek() != '}' {
			return nil, p.errorf("expected } or ,")
		}
		p.space()
	}
	return m, nil
}

func (p *parser) number() (expression, error) {
	start := p.at
	p.take("-")
	for digit(p.peek()) {
		p.at++
	}
	if strings.HasPrefix(p.rest(), ".") && len(p.rest()) > 1 && digit(p.rest()[1]) {
		p.at++
		for digit(p.peek()) {
			p.at++
		}
		f, err := strconv.ParseFloat(p.text[start:p.at], 64)
		return literal{f}, err
	}
	n, err := strconv.ParseInt(p.text[start:p.at], 10, 64)
	if err != nil {
		return nil, p.errorf("expected a number")
	}
	return literal{n}, nil
}
