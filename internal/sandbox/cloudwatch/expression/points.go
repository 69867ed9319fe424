package expression

import (
	"fmt"
	"math"
	"slices"
)

// data are the points that are there.
func data(points []float64) []float64 {
	out := make([]float64, 0, len(points))
	for _, p := range points {
		if !math.IsNaN(p) {
			out = append(out, p)
		}
	}
	return out
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

func average(values []float64) float64 { return sum(values) / float64(len(values)) }
func length(values []float64) float64  { return float64(len(values)) }

func deviation(values []float64) float64 {
	mean, squares := average(values), 0.0
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	return math.Sqrt(squares / float64(len(values)))
}

func lowest(values []float64) float64  { return orNone(values, slices.Min[[]float64]) }
func highest(values []float64) float64 { return orNone(values, slices.Max[[]float64]) }
func first(values []float64) float64 {
	return orNone(values, func(v []float64) float64 { return v[0] })
}
func last(values []float64) float64 {
	return orNone(values, func(v []float64) float64 { return v[len(v)-1] })
}

func orNone(values []float64, f func([]float64) float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return f(values)
}

// changes makes a line of each point and the one before it that is there, apart
// by so many periods; the first has none.
func changes(points []float64, f func(before, now float64, apart int) float64) []float64 {
	out, previous := make([]float64, len(points)), -1
	for i, p := range points {
		out[i] = math.NaN()
		if math.IsNaN(p) {
			continue
		}
		if previous >= 0 {
			out[i] = f(points[previous], p, i-previous)
		}
		previous = i
	}
	return out
}

func rate(s *Scope, points []float64) []float64 {
	return changes(points, func(before, now float64, apart int) float64 {
		return (now - before) / (s.Period.Seconds() * float64(apart))
	})
}

func difference(_ *Scope, points []float64) []float64 {
	return changes(points, func(before, now float64, _ int) float64 { return now - before })
}

func timeDifference(s *Scope, points []float64) []float64 {
	return changes(points, func(_, _ float64, apart int) float64 { return s.Period.Seconds() * float64(apart) })
}

func runningSum(_ *Scope, points []float64) []float64 {
	total, out := 0.0, make([]float64, len(points))
	for i, p := range points {
		if out[i] = p; !math.IsNaN(p) {
			total += p
			out[i] = total
		}
	}
	return out
}

// fill is FILL: gaps become a number, another line's point, the last point before
// (REPEAT), or lie on a line between their neighbours (LINEAR).
func fill(a *arguments) (Value, error) {
	if err := a.count(2, 2); err != nil {
		return Value{}, err
	}
	v, err := a.series(0)
	if err != nil {
		return v, err
	}
	switch how, _ := a.text(1); how {
	case "REPEAT":
		return v.mapped(repeated), nil
	case "LINEAR":
		return v.mapped(interpolated), nil
	}
	with, err := a.value(1)
	if err != nil || with.Kind == Array {
		return v, cmpErr(err, "an array cannot fill gaps")
	}
	return v.mapped(func(points []float64) []float64 {
		out := slices.Clone(points)
		for i, p := range points {
			if math.IsNaN(p) {
				out[i] = with.at(i)
			}
		}
		return out
	}), nil
}

func cmpErr(err error, otherwise string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%s", otherwise)
}

func repeated(points []float64) []float64 {
	out := slices.Clone(points)
	for i := 1; i < len(out); i++ {
		if math.IsNaN(out[i]) {
			out[i] = out[i-1]
		}
	}
	return out
}

func interpolated(points []float64) []float64 {
	out, previous := slices.Clone(points), -1
	for i, p := range points {
		if math.IsNaN(p) {
			continue
		}
		for gap := previous + 1; previous >= 0 && gap < i; gap++ {
			out[gap] = points[previous] + (p-points[previous])*float64(gap-previous)/float64(i-previous)
		}
		previous = i
	}
	return out
}
