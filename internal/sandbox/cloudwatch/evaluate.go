package cloudwatch

import (
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/expression"
	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/series"
)

// evaluate judges every metric alarm by the periods that end now, and then the
// composite ones. Alarms with a period of a minute or more are due each minute,
// whatever their period: the last of their periods ends now.
func (s *Service) evaluate(now time.Time) {
	for _, a := range s.alarms.All() {
		if a.Metric != nil && (a.Metric.fast() || now.Truncate(time.Minute).Equal(now)) {
			s.judgeAlarm(a, now)
		}
	}
	s.evaluateComposites()
}

// fast alarms are evaluated every ten seconds.
func (p *metricProperties) fast() bool { return p.Period != nil && *p.Period < 60 }

func (s *Service) judgeAlarm(a alarm, now time.Time) {
	t, ok := a.Metric.terms()
	if !ok {
		return
	}
	points, period := s.pointsOf(a.Metric, t.periods+spare, now)
	j := t.judge(points)
	if j.state == "" || j.state == a.State || a.Metric.tooFew(j.seen) {
		return
	}
	reason := reasonOf(a, t, j)
	s.become(a, j.state, reason, reasonData(a.Metric, j, now, period))
}

// pointsOf are the last n datapoints of an alarm, the oldest first.
func (s *Service) pointsOf(p *metricProperties, n int, now time.Time) ([]point, time.Duration) {
	if len(p.Metrics) > 0 {
		return s.expressionPoints(p, n, now)
	}
	period := time.Duration(*p.Period) * time.Second
	start := now.Add(-time.Duration(n) * period)
	name := string(p.Statistic)
	if p.ExtendedStatistic != nil {
		name = *p.ExtendedStatistic
	}
	compute, ok := series.Parse(name)
	points := gaps(n, start, period)
	for i, b := range s.series.Periods(metricOf(p.Namespace, p.MetricName, p.Dimensions), string(p.Unit), start, now, period) {
		if b == nil || !ok {
			continue
		}
		if v, there := compute(b); there {
			points[i].value, points[i].samples = v, b.Count
		}
	}
	return points, period
}

func gaps(n int, start time.Time, period time.Duration) []point {
	points := make([]point, n)
	for i := range points {
		points[i] = point{at: start.Add(time.Duration(i) * period), value: math.NaN()}
	}
	return points
}

// expressionPoints computes an alarm's expression; one that fails has no data.
func (s *Service) expressionPoints(p *metricProperties, n int, now time.Time) ([]point, time.Duration) {
	e := evaluation{series: s.series, queries: p.Metrics, end: now, busy: map[string]bool{}}
	q := returned(p.Metrics)
	period, err := e.period(q)
	if err != nil {
		return gaps(n, now, defaultPeriod), defaultPeriod
	}
	start := now.Add(-time.Duration(n) * period)
	points := gaps(n, start, period)
	v, err := e.in(q, start, period)
	if err == nil && v.Kind != expression.Number && len(v.Lines) == 1 {
		for i := range points {
			points[i].value = v.Lines[0].Points[i]
		}
	}
	return points, period
}

// returned is the query that an alarm looks at.
func returned(queries []types.MetricDataQuery) *types.MetricDataQuery {
	for i := range queries {
		if queries[i].ReturnData == nil || *queries[i].ReturnData {
			return &queries[i]
		}
	}
	return &queries[0]
}

// tooFew reports whether the alarm asks to keep its state while a percentile has
// too few samples to mean anything ("Percentile-based CloudWatch alarms and low
// data samples").
func (p *metricProperties) tooFew(seen []point) bool {
	if value(p.EvaluateLowSampleCountPercentile) != "ignore" || p.ExtendedStatistic == nil {
		return false
	}
	percent, ok := series.Percentile(*p.ExtendedStatistic)
	if !ok {
		return false
	}
	needed := 10 / (percent / 100)
	if percent >= 50 {
		needed = 10 / (1 - percent/100)
	}
	for _, s := range seen {
		if s.samples < needed {
			return true
		}
	}
	return false
}
