package expression

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
)

// arguments are a call's, evaluated as they are asked for.
type arguments struct {
	scope *Scope
	nodes []node
}

func (a *arguments) count(from, to int) error {
	if len(a.nodes) < from || len(a.nodes) > to {
		return fmt.Errorf("%d arguments are too few or too many", len(a.nodes))
	}
	return nil
}

func (a *arguments) value(i int) (Value, error) { return a.nodes[i].eval(a.scope) }

// series is an argument that must be a line or an array.
func (a *arguments) series(i int) (Value, error) {
	v, err := a.value(i)
	if err == nil && v.Kind == Number {
		err = fmt.Errorf("argument %d must be a time series", i+1)
	}
	return v, err
}

func (a *arguments) text(i int) (string, bool) {
	q, ok := a.nodes[i].(quoted)
	return string(q), ok
}

// functions are all that there are; the map is made when first needed, for it
// leads back to the parser's own types.
var functions = sync.OnceValue(func() map[string]func(*arguments) (Value, error) {
	all := map[string]func(*arguments) (Value, error){
		"IF": choose, "FILL": fill, "METRICS": metrics, "SEARCH": search, "PERIOD": period, "TIME_SERIES": constantLine, "REMOVE_EMPTY": removeEmpty,
	}
	for word, f := range map[string]func([]float64) float64{
		"SUM": sum, "AVG": average, "MIN": lowest, "MAX": highest, "STDDEV": deviation,
	} {
		all[word] = func(a *arguments) (Value, error) { return aggregate(a, f) }
	}
	for word, f := range map[string]func([]float64) float64{"FIRST": first, "LAST": last, "DATAPOINT_COUNT": length} {
		all[word] = func(a *arguments) (Value, error) { return eachLine(a, f) }
	}
	for word, f := range map[string]func(float64) float64{
		"ABS": math.Abs, "CEIL": math.Ceil, "FLOOR": math.Floor, "LOG": math.Log, "LOG10": math.Log10,
	} {
		all[word] = func(a *arguments) (Value, error) {
			if err := a.count(1, 1); err != nil {
				return Value{}, err
			}
			v, err := a.value(0)
			return v.each(func(x float64) float64 { return finite(f(x)) }), err
		}
	}
	for word, f := range map[string]func(*Scope, []float64) []float64{
		"RATE": rate, "DIFF": difference, "RUNNING_SUM": runningSum, "DIFF_TIME": timeDifference,
	} {
		all[word] = func(a *arguments) (Value, error) {
			if err := a.count(1, 1); err != nil {
				return Value{}, err
			}
			v, err := a.series(0)
			return v.mapped(func(points []float64) []float64 { return f(a.scope, points) }), err
		}
	}
	return all
})

// aggregate makes one number of a line, and one line of an array: point by point.
func aggregate(a *arguments, f func([]float64) float64) (Value, error) {
	if err := a.count(1, 1); err != nil {
		return Value{}, err
	}
	v, err := a.series(0)
	if err != nil {
		return v, err
	}
	if v.Kind == Single {
		return Value{Number: f(data(v.Lines[0].Points))}, nil
	}
	out := Line{Points: make([]float64, a.scope.Points)}
	column := make([]float64, 0, len(v.Lines))
	for i := range out.Points {
		column = column[:0]
		for _, line := range v.Lines {
			column = append(column, line.Points[i])
		}
		out.Points[i] = math.NaN()
		if there := data(column); len(there) > 0 {
			out.Points[i] = f(there)
		}
	}
	return Value{Kind: Single, Lines: []Line{out}}, nil
}

// eachLine makes a number of a line.
func eachLine(a *arguments, f func([]float64) float64) (Value, error) {
	if err := a.count(1, 1); err != nil {
		return Value{}, err
	}
	v, err := a.series(0)
	if err == nil && v.Kind != Single {
		err = fmt.Errorf("an array has several")
	}
	if err != nil {
		return v, err
	}
	return Value{Number: f(data(v.Lines[0].Points))}, nil
}

// choose is IF: by one number, or point by point.
func choose(a *arguments) (Value, error) {
	if err := a.count(2, 3); err != nil {
		return Value{}, err
	}
	condition, err := a.value(0)
	if err != nil {
		return condition, err
	}
	yes, err := a.value(1)
	if err != nil {
		return yes, err
	}
	no := Value{Number: math.NaN()}
	if len(a.nodes) == 3 {
		if no, err = a.value(2); err != nil {
			return no, err
		}
	}
	switch condition.Kind {
	case Number:
		if condition.Number != 0 {
			return yes, nil
		}
		return no, nil
	case Array:
		return condition, fmt.Errorf("the condition must not be an array")
	}
	if yes.Kind == Array || no.Kind == Array {
		return yes, fmt.Errorf("a time series chooses between numbers and time series only")
	}
	return condition.mapped(func(points []float64) []float64 {
		out := make([]float64, len(points))
		for i, p := range points {
			switch {
			case math.IsNaN(p):
				out[i] = math.NaN()
			case p != 0:
				out[i] = yes.at(i)
			default:
				out[i] = no.at(i)
			}
		}
		return out
	}), nil
}

// at is the point of a line, or the number itself.
func (v Value) at(i int) float64 {
	if v.Kind == Number {
		return v.Number
	}
	return v.Lines[0].Points[i]
}

func metrics(a *arguments) (Value, error) {
	if err := a.count(0, 1); err != nil {
		return Value{}, err
	}
	part := ""
	if len(a.nodes) == 1 {
		var ok bool
		if part, ok = a.text(0); !ok {
			return Value{}, fmt.Errorf("its argument is a text")
		}
	}
	out := Value{Kind: Array}
	for _, id := range a.scope.Metrics {
		if strings.Contains(id, part) {
			v, err := a.scope.Lookup(id)
			if err != nil {
				return v, err
			}
			out.Lines = append(out.Lines, v.Lines...)
		}
	}
	return out, nil
}

func search(a *arguments) (Value, error) {
	if err := a.count(2, 3); err != nil {
		return Value{}, err
	}
	text, isText := a.text(0)
	statistic, isStatistic := a.text(1)
	if !isText || !isStatistic {
		return Value{}, fmt.Errorf("its first two arguments are texts")
	}
	seconds := a.scope.Period
	if len(a.nodes) == 3 {
		v, err := a.value(2)
		if err != nil {
			return v, err
		}
		seconds = time.Duration(v.Number) * time.Second
	}
	lines, err := a.scope.Search(text, statistic, seconds)
	return Value{Kind: Array, Lines: lines}, err
}

func period(a *arguments) (Value, error) {
	return Value{Number: a.scope.Period.Seconds()}, a.count(1, 1)
}

func constantLine(a *arguments) (Value, error) {
	if err := a.count(1, 1); err != nil {
		return Value{}, err
	}
	v, err := a.value(0)
	if err != nil || v.Kind != Number {
		return v, err
	}
	line := Line{Points: make([]float64, a.scope.Points)}
	for i := range line.Points {
		line.Points[i] = v.Number
	}
	return Value{Kind: Single, Lines: []Line{line}}, nil
}

func removeEmpty(a *arguments) (Value, error) {
	if err := a.count(1, 1); err != nil {
		return Value{}, err
	}
	v, err := a.series(0)
	out := Value{Kind: Array}
	for _, line := range v.Lines {
		if len(data(line.Points)) > 0 {
			out.Lines = append(out.Lines, line)
		}
	}
	return out, err
}
