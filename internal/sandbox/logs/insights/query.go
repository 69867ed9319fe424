// Package insights is the core of the CloudWatch Logs Insights query language: the
// commands fields, filter, parse, stats, sort, limit, display and dedup.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
//
// A query is parsed into commands (parse.go, expression.go), through which rows
// pass one by one (run.go); fields of an event are discovered when they are first
// asked for (row.go).
package insights

import (
	"fmt"
	"regexp"
)

// maxRows is how many rows a query gives at most, and without a wish.
const maxRows = 10_000

// Query is a parsed query. It is safe for concurrent use.
type Query struct {
	commands []command
	stats    *stats
	order    []sorting
	dedup    []string
	display  []column
	limit    int
}

// command is a step that a row passes; it gives false for one that ends there.
type command func(*row) bool

// column is an expression and the name that it is shown under.
type column struct {
	name string
	expression
}

// sorting is a key of sort.
type sorting struct {
	field      string
	descending bool
}

// Parse reads a query. Errors say what was not understood.
func Parse(text string) (*Query, error) {
	p := &parser{rest: text}
	q := &Query{limit: maxRows}
	for {
		if err := p.command(q); err != nil {
			return nil, err
		}
		if p.atEnd() {
			return q, nil
		}
		if !p.accept("|") {
			return nil, p.unexpected("| or the end")
		}
	}
}

func (p *parser) command(q *Query) error {
	name := p.word()
	if q.stats != nil && (name == "fields" || name == "parse" || name == "filter" || name == "dedup") {
		return fmt.Errorf("%s after stats is not known here", name)
	}
	switch name {
	case "fields":
		return p.fields(q)
	case "display":
		columns, err := p.columns()
		q.display = columns
		return err
	case "filter":
		e, err := p.expression()
		q.commands = append(q.commands, func(r *row) bool { return e(r).truth() })
		return err
	case "parse":
		return p.parse(q)
	case "stats":
		return p.stats(q)
	case "sort":
		return p.sort(q)
	case "limit":
		return p.limit(q)
	case "dedup":
		return p.dedup(q)
	}
	return fmt.Errorf("unknown command %q", name)
}

// fields computes what has a name of its own, and shows all unless display does.
func (p *parser) fields(q *Query) error {
	columns, err := p.columns()
	if err != nil {
		return err
	}
	q.commands = append(q.commands, func(r *row) bool {
		for _, c := range columns {
			r.set(c.name, c.expression(r))
		}
		return true
	})
	q.display = append(q.display, columns...)
	return nil
}

func (p *parser) columns() ([]column, error) {
	var out []column
	for {
		start := p.here()
		e, err := p.expression()
		if err != nil {
			return nil, err
		}
		name, err := p.as(p.since(start))
		if err != nil {
			return nil, err
		}
		out = append(out, column{name, e})
		if !p.accept(",") {
			return out, nil
		}
	}
}

// as reads the name that follows an expression, which otherwise is its own text.
func (p *parser) as(otherwise string) (string, error) {
	if !p.acceptWord("as") {
		return unquoteField(otherwise), nil
	}
	return p.field()
}

// parse takes fields out of text, by a glob or by the named groups of a regular
// expression: parse @message "user=*" as user.
func (p *parser) parse(q *Query) error {
	source := expression(func(r *row) value { return r.get("@message") })
	if !p.at('"') && !p.at('\'') && !p.at('/') {
		e, err := p.operand()
		if err != nil {
			return err
		}
		source = e
	}
	re, err := p.extractor()
	if err != nil {
		return err
	}
	var names []string
	if p.acceptWord("as") {
		if names, err = p.names(); err != nil {
			return err
		}
		if len(names) != re.NumSubexp() {
			return fmt.Errorf("parse names %d fields and finds %d", len(names), re.NumSubexp())
		}
	} else {
		names = re.SubexpNames()[1:]
	}
	q.commands = append(q.commands, func(r *row) bool {
		for i, found := range re.FindStringSubmatch(source(r).String()) {
			if i > 0 && names[i-1] != "" {
				r.set(names[i-1], text(found))
			}
		}
		return true
	})
	return nil
}

func (p *parser) extractor() (*regexp.Regexp, error) {
	if p.at('/') {
		return p.regexp()
	}
	glob, err := p.text()
	if err != nil {
		return nil, err
	}
	return globExpression(glob)
}

func (p *parser) sort(q *Query) error {
	for {
		field, err := p.source()
		if err != nil {
			return err
		}
		s := sorting{field: field, descending: p.acceptWord("desc")}
		if !s.descending {
			p.acceptWord("asc")
		}
		q.order = append(q.order, s)
		if !p.accept(",") {
			return nil
		}
	}
}

func (p *parser) limit(q *Query) error {
	n, err := p.number()
	if err == nil && (n < 1 || n > maxRows) {
		err = fmt.Errorf("limit is from 1 to %d", maxRows)
	}
	q.limit = int(n)
	return err
}

func (p *parser) dedup(q *Query) error {
	names, err := p.names()
	q.dedup = names
	return err
}

func (p *parser) names() ([]string, error) {
	var out []string
	for {
		name, err := p.field()
		if err != nil {
			return nil, err
		}
		if out = append(out, name); !p.accept(",") {
			return out, nil
		}
	}
}
