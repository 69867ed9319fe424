package expression_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/expression"
)

var gap = math.NaN()

// scope has three metrics of four minutes.
func scope() *expression.Scope {
	lines := map[string][]float64{"m1": {1, 2, gap, 4}, "m2": {10, gap, gap, 40}, "errors": {0, 0, 5, 0}}
	return &expression.Scope{
		Period: time.Minute, Points: 4, Metrics: []string{"m1", "m2", "errors"},
		Lookup: func(id string) (expression.Value, error) {
			points, ok := lines[id]
			if !ok {
				return expression.Value{}, fmt.Errorf("no %s", id)
			}
			return expression.Value{Kind: expression.Single, Lines: []expression.Line{{Label: id, Points: points}}}, nil
		},
		Search: func(text, statistic string, _ time.Duration) ([]expression.Line, error) {
			return []expression.Line{{Label: text, Points: []float64{1, 1, 1, 1}}, {Label: statistic, Points: []float64{2, 2, 2, 2}}}, nil
		},
	}
}

func TestExpressionsGiveWhatTheGuideSays(t *testing.T) {
	for text, want := range map[string]any{ // worked out by hand from the User Guide's descriptions
		"1+2*3": 7.0, "(1+2)*3": 9.0, "2^3": 8.0, "-2+5": 3.0, "10/4": 2.5, "1<2 AND 2<1": 0.0, "1<2 || 2<1": 1.0,
		"SUM(m1)": 7.0, "AVG(m2)": 25.0, "MIN(m1)": 1.0, "MAX(m1)": 4.0, "FIRST(m2)": 10.0, "LAST(m2)": 40.0, "DATAPOINT_COUNT(m1)": 3.0,
		"PERIOD(m1)": 60.0, "STDDEV(m2)": 15.0,
		"m1*2": []float64{2, 4, gap, 8}, "m1+m2": []float64{11, gap, gap, 44}, "m1/errors": []float64{gap, gap, gap, gap},
		"FILL(m1,0)+FILL(m2,0)": []float64{11, 2, 0, 44}, "FILL(m2,REPEAT)": []float64{10, 10, 10, 40}, "FILL(m2,LINEAR)": []float64{10, 20, 30, 40},
		"SUM([m1,m2])": []float64{11, 2, gap, 44}, "SUM(METRICS())": []float64{11, 2, 5, 44}, `MAX(METRICS("m"))`: []float64{10, 2, gap, 40},
		"IF(m1>=2,100*m1/4,0)": []float64{0, 50, gap, 100}, "IF(errors>0,1)": []float64{gap, gap, 1, gap}, "IF(1>2,m1,m2)": []float64{10, gap, gap, 40},
		"IF(m1>1,m2,m1)": []float64{1, gap, gap, 40},
		"RATE(m1)":       []float64{gap, 1.0 / 60, gap, 2.0 / 120}, "DIFF(m1)": []float64{gap, 1, gap, 2}, "RUNNING_SUM(m1)": []float64{1, 3, gap, 7},
		"ABS(0-m1)": []float64{1, 2, gap, 4}, "TIME_SERIES(3)": []float64{3, 3, 3, 3}, "m1>1": []float64{0, 1, gap, 1},
		`SUM(SEARCH('{AWS/Lambda} x', 'Sum', 60))`: []float64{3, 3, 3, 3},
	} {
		parsed, err := expression.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		v, err := parsed.Eval(scope())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got any = v.Number
		if v.Kind != expression.Number {
			got = v.Lines[0].Points
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

func TestWrongExpressionsAreRefused(t *testing.T) {
	for _, text := range []string{"", "1+", "(1", "m1)", "NOPE(m1)", "M1", "m1 m2", "SUM(", "'open", "IF(m1", "1..2", "m1 $ 2", "[m1"} {
		if _, err := expression.Parse(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	for _, text := range []string{"nope+1", "SUM(1)", "IF(m1)", "FILL(1,2)", "'text'", "SUM(m1,m2)", "[1]", "METRICS(1)", "METRICS()+METRICS()"} {
		parsed, err := expression.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if _, err := parsed.Eval(scope()); err == nil {
			t.Errorf("%q gives something", text)
		}
	}
}

func FuzzExpressionsNeitherHangNorPanic(f *testing.F) {
	for _, text := range []string{"IF(m1>=5,100*m1/m2,0)", "FILL(m1,0)+[m1]", "SUM(METRICS('m'))^-2", "((((((", "SEARCH('{A,b} c','Sum')"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if parsed, err := expression.Parse(text); err == nil {
			_ = parsed.IDs()
			if v, err := parsed.Eval(scope()); err == nil && v.Kind == expression.Single && len(v.Lines) != 1 {
				t.Errorf("%q gives %d lines", text, len(v.Lines))
			}
		}
	})
}
