package insights

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// stats is the command: aggregates of groups of rows.
type stats struct {
	aggregates []aggregate
	by         []column
}

// aggregate is one figure; argument is nil for count(*).
type aggregate struct {
	name, function string
	argument       expression
	percent        float64
}

// stats reads stats avg(a) as b, count(*) by bin(5m), c.
func (p *parser) stats(q *Query) error {
	if q.stats != nil {
		return fmt.Errorf("a second stats is not known here")
	}
	q.stats = &stats{}
	for {
		a, err := p.aggregate()
		if err != nil {
			return err
		}
		q.stats.aggregates = append(q.stats.aggregates, a)
		if !p.accept(",") {
			break
		}
	}
	if !p.acceptWord("by") {
		return nil
	}
	columns, err := p.columns()
	q.stats.by = columns
	return err
}

func (p *parser) aggregate() (aggregate, error) {
	start := p.here()
	a := aggregate{function: p.word()}
	switch a.function {
	case "count", "sum", "avg", "min", "max", "pct", "count_distinct", "stddev", "earliest", "latest":
	default:
		return a, fmt.Errorf("stats does not know %q", a.function)
	}
	if !p.accept("(") {
		return a, p.unexpected("(")
	}
	if err := p.arguments(&a); err != nil {
		return a, err
	}
	var err error
	a.name, err = p.as(p.since(start))
	return a, err
}

func (p *parser) arguments(a *aggregate) error {
	if a.function == "count" && (p.accept("*") || p.at(')')) {
		if !p.accept(")") {
			return p.unexpected(")")
		}
		return nil
	}
	var err error
	if a.argument, err = p.expression(); err != nil {
		return err
	}
	if a.function == "pct" {
		if !p.accept(",") {
			return p.unexpected("a percentage")
		}
		if a.percent, err = p.number(); err != nil {
			return err
		}
	}
	if !p.accept(")") {
		return p.unexpected(")")
	}
	return nil
}

// group is the rows that agree in what stats groups by.
type group struct {
	keys  []value
	tally []tally
}

// tally is an aggregate under way.
type tally struct {
	count int
	// counted are those values that are numbers, of which the sums are.
	counted, sum, squares float64
	least, most           value
	// numbers are kept for percentiles, distinct for their count.
	numbers  []float64
	distinct map[string]bool
	first    value
	last     value
}

func (t *tally) add(a aggregate, r *row) {
	if a.argument == nil {
		t.count++
		return
	}
	v := a.argument(r)
	if v.kind == absent {
		return
	}
	switch a.function {
	case "count_distinct":
		if t.distinct == nil {
			t.distinct = map[string]bool{}
		}
		t.distinct[v.String()] = true
	case "min", "max":
		if t.least.kind == absent || v.compare(t.least) < 0 {
			t.least = v
		}
		if t.most.kind == absent || v.compare(t.most) > 0 {
			t.most = v
		}
	case "earliest", "latest": // rows come from the latest to the earliest
		if t.count == 0 {
			t.last = v
		}
		t.first = v
	}
	t.count++
	if n, ok := v.float(); ok {
		t.counted++
		t.sum += n
		t.squares += n * n
		if a.function == "pct" {
			t.numbers = append(t.numbers, n)
		}
	}
}

func (t *tally) result(a aggregate) value {
	switch a.function {
	case "count":
		return number(float64(t.count))
	case "count_distinct":
		return number(float64(len(t.distinct)))
	case "sum":
		return number(t.sum)
	case "avg":
		return finite(t.sum / t.counted)
	case "stddev":
		return t.deviation()
	case "min":
		return t.least
	case "max":
		return t.most
	case "earliest":
		return t.first
	case "latest":
		return t.last
	}
	return percentile(t.numbers, a.percent)
}

func (t *tally) deviation() value {
	mean := t.sum / t.counted
	return finite(math.Sqrt(max(0, t.squares/t.counted-mean*mean)))
}

// percentile is the smallest number that so many percent are not above.
func percentile(numbers []float64, percent float64) value {
	if len(numbers) == 0 {
		return value{}
	}
	slices.Sort(numbers)
	rank := int(math.Ceil(percent / 100 * float64(len(numbers))))
	return number(numbers[min(max(rank, 1), len(numbers))-1])
}

// collect takes a row into its group.
func (s *stats) collect(groups map[string]*group, r *row) {
	keys := make([]value, len(s.by))
	var id strings.Builder
	for i, c := range s.by {
		keys[i] = c.expression(r)
		fmt.Fprintf(&id, "%d:%s\x00", keys[i].kind, keys[i].String())
	}
	g := groups[id.String()]
	if g == nil {
		g = &group{keys: keys, tally: make([]tally, len(s.aggregates))}
		groups[id.String()] = g
	}
	for i, a := range s.aggregates {
		g.tally[i].add(a, r)
	}
}

// rows are the groups as rows: what they are grouped by, and the figures.
func (s *stats) rows(groups map[string]*group) []*row {
	var out []*row
	for _, g := range groups {
		r := &row{fields: map[string]value{}, discovered: true}
		for i, c := range s.by {
			r.set(c.name, g.keys[i])
		}
		for i, a := range s.aggregates {
			r.set(a.name, g.tally[i].result(a))
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *row) int { return strings.Compare(fmt.Sprint(a.fields), fmt.Sprint(b.fields)) })
	return out
}

// columns are those of the command's result.
func (s *stats) columns() []column {
	var out []column
	for _, c := range s.by {
		out = append(out, column{c.name, func(r *row) value { return r.get(c.name) }})
	}
	for _, a := range s.aggregates {
		out = append(out, column{a.name, func(r *row) value { return r.get(a.name) }})
	}
	return out
}
