package cloudwatch

import (
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/expression"
	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/series"
)

// evaluation computes the queries of one request or alarm over a span of time. An
// expression is computed in the longest of the periods of what it is made of.
type evaluation struct {
	series     *series.Store
	queries    []types.MetricDataQuery
	start, end time.Time
	// busy are the ids on the way, which must not come again.
	busy map[string]bool
}

func (e *evaluation) query(id string) *types.MetricDataQuery {
	for i := range e.queries {
		if value(e.queries[i].Id) == id {
			return &e.queries[i]
		}
	}
	return nil
}

// defaultPeriod is that of expressions without metrics.
const defaultPeriod = time.Minute

// period is a metric's own, and an expression's the longest of its metrics.
func (e *evaluation) period(q *types.MetricDataQuery) (time.Duration, error) {
	if q.MetricStat != nil {
		return time.Duration(*q.MetricStat.Period) * time.Second, nil
	}
	if e.busy[*q.Id] {
		return 0, validation("Error in expression '%s': it refers to itself", *q.Id)
	}
	e.busy[*q.Id] = true
	defer delete(e.busy, *q.Id)
	parsed, err := expression.Parse(*q.Expression)
	if err != nil {
		return 0, validation("Error in expression '%s': %v", *q.Id, err)
	}
	longest := time.Duration(0)
	if q.Period != nil {
		longest = time.Duration(*q.Period) * time.Second
	}
	for _, id := range parsed.IDs() {
		other := e.query(id)
		if other == nil {
			return 0, validation("Error in expression '%s': there is no query with the id '%s'", *q.Id, id)
		}
		period, err := e.period(other)
		if err != nil {
			return 0, err
		}
		longest = max(longest, period)
	}
	if longest == 0 {
		longest = e.longestMetric()
	}
	return longest, nil
}

// longestMetric is the period of expressions that name no id, like SUM(METRICS()).
func (e *evaluation) longestMetric() time.Duration {
	longest := time.Duration(0)
	for _, q := range e.queries {
		if q.MetricStat != nil {
			longest = max(longest, time.Duration(*q.MetricStat.Period)*time.Second)
		}
	}
	if longest == 0 {
		return defaultPeriod
	}
	return longest
}

// compute gives a query's lines in its own period.
func (e *evaluation) compute(q *types.MetricDataQuery) (v expression.Value, start time.Time, period time.Duration, err error) {
	if period, err = e.period(q); err != nil {
		return v, start, period, err
	}
	start = aligned(e.start, period)
	v, err = e.in(q, start, period)
	return v, start, period, err
}

// in gives a query's lines in another's period.
func (e *evaluation) in(q *types.MetricDataQuery, start time.Time, period time.Duration) (expression.Value, error) {
	if q.MetricStat != nil {
		stat := q.MetricStat
		m := metricOf(stat.Metric.Namespace, stat.Metric.MetricName, stat.Metric.Dimensions)
		compute, _ := series.Parse(*stat.Stat)
		points := e.points(m, string(stat.Unit), start, period, compute)
		return expression.Value{Kind: expression.Single, Lines: []expression.Line{{Label: m.Name, Points: points}}}, nil
	}
	parsed, err := expression.Parse(*q.Expression)
	if err != nil {
		return expression.Value{}, validation("Error in expression '%s': %v", *q.Id, err)
	}
	v, err := parsed.Eval(e.scope(start, period))
	if err != nil {
		return v, validation("Error in expression '%s': %v", *q.Id, err)
	}
	if v.Kind == expression.Single {
		v.Lines[0].Label = *q.Id
	}
	return v, nil
}

func (e *evaluation) points(m series.Metric, unit string, start time.Time, period time.Duration, compute series.Statistic) []float64 {
	buckets := e.series.Periods(m, unit, start, e.end, period)
	points := make([]float64, len(buckets))
	for i, b := range buckets {
		points[i] = math.NaN()
		if b != nil {
			if v, ok := compute(b); ok {
				points[i] = v
			}
		}
	}
	return points
}

func (e *evaluation) scope(start time.Time, period time.Duration) *expression.Scope {
	s := &expression.Scope{Start: start, Period: period, Points: max(int((e.end.Sub(start)+period-1)/period), 0)}
	for _, q := range e.queries {
		if q.MetricStat != nil {
			s.Metrics = append(s.Metrics, *q.Id)
		}
	}
	s.Lookup = func(id string) (expression.Value, error) {
		q := e.query(id)
		if q == nil {
			return expression.Value{}, validation("there is no query with the id '%s'", id)
		}
		return e.in(q, start, period)
	}
	s.Search = func(text, statistic string, _ time.Duration) ([]expression.Line, error) {
		return e.search(text, statistic, start, period)
	}
	return s
}

// search finds metrics with data in the last two weeks, as SEARCH does.
func (e *evaluation) search(text, statistic string, start time.Time, period time.Duration) ([]expression.Line, error) {
	wanted, err := parseSearch(text)
	if err != nil {
		return nil, err
	}
	compute, ok := series.Parse(statistic)
	if !ok {
		return nil, validation("there is no statistic %s", statistic)
	}
	var lines []expression.Line
	for _, m := range e.series.Metrics(e.end.Add(-listedFor)) {
		if wanted.takes(m) {
			lines = append(lines, expression.Line{Label: title(m), Points: e.points(m, "", start, period, compute)})
		}
	}
	return lines, nil
}
