package expression

import (
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// update is the grammar of an update expression: sections, each at most once.
func (p *parser) update() (*Update, error) {
	u := &Update{}
	seen := map[string]bool{}
	for {
		section := strings.ToUpper(p.peek().text)
		one, known := p.section(section)
		if !known {
			return nil, p.fault()
		}
		p.next()
		if seen[section] {
			return nil, value.Invalid(`The "%s" section can only be used once in an update expression;`, section)
		}
		seen[section] = true
		actions, err := list(p, one)
		if err != nil {
			return nil, err
		}
		u.actions = append(u.actions, actions...)
		if p.peek().text == "" {
			return u, nil
		}
	}
}

// section is the grammar of one action in it.
func (p *parser) section(name string) (one func() (action, error), known bool) {
	switch name {
	case "SET":
		return p.set, true
	case "REMOVE":
		return func() (action, error) {
			at, err := p.path()
			return action{section: name, path: at}, err
		}, true
	case "ADD", "DELETE":
		return func() (action, error) { return p.change(name) }, true
	}
	return nil, false
}

func (p *parser) set() (action, error) {
	at, err := p.path()
	if err != nil {
		return action{}, err
	}
	if err := p.expect("="); err != nil {
		return action{}, err
	}
	with, err := p.sum()
	return action{section: "SET", path: at, with: with}, err
}

// change is an action of ADD or DELETE: a path and a value.
func (p *parser) change(section string) (action, error) {
	at, err := p.path()
	if err != nil {
		return action{}, err
	}
	if !p.peek().isValue() {
		return action{}, p.fault()
	}
	return action{section: section, path: at, with: plain{placeholder(p.next().text)}}, nil
}

func (p *parser) sum() (term, error) {
	left, err := p.term()
	if err != nil {
		return nil, err
	}
	operator := p.peek().text
	if operator != "+" && operator != "-" {
		return left, nil
	}
	p.next()
	right, err := p.term()
	return sum{operator, left, right}, err
}

func (p *parser) term() (term, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	switch {
	case p.accept("("):
		inner, err := p.sum()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	case p.peek().isValue():
		return plain{placeholder(p.next().text)}, nil
	case p.isCall():
		return p.function()
	}
	at, err := p.path()
	return plain{at}, err
}

func (p *parser) function() (term, error) {
	name := p.next().text
	args, err := arguments(p, p.sum)
	switch {
	case err != nil:
		return nil, err
	case name != "if_not_exists" && name != "list_append":
		return nil, value.Invalid("Invalid function name; function: %s", name)
	case len(args) != 2:
		return nil, wrongCount(name, len(args))
	case name == "list_append":
		return listAppend{args[0], args[1]}, nil
	}
	if first, isPlain := args[0].(plain); isPlain {
		if at, isPath := first.operand.(path); isPath {
			return ifNotExists{at, args[1]}, nil
		}
	}
	return nil, value.Invalid("Operator or function requires a document path; operator or function: %s", name)
}
