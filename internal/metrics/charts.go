package metrics

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// chartKey is a metric in points of a period, shifted back by what it is compared with.
type chartKey struct {
	metric string
	period time.Duration
	back   time.Duration
}

// chartPoints is how many points a chart has when nothing else is said.
const chartPoints = 180

// mostPoints bounds a chart: a window of a month in minutes has more.
const mostPoints = 2000

// Find gives the metrics that a name means: one of Catalog's, or all of a thing's.
func Find(all []Metric, name string) ([]Metric, error) {
	var out []Metric
	for _, m := range all {
		thing, _, _ := strings.Cut(m.Name, ".")
		switch {
		case strings.EqualFold(m.Name, name):
			return []Metric{m}, nil
		case strings.EqualFold(thing, name), strings.EqualFold(m.Resource.Name, name):
			out = append(out, m)
		}
	}
	if len(out) == 0 {
		return nil, problem.New(problem.Usage, "there is no metric %q", name).WithHint("keyvex metrics lists them")
	}
	return out, nil
}

// Charts reads metrics over a window, by their names; without any, all of them. What was read before is kept: only
// what may have changed since is asked for again.
func (c *Collector) Charts(ctx context.Context, names []string, o ChartOptions) ([]Chart, error) {
	c.findSocket(ctx)
	metrics := c.Catalog()
	if len(names) > 0 {
		metrics = nil
	}
	for _, name := range names {
		found, err := Find(c.Catalog(), name)
		if err != nil {
			return nil, cmp.Or(c.noSocket(name), err)
		}
		metrics = append(metrics, found...)
	}
	from, until, period, err := o.bounds(c.Clock.Now())
	if err != nil {
		return nil, err
	}
	now, err := c.chartLines(ctx, metrics, period, from, until, 0)
	if err != nil {
		return nil, err
	}
	var before []*line
	if back := o.Compare.Back(); back > 0 {
		if before, err = c.chartLines(ctx, metrics, period, from.Add(-back), until.Add(-back), back); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Chart, len(metrics))
	for i, m := range metrics {
		out[i] = Chart{Metric: m, Series: now[i].series(from, until), Compare: o.Compare}
		out[i].Series.Provisional = unsettled(m.Resource, c.Clock.Now(), until.Add(-period), until)
		if before != nil {
			out[i].Before = before[i].series(from.Add(-o.Compare.Back()), until.Add(-o.Compare.Back()))
		}
		if now[i].code != "" {
			out[i].Error = problem.New(problem.Failed, "CloudWatch has no whole answer for %s: %s", m.Name, now[i].code).WithHint("try again in a minute")
		}
		out[i].Warn, out[i].Fail = limits(m)
	}
	return out, nil
}

// unsettled is from when on a series that ends with a period may still change: that of a
// thing whose values come late, and one whose last period is not over. Zero for never.
func unsettled(r Resource, now, last, until time.Time) (from time.Time) {
	late := provisional(r)
	if late > fiveMinutes {
		from = now.Add(-late)
	}
	if until.After(now) && (from.IsZero() || last.Before(from)) {
		from = last
	}
	return from
}

// noSocket is why nothing is known of the WebSocket API, if that is what a name means.
func (c *Collector) noSocket(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	thing, _, _ := strings.Cut(name, ".")
	switch {
	case !strings.EqualFold(thing, string(KindSocket)), c.socketID != "":
		return nil
	case c.socket.Err != nil:
		return c.socket.Err
	}
	return problem.New(problem.NotFound, "%s has no WebSocket API", c.Environment).WithHint("keyvex status -e %s shows what is deployed", c.Environment)
}

// bounds are whole periods.
func (o ChartOptions) bounds(now time.Time) (from, until time.Time, period time.Duration, err error) {
	if o.Window <= 0 {
		return from, until, 0, problem.New(problem.Usage, "a chart needs a window").WithHint("--since 3h")
	}
	if until = o.Until; until.IsZero() || until.After(now) {
		until = now
	}
	finest := keptFinest(now.Sub(until) + o.Window + o.Compare.Back())
	if period = o.Period; period == 0 {
		period = o.step(finest)
	}
	switch {
	case period < minute || period%minute != 0 || o.Window/period > mostPoints:
		return from, until, 0, problem.New(problem.Usage, "a chart of %s cannot have points of %s", o.Window.Round(minute), period).
			WithHint("whole minutes, and at most %d points", mostPoints)
	case period%finest != 0:
		return from, until, 0, problem.New(problem.Usage, "CloudWatch keeps no points of %s for so long", period).WithHint("--period %s", span(finest))
	}
	if period > fiveMinutes {
		until = until.Add(period - 1) // what is wrong now is in the one that is not over
	}
	until = until.Truncate(period)
	return until.Add(-o.Window).Truncate(period), until, period, nil
}

// step is the finest period that gives no more points than are wanted.
func (o ChartOptions) step(finest time.Duration) time.Duration {
	points := o.Points
	if points <= 0 {
		points = chartPoints
	}
	for _, s := range steps {
		if s >= finest && o.Window <= s*time.Duration(points) {
			return s
		}
	}
	return steps[len(steps)-1]
}

// keptFinest is the finest period of points so old: CloudWatch keeps those of a minute for
// 15 days, of five minutes for 63 ("GetMetricData", CloudWatch API Reference).
func keptFinest(age time.Duration) time.Duration {
	const day = 24 * time.Hour
	switch {
	case age > 63*day:
		return time.Hour
	case age > 15*day:
		return fiveMinutes
	}
	return minute
}

// steps are the periods that a chart's points may have.
var steps = []time.Duration{minute, fiveMinutes, 15 * minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// chartLines brings the lines of metrics up to date for [from, until).
func (c *Collector) chartLines(ctx context.Context, metrics []Metric, period time.Duration, from, until time.Time, back time.Duration) ([]*line, error) {
	lines := make([]*line, len(metrics))
	var some []wanted
	begin := until
	c.mu.Lock()
	for i, m := range metrics {
		key := chartKey{m.Name, period, back}
		if c.charts[key] == nil {
			c.charts[key] = newLine(m, period)
		}
		lines[i] = c.charts[key]
		missing := from
		if l := lines[i]; !l.from.IsZero() && !l.from.After(from) && l.until.After(from) {
			missing = l.until.Add(-lateness - provisional(m.Resource)).Truncate(period)
			if back > 0 {
				missing = l.until // that hour is over for good
			}
		}
		if missing.Before(until) {
			some = append(some, wanted{m, period})
			if missing.Before(begin) {
				begin = missing
			}
		}
	}
	c.mu.Unlock()
	if len(some) == 0 {
		return lines, nil
	}
	answers, err := c.read(ctx, some, begin, until)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, w := range some {
		l := c.charts[chartKey{w.metric.Name, period, back}]
		if l.code = answers[i].code; l.code == "" {
			l.take(begin, until, answers[i].points)
			l.forget(from)
		}
	}
	return lines, nil
}

// limits are the thresholds that a metric's own values are held against.
func limits(m Metric) (warn, fail Number) {
	_, what, _ := strings.Cut(m.Name, ".")
	t := platform.Thresholds
	switch {
	case m.Resource.Kind == KindQueue && m.Name == name(m.Resource.Name, oldest):
		spec := platform.Queue(m.Resource.Name).Spec()
		return Some(spec.OldestWarn.Seconds()), Some(spec.OldestFail.Seconds())
	case what == cpu:
		return Some(t.CacheCPU.Warn), Some(t.CacheCPU.Fail)
	case what == memory:
		return Some(t.CacheMemory.Warn), Some(t.CacheMemory.Fail)
	case what == longest:
		return Number{}, Some(float64(platform.Function(m.Resource.Name).Spec().Timeout.Milliseconds()))
	}
	return Number{}, Number{}
}
