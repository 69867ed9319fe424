package expression

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Parse reads an expression. Errors say what is wrong, in words for its author.
func Parse(text string) (*Expression, error) {
	p := &parser{rest: text}
	p.next()
	root := p.or()
	if p.failed == nil && p.token != "" {
		p.fail()
	}
	if p.failed != nil {
		return nil, p.failed
	}
	return &Expression{root}, nil
}

// deepest is how far expressions may nest.
const deepest = 100

type parser struct {
	rest string
	// token is the one at hand, empty at the end; a text keeps its opening quote.
	token  string
	depth  int
	failed error
}

var operators = []string{"<=", ">=", "==", "!=", "<>", "&&", "||", "+", "-", "*", "/", "^", "<", ">", "(", ")", "[", "]", ","}

func (p *parser) next() {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	p.token = ""
	if p.rest == "" {
		return
	}
	for _, operator := range operators {
		if strings.HasPrefix(p.rest, operator) {
			p.take(len(operator))
			return
		}
	}
	if quote := p.rest[0]; quote == '\'' || quote == '"' {
		end := strings.IndexByte(p.rest[1:], quote)
		if end < 0 {
			p.token = p.rest
			p.fail()
			return
		}
		p.take(end + 2)
		p.token = p.token[:len(p.token)-1]
		return
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool { return !word(r) })
	switch end {
	case 0:
		p.token = p.rest[:1]
		p.fail()
	case -1:
		p.take(len(p.rest))
	default:
		p.take(end)
	}
}

func word(r rune) bool {
	return r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func (p *parser) take(n int) { p.token, p.rest = p.rest[:n], p.rest[n:] }

func (p *parser) fail() {
	if p.failed != nil {
		return
	}
	p.failed = fmt.Errorf("unexpected %q", p.token)
	if p.token == "" {
		p.failed = fmt.Errorf("it ends too early")
	}
}

func (p *parser) expect(token string) {
	if p.token != token {
		p.fail()
		return
	}
	p.next()
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

type operation func(a, b float64) float64

var (
	disjunctions = map[string]operation{
		"||": func(a, b float64) float64 { return truth(a != 0 || b != 0) },
		"OR": func(a, b float64) float64 { return truth(a != 0 || b != 0) },
	}
	conjunctions = map[string]operation{
		"&&":  func(a, b float64) float64 { return truth(a != 0 && b != 0) },
		"AND": func(a, b float64) float64 { return truth(a != 0 && b != 0) },
	}
	comparisons = map[string]operation{
		"<": func(a, b float64) float64 { return truth(a < b) }, "<=": func(a, b float64) float64 { return truth(a <= b) },
		">": func(a, b float64) float64 { return truth(a > b) }, ">=": func(a, b float64) float64 { return truth(a >= b) },
		"==": func(a, b float64) float64 { return truth(a == b) },
		"!=": func(a, b float64) float64 { return truth(a != b) }, "<>": func(a, b float64) float64 { return truth(a != b) },
	}
	sums     = map[string]operation{"+": func(a, b float64) float64 { return a + b }, "-": func(a, b float64) float64 { return a - b }}
	products = map[string]operation{"*": func(a, b float64) float64 { return a * b }, "/": func(a, b float64) float64 { return a / b }}
	powers   = map[string]operation{"^": math.Pow}
)

// level reads operators of one precedence, from the left.
func (p *parser) level(of map[string]operation, tighter func() node) node {
	left := tighter()
	for p.failed == nil {
		f, ok := of[strings.ToUpper(p.token)]
		if !ok {
			break
		}
		p.next()
		left = binary{f, left, tighter()}
	}
	return left
}

func (p *parser) or() node         { return p.level(disjunctions, p.and) }
func (p *parser) and() node        { return p.level(conjunctions, p.comparison) }
func (p *parser) comparison() node { return p.level(comparisons, p.sum) }
func (p *parser) sum() node        { return p.level(sums, p.product) }
func (p *parser) product() node    { return p.level(products, p.power) }
func (p *parser) power() node      { return p.level(powers, p.operand) }

func (p *parser) operand() node {
	if p.depth++; p.depth > deepest {
		p.fail()
	}
	defer func() { p.depth-- }()
	if p.failed != nil {
		return literal(0)
	}
	switch token := p.token; {
	case token == "-":
		p.next()
		return unary{func(v float64) float64 { return -v }, p.operand()}
	case token == "(":
		p.next()
		inner := p.or()
		p.expect(")")
		return inner
	case token == "[":
		p.next()
		return list(p.items("]"))
	case token == "":
		p.fail()
	case token[0] == '\'' || token[0] == '"':
		p.next()
		return quoted(token[1:])
	case token[0] == '.' || token[0] >= '0' && token[0] <= '9':
		return p.number()
	case word(rune(token[0])):
		return p.named()
	default:
		p.fail()
	}
	return literal(0)
}

func (p *parser) number() node {
	v, err := strconv.ParseFloat(p.token, 64)
	if err != nil {
		p.fail()
	}
	p.next()
	return literal(v)
}

// named reads a query's id, a constant or a function with its arguments.
func (p *parser) named() node {
	word := p.token
	p.next()
	if p.token != "(" {
		switch {
		case word[0] >= 'a' && word[0] <= 'z':
			return name(word)
		case word == "TRUE" || word == "FALSE":
			return literal(truth(word == "TRUE"))
		case word == "REPEAT" || word == "LINEAR":
			return quoted(word)
		}
		p.failed = fmt.Errorf("%s is neither a function with arguments nor an id, which begins with a lower-case letter", word)
		return literal(0)
	}
	do, known := functions()[strings.ToUpper(word)]
	if !known {
		p.failed = fmt.Errorf("there is no function %s here", word)
		return literal(0)
	}
	p.next()
	return call{strings.ToUpper(word), do, p.items(")")}
}

func (p *parser) items(end string) []node {
	var out []node
	for p.failed == nil && p.token != end {
		out = append(out, p.or())
		if p.token != "," {
			break
		}
		p.next()
	}
	p.expect(end)
	return out
}
