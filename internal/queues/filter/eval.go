package filter

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Record is what an expression is held against.
type Record interface {
	// Field gives a field's value, a string, float64, bool, time.Duration or
	// time.Time; false where the record has none.
	Field(name string) (any, bool)
}

// Expr is an expression. Its String parses to an equal one.
type Expr interface {
	Match(r Record) bool
	// Uses reports whether a field of that name is looked at.
	Uses(field string) bool
	String() string
}

// Fields are the names that stand for themselves; Prefixes take a name or a path
// behind them.
var (
	Fields   = []string{"id", "body", "size", "age", "sent", "receives", "group", "error"}
	Prefixes = []string{"body.", "attr."}
)

func checkField(name string) error {
	if slices.Contains(Fields, name) {
		return nil
	}
	for _, prefix := range Prefixes {
		if len(name) > len(prefix) && strings.HasPrefix(name, prefix) {
			return nil
		}
	}
	return fmt.Errorf("there is no field %q; the fields are %s, body.PATH and attr.NAME", name, strings.Join(Fields, ", "))
}

type both struct{ a, b Expr }

func (e both) Match(r Record) bool    { return e.a.Match(r) && e.b.Match(r) }
func (e both) Uses(field string) bool { return e.a.Uses(field) || e.b.Uses(field) }
func (e both) String() string         { return "(" + e.a.String() + " and " + e.b.String() + ")" }

type either struct{ a, b Expr }

func (e either) Match(r Record) bool    { return e.a.Match(r) || e.b.Match(r) }
func (e either) Uses(field string) bool { return e.a.Uses(field) || e.b.Uses(field) }
func (e either) String() string         { return "(" + e.a.String() + " or " + e.b.String() + ")" }

type negation struct{ e Expr }

func (e negation) Match(r Record) bool    { return !e.e.Match(r) }
func (e negation) Uses(field string) bool { return e.e.Uses(field) }
func (e negation) String() string         { return "not " + e.e.String() }

// present holds where the record has the field.
type present struct{ field string }

func (e present) Match(r Record) bool    { _, ok := r.Field(e.field); return ok }
func (e present) Uses(field string) bool { return e.field == field }
func (e present) String() string         { return e.field }

type comparison struct{ field, op, text string }

func (e comparison) Uses(field string) bool { return e.field == field }
func (e comparison) String() string         { return e.field + " " + e.op + " " + strconv.Quote(e.text) }

// check refuses values that the field can never have.
func (e comparison) check() (err error) {
	if e.op == "contains" {
		return nil
	}
	switch e.field {
	case "age":
		if _, err = ParseAge(e.text); err != nil {
			return fmt.Errorf("%q is no age; ages are like 90s, 15m, 2h or 3d", e.text)
		}
	case "size", "receives":
		if _, err = strconv.ParseFloat(e.text, 64); err != nil {
			return fmt.Errorf("%q is no number", e.text)
		}
	case "sent":
		if _, err = time.Parse(time.RFC3339, e.text); err != nil {
			return fmt.Errorf("%q is no time; times are like 2026-11-22T03:04:05Z", e.text)
		}
	}
	return nil
}

// Match is false for a field that the record does not have, and for a value that
// cannot be compared; != is the opposite of =.
func (e comparison) Match(r Record) bool {
	value, ok := r.Field(e.field)
	if e.op == "contains" {
		return ok && strings.Contains(strings.ToLower(Text(value)), strings.ToLower(e.text))
	}
	order, fits := 0, false
	if ok {
		order, fits = compare(value, e.text)
	}
	switch e.op {
	case "=":
		return fits && order == 0
	case "!=":
		return !fits || order != 0
	case "<":
		return fits && order < 0
	case "<=":
		return fits && order <= 0
	case ">":
		return fits && order > 0
	}
	return fits && order >= 0
}

// compare orders a value and a literal, by what the value is.
func compare(value any, literal string) (order int, ok bool) {
	switch v := value.(type) {
	case time.Duration:
		d, err := ParseAge(literal)
		return cmp.Compare(v, d), err == nil
	case time.Time:
		t, err := time.Parse(time.RFC3339, literal)
		return v.Compare(t), err == nil
	case float64:
		f, err := strconv.ParseFloat(literal, 64)
		return cmp.Compare(v, f), err == nil
	}
	return strings.Compare(Text(value), literal), true
}

// Text is a value as people write it.
func Text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	}
	return fmt.Sprint(value)
}

// ParseAge is time.ParseDuration with days in front: "3d", "1d12h".
func ParseAge(text string) (time.Duration, error) {
	days, rest, found := strings.Cut(text, "d")
	if !found {
		return time.ParseDuration(text)
	}
	n, err := strconv.ParseUint(days, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%q is no number of days", days)
	}
	d := time.Duration(n) * 24 * time.Hour
	if rest == "" {
		return d, nil
	}
	more, err := time.ParseDuration(rest)
	return d + more, err
}
