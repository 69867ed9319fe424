package metrics

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/cloud"
)

// mostQueries is how many metrics one GetMetricData takes ("GetMetricData", CloudWatch
// API Reference).
const mostQueries = 500

// wanted is one metric to be read in points of a period.
type wanted struct {
	metric Metric
	period time.Duration
}

// answer is what came back for it. Code is why it is not whole, empty where it is:
// "Forbidden", "InternalError" or "PartialData", as CloudWatch has them.
type answer struct {
	points map[int64]float64
	code   string
}

// read asks for metrics over [from, until) and gives an answer for each. Times are on
// the bounds of the periods, which CloudWatch answers fastest.
func (c *Collector) read(ctx context.Context, all []wanted, from, until time.Time) ([]answer, error) {
	out := make([]answer, 0, len(all))
	for some := range slices.Chunk(all, mostQueries) {
		answers, err := c.readSome(ctx, some, from, until)
		if err != nil {
			return nil, err
		}
		out = append(out, answers...)
	}
	return out, nil
}

func (c *Collector) readSome(ctx context.Context, some []wanted, from, until time.Time) ([]answer, error) {
	in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &until, ScanBy: types.ScanByTimestampAscending}
	answers, places := make([]answer, len(some)), map[string]int{}
	for i, w := range some {
		id := "m" + strconv.Itoa(i)
		in.MetricDataQueries = append(in.MetricDataQueries, w.metric.query.data(id, w.period))
		places[id] = i
		answers[i] = answer{map[int64]float64{}, string(types.StatusCodePartialData)}
	}
	results, err := cloud.ListAll(func(token *string) ([]types.MetricDataResult, *string, error) {
		in.NextToken = token
		c.spend(len(some))
		page, err := c.Metrics.GetMetricData(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		return page.MetricDataResults, page.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	for _, result := range results {
		// What nobody asked for is left out: a server that is not AWS may name anything.
		if i, ok := places[aws.ToString(result.Id)]; ok {
			answers[i].take(result)
		}
	}
	return answers, nil
}

func (a *answer) take(result types.MetricDataResult) {
	for i, at := range result.Timestamps[:min(len(result.Timestamps), len(result.Values))] {
		a.points[at.Unix()] = result.Values[i]
	}
	a.code = string(result.StatusCode)
	if result.StatusCode == types.StatusCodeComplete {
		a.code = ""
	}
}

// lateness is how long after its start an invocation's values may come.
const lateness = 5 * time.Minute

// due are the metrics to be asked for now, and from when on: the whole hour for those
// of which nothing is known, otherwise what may have changed since. What was not whole is
// asked for again at once, however seldom it is otherwise.
func (c *Collector) due(now time.Time, all []Metric) (some []wanted, from time.Time) {
	slow := c.slowDue(now)
	from = now
	for _, m := range all {
		l := c.lines[m.Name]
		if m.query.slow && !slow && l != nil && l.code == "" {
			continue
		}
		some = append(some, wanted{m, m.query.period})
		begin := now.Add(-kept)
		if l != nil && !l.until.IsZero() {
			begin = l.until.Add(-lateness - provisional(m.Resource))
		}
		if begin.Before(from) {
			from = begin
		}
	}
	return some, from.Truncate(fiveMinutes)
}

// slowDue reports whether another five minutes are over, and so long that CloudWatch
// should have them.
func (c *Collector) slowDue(now time.Time) bool {
	stretch := max(c.every()/minute, 1)
	period := fiveMinutes * stretch
	return now.Add(-minute).Truncate(period).After(c.slowAsked.Add(-minute).Truncate(period))
}

// askMetrics brings the Overview's metrics up to date.
func (c *Collector) askMetrics(ctx context.Context) error {
	c.findSocket(ctx)
	c.mu.Lock()
	now := c.Clock.Now()
	until := now.Truncate(minute)
	some, from := c.due(now, c.catalog)
	c.mu.Unlock()
	answers, err := c.read(ctx, some, from, until)
	if err != nil {
		return err
	}
	c.mu.Lock()
	for i, w := range some {
		c.settle(w, from, until, answers[i])
		if w.metric.query.slow {
			c.slowAsked = now
		}
	}
	c.mu.Unlock()
	return c.askBaselines(ctx)
}

// settle puts an answer into the metric's line. What is not whole changes nothing but
// the line's code.
func (c *Collector) settle(w wanted, from, until time.Time, a answer) {
	l := c.lines[w.metric.Name]
	if l == nil {
		l = newLine(w.metric, w.period)
		c.lines[w.metric.Name] = l
	}
	if l.code = a.code; a.code == "" {
		l.take(from, until, a.points)
		l.forget(until.Add(-kept))
	}
}

// baseline is the p95 of one hour, long over.
type baseline struct {
	metric  string
	compare Comparison
}

// askBaselines reads the same hour of yesterday and of a week ago, once an hour; again
// where the answer was not whole.
func (c *Collector) askBaselines(ctx context.Context) error {
	c.mu.Lock()
	hour := c.Clock.Now().Truncate(time.Hour)
	all := c.catalog
	known := c.baselinesOf.Equal(hour)
	c.mu.Unlock()
	if known {
		return nil
	}
	var compared []wanted
	for _, m := range all {
		if m.query.stat == p95 && (m.Resource.Kind == KindFunction || m.Resource.Kind == KindJobs) {
			compared = append(compared, wanted{m, time.Hour})
		}
	}
	found, whole := map[baseline]Number{}, true
	for _, compare := range []Comparison{Yesterday, LastWeek} {
		then := hour.Add(-compare.Back())
		answers, err := c.read(ctx, compared, then, then.Add(time.Hour))
		if err != nil {
			return err
		}
		for i, a := range answers {
			// What is forbidden stays so, and its row says it.
			whole = whole && (a.code == "" || a.code == string(types.StatusCodeForbidden))
			for v := range maps.Values(a.points) {
				found[baseline{compared[i].metric.Name, compare}] = Some(v)
			}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.baselines = found; whole {
		c.baselinesOf = hour
	}
	return nil
}
