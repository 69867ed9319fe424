package cloudwatch

import (
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// rule is a composite alarm's rule, parsed.
type rule interface {
	holds(stateOf func(name string) types.StateValue) bool
	// alarms are the names and ARNs in the rule.
	alarms() []string
}

type (
	constant bool
	inState  struct {
		state types.StateValue
		name  string
	}
	not    struct{ rule }
	both   struct{ left, right rule }
	either struct{ left, right rule }
)

func (c constant) holds(func(string) types.StateValue) bool   { return bool(c) }
func (c constant) alarms() []string                           { return nil }
func (i inState) holds(of func(string) types.StateValue) bool { return of(i.name) == i.state }
func (i inState) alarms() []string                            { return []string{i.name} }
func (n not) holds(of func(string) types.StateValue) bool     { return !n.rule.holds(of) }
func (b both) holds(of func(string) types.StateValue) bool {
	return b.left.holds(of) && b.right.holds(of)
}
func (b both) alarms() []string { return append(b.left.alarms(), b.right.alarms()...) }
func (a either) holds(of func(string) types.StateValue) bool {
	return a.left.holds(of) || a.right.holds(of)
}
func (a either) alarms() []string { return append(a.left.alarms(), a.right.alarms()...) }

// token is a parenthesis, a word, or a quoted name.
var token = lazy.Regexp(`^\s*(?:([()])|"((?:[^"\\]|\\.)*)"|([^\s()"]+))`)

// parser reads a rule. AND binds tighter than OR, NOT tightest.
type parser struct {
	rest string
	// word is the token at hand, empty at the end; quoted tells a name from a keyword.
	word   string
	quoted bool
	failed error
}

func parseRule(text string) (rule, error) {
	if text != strings.TrimSpace(text) || text == "" {
		return nil, validation("AlarmRule must not contain leading or trailing whitespace or be null")
	}
	p := &parser{rest: text}
	p.next()
	r := p.or()
	if p.failed == nil && (p.word != "" || p.quoted) {
		p.fail()
	}
	return r, p.failed
}

func (p *parser) next() {
	p.word, p.quoted = "", false
	if strings.TrimSpace(p.rest) == "" {
		p.rest = ""
		return
	}
	m := token().FindStringSubmatchIndex(p.rest)
	if m == nil {
		p.word = strings.TrimSpace(p.rest)
		p.fail()
		return
	}
	for i := 2; i < len(m); i += 2 {
		if m[i] >= 0 {
			p.word, p.quoted = p.rest[m[i]:m[i+1]], i == 4
		}
	}
	if p.quoted {
		p.word = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(p.word)
	}
	p.rest = p.rest[m[1]:]
}

func (p *parser) fail() {
	if p.failed != nil {
		return
	}
	if p.word == "" {
		p.failed = validation("Invalid syntax in AlarmRule: it ends too early")
		return
	}
	p.failed = validation("Invalid syntax in AlarmRule: unexpected '%s'", p.word)
}

func (p *parser) is(keyword string) bool { return !p.quoted && p.word == keyword }

func (p *parser) expect(keyword string) {
	if !p.is(keyword) {
		p.fail()
		return
	}
	p.next()
}

func (p *parser) or() rule {
	left := p.and()
	for p.failed == nil && p.is("OR") {
		p.next()
		left = either{left, p.and()}
	}
	return left
}

func (p *parser) and() rule {
	left := p.not()
	for p.failed == nil && p.is("AND") {
		p.next()
		left = both{left, p.not()}
	}
	return left
}

func (p *parser) not() rule {
	if p.failed == nil && p.is("NOT") {
		p.next()
		return not{p.not()}
	}
	return p.term()
}

func (p *parser) term() rule {
	switch {
	case p.failed != nil:
	case p.is("TRUE"), p.is("FALSE"):
		c := constant(p.word == "TRUE")
		p.next()
		return c
	case p.is("("):
		p.next()
		inner := p.or()
		p.expect(")")
		return inner
	case p.is("ALARM"), p.is("OK"), p.is("INSUFFICIENT_DATA"):
		state := types.StateValue(p.word)
		p.next()
		p.expect("(")
		name := p.word
		if !p.quoted && strings.ContainsAny(name, "()") || name == "" {
			p.fail()
		}
		p.next()
		p.expect(")")
		return inState{state, name}
	default:
		p.fail()
	}
	return constant(false)
}
