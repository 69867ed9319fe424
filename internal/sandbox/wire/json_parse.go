package wire

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds nesting in every parser. DynamoDB, the deepest of the services,
// stops at 32 levels of attribute values, each two levels of JSON.
const maxDepth = 256

// jsonParser reads JSON (RFC 8259) from a string, whose parts the nodes share.
type jsonParser struct {
	s     string
	at    int
	depth int
}

func parseJSON(s string) (node, error) {
	p := jsonParser{s: s}
	p.space()
	n, err := p.value()
	if err != nil {
		return node{}, err
	}
	if p.space(); p.at != len(p.s) {
		return node{}, p.fault("nothing more")
	}
	return n, nil
}

func (p *jsonParser) fault(expected string) error {
	return malformed("unexpected content at byte %d of the body, expected %s", p.at, expected)
}

func (p *jsonParser) space() {
	for p.at < len(p.s) {
		switch p.s[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *jsonParser) accept(c byte) bool {
	p.space()
	if p.at < len(p.s) && p.s[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *jsonParser) value() (node, error) {
	if p.at >= len(p.s) {
		return node{}, p.fault("a value")
	}
	switch p.s[p.at] {
	case '{':
		return p.nested(kindObject, '}')
	case '[':
		return p.nested(kindList, ']')
	case '"':
		s, err := p.str()
		return node{kind: kindText, text: s}, err
	case 't':
		return p.literal("true", kindBool)
	case 'f':
		return p.literal("false", kindBool)
	case 'n':
		return p.literal("null", kindNull)
	}
	return p.number()
}

func (p *jsonParser) literal(word string, k kind) (node, error) {
	if !strings.HasPrefix(p.s[p.at:], word) {
		return node{}, p.fault(word)
	}
	p.at += len(word)
	return node{kind: k, text: word}, nil
}

func (p *jsonParser) nested(k kind, end byte) (node, error) {
	if p.depth++; p.depth > maxDepth {
		return node{}, p.fault("less nesting")
	}
	defer func() { p.depth-- }()
	p.at++
	n := node{kind: k}
	if p.accept(end) {
		return n, nil
	}
	for {
		item, err := p.item(k)
		if err != nil {
			return node{}, err
		}
		n.nodes = append(n.nodes, item)
		if p.accept(end) {
			return n, nil
		}
		if !p.accept(',') {
			return node{}, p.fault("a comma")
		}
	}
}

// item reads one element of a list, or one member of an object.
func (p *jsonParser) item(k kind) (node, error) {
	p.space()
	name := ""
	if k == kindObject {
		if p.at >= len(p.s) || p.s[p.at] != '"' {
			return node{}, p.fault("a member name")
		}
		var err error
		if name, err = p.str(); err != nil {
			return node{}, err
		}
		if !p.accept(':') {
			return node{}, p.fault("a colon")
		}
		p.space()
	}
	n, err := p.value()
	n.name = name
	return n, err
}

// str reads a string. One without escapes is a part of the input; the others are
// rare, and left to encoding/json.
func (p *jsonParser) str() (string, error) {
	start, plain := p.at, true
	for p.at++; p.at < len(p.s); p.at++ {
		switch c := p.s[p.at]; {
		case c == '"':
			p.at++
			return p.unquoted(start, plain)
		case c == '\\':
			plain = false
			p.at++
		case c < ' ':
			return "", p.fault("no control character in a string")
		}
	}
	return "", p.fault("the end of a string")
}

func (p *jsonParser) unquoted(start int, plain bool) (string, error) {
	if inner := p.s[start+1 : p.at-1]; plain && utf8.ValidString(inner) {
		return inner, nil
	}
	var s string
	if err := json.Unmarshal([]byte(p.s[start:p.at]), &s); err != nil {
		return "", malformed("bad string at byte %d of the body: %v", start, err)
	}
	return s, nil
}

func (p *jsonParser) number() (node, error) {
	start := p.at
	if p.at < len(p.s) && p.s[p.at] == '-' {
		p.at++
	}
	whole := p.digits()
	if whole == 0 || whole > 1 && p.s[p.at-whole] == '0' {
		return node{}, p.fault("a value")
	}
	if p.at < len(p.s) && p.s[p.at] == '.' {
		p.at++
		if p.digits() == 0 {
			return node{}, p.fault("a digit")
		}
	}
	if p.at < len(p.s) && (p.s[p.at] == 'e' || p.s[p.at] == 'E') {
		p.at++
		if p.at < len(p.s) && (p.s[p.at] == '+' || p.s[p.at] == '-') {
			p.at++
		}
		if p.digits() == 0 {
			return node{}, p.fault("a digit")
		}
	}
	return node{kind: kindNumber, text: p.s[start:p.at]}, nil
}

func (p *jsonParser) digits() int {
	start := p.at
	for p.at < len(p.s) && p.s[p.at] >= '0' && p.s[p.at] <= '9' {
		p.at++
	}
	return p.at - start
}
