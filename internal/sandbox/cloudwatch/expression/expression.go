// Package expression is CloudWatch's metric math: "IF(m1>=5,100*m1/m2,0)".
//
// Parse makes a tree of calls and operators; Eval computes it over lines, which all
// have the same number of points, NaN where there is no data ("Using math
// expressions with CloudWatch metrics", CloudWatch User Guide).
package expression

import (
	"fmt"
	"math"
	"time"
)

// Line is a time series with its label.
type Line struct {
	Label string
	// Points are NaN where there is no data.
	Points []float64
}

// Value is what an expression gives: a number, one line, or an array of lines.
type Value struct {
	Kind   Kind
	Number float64
	Lines  []Line
}

// Kind is what a Value is.
type Kind int

// The kinds of values.
const (
	Number Kind = iota
	Single
	Array
)

// Scope is what an expression can see.
type Scope struct {
	// Start, Period and Points say when the lines' points are.
	Start  time.Time
	Period time.Duration
	Points int
	// Lookup gives the value of the query with that id.
	Lookup func(id string) (Value, error)
	// Metrics are the ids of all metrics of the request, in their order.
	Metrics []string
	// Search finds metrics: SEARCH's arguments.
	Search func(text, statistic string, period time.Duration) ([]Line, error)
}

// Expression is a parsed one.
type Expression struct{ root node }

// Eval computes the expression. Errors say what is wrong with it, in words for its
// author.
func (e *Expression) Eval(s *Scope) (Value, error) { return e.root.eval(s) }

// IDs are the queries that the expression names.
func (e *Expression) IDs() []string { return e.root.ids(nil) }

// node is a part of an expression.
type node interface {
	eval(s *Scope) (Value, error)
	ids(before []string) []string
}

type (
	literal float64
	quoted  string
	name    string
	list    []node
	unary   struct {
		apply func(float64) float64
		of    node
	}
	binary struct {
		apply       func(a, b float64) float64
		left, right node
	}
	call struct {
		function string
		do       func(c *arguments) (Value, error)
		with     []node
	}
)

func (l literal) eval(*Scope) (Value, error) { return Value{Number: float64(l)}, nil }
func (l literal) ids(before []string) []string {
	return before
}

func (q quoted) eval(*Scope) (Value, error) {
	return Value{}, fmt.Errorf("the text %q cannot stand here", string(q))
}
func (q quoted) ids(before []string) []string { return before }

func (n name) eval(s *Scope) (Value, error)  { return s.Lookup(string(n)) }
func (n name) ids(before []string) []string  { return append(before, string(n)) }
func (u unary) ids(before []string) []string { return u.of.ids(before) }
func (b binary) ids(before []string) []string {
	return b.right.ids(b.left.ids(before))
}

func (l list) ids(before []string) []string {
	for _, n := range l {
		before = n.ids(before)
	}
	return before
}
func (c call) ids(before []string) []string { return list(c.with).ids(before) }

func (l list) eval(s *Scope) (Value, error) {
	out := Value{Kind: Array}
	for _, n := range l {
		v, err := n.eval(s)
		if err != nil {
			return v, err
		}
		if v.Kind == Number {
			return v, fmt.Errorf("an array holds time series, and %v is none", v.Number)
		}
		out.Lines = append(out.Lines, v.Lines...)
	}
	return out, nil
}

func (u unary) eval(s *Scope) (Value, error) {
	v, err := u.of.eval(s)
	return v.each(u.apply), err
}

func (b binary) eval(s *Scope) (Value, error) {
	left, err := b.left.eval(s)
	if err != nil {
		return left, err
	}
	right, err := b.right.eval(s)
	if err != nil {
		return right, err
	}
	return combine(left, right, b.apply)
}

func (c call) eval(s *Scope) (Value, error) {
	v, err := c.do(&arguments{scope: s, nodes: c.with})
	if err != nil {
		return v, fmt.Errorf("%s: %w", c.function, err)
	}
	return v, nil
}

// each applies a function to every number that is there.
func (v Value) each(f func(float64) float64) Value {
	if v.Kind == Number {
		return Value{Number: f(v.Number)}
	}
	return v.mapped(func(points []float64) []float64 {
		out := make([]float64, len(points))
		for i, p := range points {
			out[i] = p
			if !math.IsNaN(p) {
				out[i] = f(p)
			}
		}
		return out
	})
}

// mapped makes a line of every line.
func (v Value) mapped(f func(points []float64) []float64) Value {
	out := Value{Kind: v.Kind}
	for _, line := range v.Lines {
		out.Lines = append(out.Lines, Line{line.Label, f(line.Points)})
	}
	return out
}

// combine applies an operator: between a number and lines to every point, between
// lines to the points of the same time where both have one.
func combine(a, b Value, f func(a, b float64) float64) (Value, error) {
	switch {
	case a.Kind == Number && b.Kind == Number:
		return Value{Number: f(a.Number, b.Number)}, nil
	case b.Kind == Number:
		return a.each(func(x float64) float64 { return f(x, b.Number) }), nil
	case a.Kind == Number:
		return b.each(func(x float64) float64 { return f(a.Number, x) }), nil
	case a.Kind == Array && b.Kind == Array:
		return a, fmt.Errorf("an operator takes two arrays only one line at a time")
	case b.Kind == Single:
		return a.mapped(func(points []float64) []float64 { return pairwise(points, b.Lines[0].Points, f) }), nil
	}
	return b.mapped(func(points []float64) []float64 { return pairwise(a.Lines[0].Points, points, f) }), nil
}

func pairwise(a, b []float64, f func(a, b float64) float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = math.NaN()
		if !math.IsNaN(a[i]) && !math.IsNaN(b[i]) {
			out[i] = finite(f(a[i], b[i]))
		}
	}
	return out
}

// finite turns the result of a division by zero into no data.
func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}
