package insights

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// function is one of the language's, with how many arguments it takes at least and
// at most.
type function struct {
	least, most int
	call        func(r *row, arguments []value) value
}

// functions are those on values; what stats computes is in stats.go.
func functions(name string) (function, bool) {
	switch name {
	case "abs":
		return onNumber(math.Abs), true
	case "ceil":
		return onNumber(math.Ceil), true
	case "floor":
		return onNumber(math.Floor), true
	case "sqrt":
		return onNumber(math.Sqrt), true
	case "tolower":
		return onText(func(s string) value { return text(strings.ToLower(s)) }), true
	case "toupper":
		return onText(func(s string) value { return text(strings.ToUpper(s)) }), true
	case "trim":
		return onText(func(s string) value { return text(strings.TrimSpace(s)) }), true
	case "strlen":
		return onText(func(s string) value { return number(float64(utf8.RuneCountInString(s))) }), true
	case "isempty":
		return function{1, 1, func(_ *row, a []value) value { return truth(a[0].String() == "") }}, true
	case "isblank":
		return function{1, 1, func(_ *row, a []value) value { return truth(strings.TrimSpace(a[0].String()) == "") }}, true
	case "ispresent":
		return function{1, 1, func(_ *row, a []value) value { return truth(a[0].kind != absent) }}, true
	case "strcontains":
		return function{2, 2, func(_ *row, a []value) value { return truth(strings.Contains(a[0].String(), a[1].String())) }}, true
	case "replace":
		return function{3, 3, func(_ *row, a []value) value {
			return text(strings.ReplaceAll(a[0].String(), a[1].String(), a[2].String()))
		}}, true
	case "concat":
		return function{1, maxArguments, concat}, true
	case "coalesce":
		return function{1, maxArguments, coalesce}, true
	case "bin":
		return function{1, 1, func(r *row, a []value) value { return floorTime(r.get("@timestamp"), a[0]) }}, true
	case "datefloor":
		return function{2, 2, func(_ *row, a []value) value { return floorTime(a[0], a[1]) }}, true
	case "tomillis":
		return function{1, 1, func(_ *row, a []value) value { return asMoment(a[0], number) }}, true
	case "frommillis":
		return function{1, 1, func(_ *row, a []value) value {
			return asMoment(a[0], func(f float64) value { return moment(int64(f)) })
		}}, true
	}
	return function{}, false
}

const maxArguments = 100

func onNumber(f func(float64) float64) function {
	return function{1, 1, func(_ *row, a []value) value {
		n, ok := a[0].float()
		if !ok {
			return value{}
		}
		return finite(f(n))
	}}
}

func onText(f func(string) value) function {
	return function{1, 1, func(_ *row, a []value) value {
		if a[0].kind == absent {
			return value{}
		}
		return f(a[0].String())
	}}
}

func concat(_ *row, arguments []value) value {
	var b strings.Builder
	for _, a := range arguments {
		b.WriteString(a.String())
	}
	return text(b.String())
}

func coalesce(_ *row, arguments []value) value {
	for _, a := range arguments {
		if a.kind != absent {
			return a
		}
	}
	return value{}
}

func asMoment(v value, f func(float64) value) value {
	n, ok := v.float()
	if !ok {
		return value{}
	}
	return f(n)
}

// floorTime is the beginning of the period that a time lies in.
func floorTime(at, length value) value {
	n, ok := at.float()
	size, too := length.float()
	if !ok || !too || size < 1 {
		return value{}
	}
	return moment(int64(math.Floor(n/size) * size))
}

// call reads the arguments of a function.
func (p *parser) call(name string) (expression, error) {
	f, ok := functions(name)
	if !ok {
		return nil, fmt.Errorf("unknown function %s", name)
	}
	arguments, err := p.list(")")
	if err != nil {
		return nil, err
	}
	if len(arguments) < f.least || len(arguments) > f.most {
		return nil, fmt.Errorf("%s does not take %d arguments", name, len(arguments))
	}
	return func(r *row) value {
		values := make([]value, len(arguments))
		for i, a := range arguments {
			values[i] = a(r)
		}
		return f.call(r, values)
	}, nil
}

// period reads 30s, 5m, 1h and their like, in milliseconds.
func period(word string) (float64, bool) {
	digits := strings.TrimRight(word, "abcdefghijklmnopqrstuvwxyz")
	n, err := strconv.ParseFloat(digits, 64)
	unit, known := map[string]time.Duration{
		"ms": time.Millisecond, "msec": time.Millisecond, "s": time.Second, "sec": time.Second, "m": time.Minute, "min": time.Minute,
		"h": time.Hour, "hr": time.Hour, "hour": time.Hour, "d": 24 * time.Hour, "day": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	}[strings.TrimPrefix(word, digits)]
	return n * float64(unit.Milliseconds()), err == nil && known
}
