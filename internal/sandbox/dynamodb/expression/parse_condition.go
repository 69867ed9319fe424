package expression

import (
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// node is a condition or an operand: which of them stands in parentheses is known
// only behind them.
type node any

// enclosed is a condition in parentheses.
type enclosed struct{ condition }

// condition is the grammar's start: OR binds weakest.
func (p *parser) condition() (condition, error) {
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	return p.asCondition(n)
}

func (p *parser) or() (node, error) {
	return p.joined("OR", p.and, func(left, right condition) condition { return or{left, right} })
}

func (p *parser) and() (node, error) {
	return p.joined("AND", p.not, func(left, right condition) condition { return and{left, right} })
}

// joined reads one or more parts with the keyword between them.
func (p *parser) joined(keyword string, part func() (node, error), join func(left, right condition) condition) (node, error) {
	n, err := part()
	if err != nil {
		return nil, err
	}
	for p.accept(keyword) {
		left, err := p.asCondition(n)
		if err != nil {
			return nil, err
		}
		if n, err = part(); err != nil {
			return nil, err
		}
		right, err := p.asCondition(n)
		if err != nil {
			return nil, err
		}
		n = join(left, right)
	}
	return n, nil
}

// not reads a condition that may be negated, once: AWS takes no NOT NOT.
func (p *parser) not() (node, error) {
	if !p.accept("NOT") {
		return p.compared()
	}
	n, err := p.compared()
	if err != nil {
		return nil, err
	}
	c, err := p.asCondition(n)
	return not{c}, err
}

// compared reads a comparison, or what stands by itself.
func (p *parser) compared() (node, error) {
	n, err := p.primary()
	if err != nil {
		return nil, err
	}
	switch t := p.peek(); {
	case slices.Contains([]string{"=", "<>", "<", "<=", ">", ">="}, t.text):
		p.next()
		return p.comparison(n, t.text)
	case p.accept("BETWEEN"):
		return p.between(n)
	case p.accept("IN"):
		of, err := p.asOperand(n)
		if err != nil {
			return nil, err
		}
		all, err := arguments(p, p.operand)
		return in{of, all}, err
	}
	return n, nil
}

func (p *parser) comparison(left node, operator string) (node, error) {
	l, err := p.asOperand(left)
	if err != nil {
		return nil, err
	}
	r, err := p.operand()
	return comparison{operator, l, r}, err
}

func (p *parser) between(n node) (node, error) {
	of, err := p.asOperand(n)
	if err != nil {
		return nil, err
	}
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := p.expect("AND"); err != nil {
		return nil, err
	}
	high, err := p.operand()
	return between{of, low, high}, err
}

func (p *parser) operand() (operand, error) {
	n, err := p.primary()
	if err != nil {
		return nil, err
	}
	return p.asOperand(n)
}

func (p *parser) primary() (node, error) {
	t := p.peek()
	switch {
	case t.text == "(":
		return p.parenthesized()
	case t.isValue():
		return placeholder(p.next().text), nil
	case p.isCall():
		return p.call()
	}
	return p.path()
}

func (p *parser) parenthesized() (node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	p.next()
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	switch n := n.(type) {
	case enclosed:
		return nil, value.Invalid("The expression has redundant parentheses;")
	case condition:
		return enclosed{n}, nil
	}
	return n, nil
}

func (p *parser) call() (node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	name := p.next().text
	args, err := arguments(p, p.operand)
	if err != nil {
		return nil, err
	}
	if name == "size" {
		if len(args) != 1 {
			return nil, wrongCount(name, len(args))
		}
		return size{args[0]}, nil
	}
	if _, known := conditionFunctions(name); !known {
		return nil, value.Invalid("Invalid function name; function: %s", name)
	}
	return call{name, args}, nil
}

func (p *parser) asCondition(n node) (condition, error) {
	switch n := n.(type) {
	case condition:
		return n, nil
	case size:
		return nil, misused("size")
	}
	return nil, p.fault()
}

func (p *parser) asOperand(n node) (operand, error) {
	switch n := n.(type) {
	case operand:
		return n, nil
	case call:
		return nil, misused(n.name)
	}
	return nil, p.fault()
}

func misused(function string) error {
	return value.Invalid("The function is not allowed to be used this way in an expression; function: %s", function)
}
