package insights

import (
	"iter"
	"slices"
	"strings"
)

// Field is one cell of a result.
type Field struct{ Name, Value string }

// Result is what a query gives.
type Result struct {
	Rows [][]Field
	// Scanned and Matched count records, Bytes those of the scanned messages.
	Scanned, Matched, Bytes int64
}

// Run takes records from the latest to the earliest through the query. A positive
// limit counts if the query has no smaller one. What is held in memory does not
// grow with the records, but for groups and percentiles.
func (q *Query) Run(records iter.Seq2[Record, error], limit int) (*Result, error) {
	s := run{query: q, result: &Result{}, limit: q.limit, groups: map[string]*group{}, seen: map[string]bool{}}
	if limit > 0 {
		s.limit = min(limit, s.limit)
	}
	for record, err := range records {
		if err != nil {
			return nil, err
		}
		s.take(record)
	}
	return s.finish(), nil
}

// run is a query at work.
type run struct {
	query  *Query
	result *Result
	limit  int
	rows   []*row
	groups map[string]*group
	seen   map[string]bool
}

func (s *run) take(record Record) {
	s.result.Scanned++
	s.result.Bytes += int64(len(record.Message))
	r := &row{record: record}
	for _, pass := range s.query.commands {
		if !pass(r) {
			return
		}
	}
	s.result.Matched++
	if s.query.stats != nil {
		s.query.stats.collect(s.groups, r)
		return
	}
	// Without an order the rows stay in theirs, and the first are enough. With one,
	// what is beyond the limit is let go of now and then. Rows that are alike go
	// only when they are in order.
	switch {
	case len(s.query.order) == 0 && !s.duplicate(r) && len(s.rows) < s.limit:
		s.rows = append(s.rows, r)
	case len(s.query.order) > 0:
		s.rows = append(s.rows, r)
		if len(s.rows) >= 2*maxRows && len(s.query.dedup) == 0 {
			s.cut()
		}
	}
}

// duplicate tells that a row of the same values in dedup's fields has been there.
func (s *run) duplicate(r *row) bool {
	if len(s.query.dedup) == 0 {
		return false
	}
	var id strings.Builder
	for _, name := range s.query.dedup {
		v := r.get(name)
		if v.kind == absent { // rows without a value are all kept
			return false
		}
		id.WriteString(v.String() + "\x00")
	}
	defer func() { s.seen[id.String()] = true }()
	return s.seen[id.String()]
}

// cut puts the rows in order and drops those beyond the limit.
func (s *run) cut() {
	slices.SortStableFunc(s.rows, func(a, b *row) int {
		for _, by := range s.query.order {
			order := a.get(by.field).compare(b.get(by.field))
			if by.descending {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
	if len(s.query.order) > 0 {
		s.rows = slices.DeleteFunc(s.rows, s.duplicate)
	}
	s.rows = s.rows[:min(len(s.rows), s.limit)]
}

func (s *run) finish() *Result {
	columns := s.query.display
	if s.query.stats != nil {
		s.rows = s.query.stats.rows(s.groups)
		columns = s.query.stats.columns()
	}
	s.cut()
	if len(columns) == 0 {
		columns = []column{{"@timestamp", fieldOf("@timestamp")}, {"@message", fieldOf("@message")}}
	}
	if s.query.stats == nil {
		columns = append(slices.Clone(columns), column{"@ptr", fieldOf("@ptr")})
	}
	s.result.Rows = [][]Field{}
	for _, r := range s.rows {
		s.result.Rows = append(s.result.Rows, r.show(columns))
	}
	return s.result
}

func fieldOf(name string) expression { return func(r *row) value { return r.get(name) } }

// show leaves out what the row does not have.
func (r *row) show(columns []column) []Field {
	var out []Field
	for _, c := range columns {
		if v := c.expression(r); v.kind != absent {
			out = append(out, Field{c.name, v.String()})
		}
	}
	return out
}
