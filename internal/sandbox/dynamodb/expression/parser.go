package expression

import (
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// parser reads the tokens of one expression.
type parser struct {
	text   string
	tokens []token
	at     int
	depth  int
	// reserved is the first reserved word used as a name. Faults of syntax come
	// before it.
	reserved string
}

// maxLength is the size of an expression in bytes, maxNesting how deep one may be.
const (
	maxLength  = 4096
	maxNesting = 150
)

// parse reads a whole expression of the kind, "FilterExpression", by its grammar.
func parse[T any](kind, text string, grammar func(*parser) (T, error)) (T, error) {
	tree, err := parseWhole(text, grammar)
	if err != nil {
		var none T
		return none, value.Invalid("Invalid %s: %s", kind, message(err))
	}
	return tree, nil
}

func parseWhole[T any](text string, grammar func(*parser) (T, error)) (tree T, err error) {
	if text == "" {
		return tree, value.Invalid("The expression can not be empty;")
	}
	if len(text) > maxLength {
		return tree, value.Invalid("Expression size has exceeded the maximum allowed size; expression size: %d", len(text))
	}
	p := &parser{text: text}
	if p.tokens, err = scan(text); err != nil {
		return tree, err
	}
	if tree, err = grammar(p); err != nil {
		return tree, err
	}
	if p.peek().text != "" {
		return tree, p.fault()
	}
	if p.reserved != "" {
		return tree, value.Invalid("Attribute name is a reserved keyword; reserved keyword: %s", p.reserved)
	}
	return tree, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.text != "" {
		p.at++
	}
	return t
}

// accept takes the next token if it is the keyword or sign.
func (p *parser) accept(text string) bool {
	if p.peek().is(text) && text != "" {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if !p.accept(text) {
		return p.fault()
	}
	return nil
}

// fault is the error that the next token has no place here.
func (p *parser) fault() error { return syntaxError(p.text, p.peek()) }

// enter goes a level deeper; leave comes back.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxNesting {
		return value.Invalid("The expression contains too many nested levels")
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// isCall reports whether a function's name and its parenthesis are next.
func (p *parser) isCall() bool {
	t := p.peek()
	return t.isName() && t.text[0] != '#' && p.tokens[p.at+1].text == "("
}

// path reads a document path: a.b[1].#c.
func (p *parser) path() (path, error) {
	first, err := p.name()
	if err != nil {
		return nil, err
	}
	out := path{first}
	for {
		var step piece
		switch {
		case p.accept("."):
			step, err = p.name()
		case p.accept("["):
			step, err = p.index()
		default:
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, step)
	}
}

func (p *parser) name() (piece, error) {
	t := p.peek()
	if !t.isName() {
		return piece{}, p.fault()
	}
	p.next()
	if p.reserved == "" && reserved()[strings.ToUpper(t.text)] {
		p.reserved = t.text
	}
	return piece{name: t.text}, nil
}

func (p *parser) index() (piece, error) {
	t := p.peek()
	if !t.isNumber() {
		return piece{}, p.fault()
	}
	i, err := strconv.ParseInt(p.next().text, 10, 32)
	if err != nil {
		return piece{}, value.Invalid("List index is not within the allowable range; index: [%s]", t.text)
	}
	return piece{index: int(i)}, p.expect("]")
}

// list reads one or more elements between commas.
func list[T any](p *parser, one func() (T, error)) ([]T, error) {
	var out []T
	for {
		element, err := one()
		if err != nil {
			return nil, err
		}
		out = append(out, element)
		if !p.accept(",") {
			return out, nil
		}
	}
}

// arguments reads a function's, parentheses included.
func arguments[T any](p *parser, one func() (T, error)) ([]T, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	args, err := list(p, one)
	if err != nil {
		return nil, err
	}
	return args, p.expect(")")
}
