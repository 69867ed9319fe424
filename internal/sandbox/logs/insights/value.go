package insights

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// value is what an expression gives: nothing, text, a number, or a time in
// milliseconds.
type value struct {
	kind   kind
	text   string
	number float64
}

type kind uint8

const (
	absent kind = iota
	textual
	numeric
	temporal
)

func text(s string) value       { return value{kind: textual, text: s} }
func number(f float64) value    { return value{kind: numeric, number: f} }
func moment(millis int64) value { return value{kind: temporal, number: float64(millis)} }

func truth(b bool) value {
	if b {
		return number(1)
	}
	return number(0)
}

// String is the value as results show it.
func (v value) String() string {
	switch v.kind {
	case textual:
		return v.text
	case numeric:
		return strconv.FormatFloat(v.number, 'f', -1, 64)
	case temporal:
		return time.UnixMilli(int64(v.number)).UTC().Format("2006-01-02 15:04:05.000")
	}
	return ""
}

// float is the value as a number, if it is one.
func (v value) float() (float64, bool) {
	switch v.kind {
	case numeric, temporal:
		return v.number, true
	case textual:
		n, err := strconv.ParseFloat(v.text, 64)
		return n, err == nil
	}
	return 0, false
}

func (v value) truth() bool {
	n, ok := v.float()
	if ok {
		return n != 0
	}
	return v.kind == textual && strings.EqualFold(v.text, "true")
}

// compare orders numbers by size and anything else as text; what is absent comes
// first.
func (v value) compare(w value) int {
	if v.kind == absent || w.kind == absent {
		return cmp.Compare(min(v.kind, 1), min(w.kind, 1))
	}
	a, isNumber := v.float()
	b, areNumbers := w.float()
	if isNumber && areNumbers {
		return cmp.Compare(a, b)
	}
	return strings.Compare(v.String(), w.String())
}
