package metrics

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// pages is a CloudWatch that answers one point a page, and says of some metrics that
// it has not all.
type pages struct {
	calls []int
	// status is of each metric by its place, Complete for others.
	status map[int]types.StatusCode
	points int
}

func (p *pages) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	p.calls = append(p.calls, len(in.MetricDataQueries))
	page := 0
	if in.NextToken != nil {
		page, _ = strconv.Atoi(*in.NextToken)
	}
	out := &cloudwatch.GetMetricDataOutput{}
	for i, q := range in.MetricDataQueries {
		status := types.StatusCodeComplete
		if page+1 < p.points {
			status = types.StatusCodePartialData
		} else if s, ok := p.status[i]; ok {
			status = s
		}
		out.MetricDataResults = append(out.MetricDataResults, types.MetricDataResult{
			Id: q.Id, StatusCode: status, Timestamps: []time.Time{in.StartTime.Add(time.Duration(page) * time.Minute)}, Values: []float64{float64(page + 1)},
		})
	}
	if page+1 < p.points {
		out.NextToken = new(strconv.Itoa(page + 1))
	}
	return out, nil
}

// endless is a server that hands out the same page for ever.
type endless struct{ calls int }

func (e *endless) GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	if e.calls++; e.calls > 1000 {
		return nil, errors.New("asked a thousand times")
	}
	return &cloudwatch.GetMetricDataOutput{NextToken: new("again")}, nil
}

func TestAServerThatRepeatsItsPagesIsNotReadForEver(t *testing.T) {
	api := &endless{}
	c := New(Clients{Metrics: api}, Settings{Environment: staging})
	if _, err := c.read(t.Context(), many(1), time.Unix(0, 0), time.Unix(60, 0)); err == nil || api.calls > 2 {
		t.Errorf("%d calls, %v", api.calls, err)
	}
}

func many(n int) (out []wanted) {
	for i := range n {
		out = append(out, wanted{Metric{Name: fmt.Sprint("m", i)}, minute})
	}
	return out
}

func TestFiveHundredMetricsGoIntoACallAndAllPagesAreRead(t *testing.T) {
	api := &pages{points: 3}
	c := New(Clients{Metrics: api}, Settings{Environment: platform.Environment{Name: "staging"}})
	from := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	answers, err := c.read(t.Context(), many(501), from, from.Add(time.Hour))
	if err != nil || len(answers) != 501 {
		t.Fatal(len(answers), err)
	}
	if want := []int{500, 500, 500, 1, 1, 1}; fmt.Sprint(api.calls) != fmt.Sprint(want) {
		t.Errorf("calls of %v metrics, not %v", api.calls, want)
	}
	for i, a := range answers {
		if a.code != "" || len(a.points) != 3 || a.points[from.Add(2*time.Minute).Unix()] != 3 {
			t.Fatalf("%d: %+v", i, a)
		}
	}
	if b := c.spent(); b.Metrics != 3*501 || b.Calls != 6 {
		t.Errorf("counted %+v", b)
	}
}

func TestWhatIsNotWholeChangesNothingButSaysSo(t *testing.T) {
	api := &pages{points: 1, status: map[int]types.StatusCode{1: types.StatusCodeForbidden, 2: types.StatusCodeInternalError, 3: types.StatusCodePartialData}}
	c := New(Clients{Metrics: api}, Settings{Environment: platform.Environment{Name: "staging"}})
	from := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	all := many(4)
	for _, w := range all {
		c.settle(w, from.Add(-minute), from, answer{points: map[int64]float64{from.Add(-minute).Unix(): 7}})
	}
	answers, err := c.read(t.Context(), all, from, from.Add(minute))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "Forbidden", "InternalError", "PartialData"} {
		c.settle(all[i], from, from.Add(minute), answers[i])
		l := c.lines[all[i].metric.Name]
		if l.code != want || !l.at(from.Add(-minute)).Known || l.at(from).Known != (want == "") {
			t.Errorf("%s: %+v", want, l)
		}
	}
}

// strays is a server that answers what nobody asked for, and not what was.
type strays struct{ ids []*string }

func (s strays) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	out := &cloudwatch.GetMetricDataOutput{}
	for _, id := range s.ids {
		out.MetricDataResults = append(out.MetricDataResults, types.MetricDataResult{
			Id: id, StatusCode: types.StatusCodeComplete, Timestamps: []time.Time{*in.StartTime}, Values: []float64{7},
		})
	}
	return out, nil
}

func TestResultsThatNobodyAskedForAreLeftOut(t *testing.T) {
	from := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for _, id := range []*string{nil, new(""), new("m"), new("m-1"), new("m1"), new("0")} {
		c := New(Clients{Metrics: strays{[]*string{id}}}, Settings{Environment: platform.Environment{Name: "staging"}})
		answers, err := c.read(t.Context(), many(1), from, from.Add(minute))
		if err != nil || len(answers) != 1 || len(answers[0].points) != 0 || answers[0].code != "PartialData" {
			t.Errorf("%v: %+v %v", id, answers, err)
		}
	}
}

func TestARowOfWhichAMetricIsForbiddenIsUnknown(t *testing.T) {
	c := measured(platform.Environment{Name: "staging", Tier: platform.Development}, nil)
	c.sources[SourceMetrics].Answered = c.Clock.Now()
	c.sources[SourceMetrics].Every = minute
	c.lines["rest."+serverErrors].code = "Forbidden"
	s := c.Snapshot()
	if s.REST.State != Unknown || s.REST.Source.Code != "Forbidden" || s.Table.State == Unknown {
		t.Errorf("rest %+v, table %s", s.REST.Row, s.Table.State)
	}
	if worst, _ := s.Verdict.Worst(); s.Verdict.Level != Unknown || worst.Resource.Name != "rest" {
		t.Errorf("%+v", s.Verdict)
	}
}

func TestALineForgetsAndReplacesAndNeverJoinsGaps(t *testing.T) {
	from := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	l := newLine(Metric{}, minute)
	at := func(i int) int64 { return from.Add(time.Duration(i) * minute).Unix() }
	l.take(from, from.Add(4*minute), map[int64]float64{at(0): 1, at(1): 2, at(3): 4})
	l.take(from.Add(minute), from.Add(5*minute), map[int64]float64{at(3): 5, at(4): 6})
	s := l.series(from, from.Add(5*minute))
	want := []Number{Some(1), {}, {}, Some(5), Some(6)}
	if fmt.Sprint(s.Points) != fmt.Sprint(want) || !s.End().Equal(from.Add(5*minute)) {
		t.Errorf("%+v", s)
	}
	if v := l.sum(from, from.Add(5*minute)); v != Some(12) {
		t.Errorf("sum %+v", v)
	}
	if v := l.mean(from, from.Add(5*minute)); v != Some(4) {
		t.Errorf("mean %+v", v)
	}
	if v := l.sum(from.Add(minute), from.Add(3*minute)); v.Known {
		t.Errorf("of nothing %+v", v)
	}
	l.forget(from.Add(4 * minute))
	if v, when := l.newest(from, from.Add(5*minute)); v != Some(6) || when.Unix() != at(4) || len(l.points) != 1 {
		t.Errorf("%+v %s", v, when)
	}
}

func TestALineKnowsNothingBetweenTwoSpansApart(t *testing.T) {
	noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	l := newLine(Metric{}, minute)
	l.take(noon, noon.Add(time.Hour), nil)
	yesterday := noon.Add(-24 * time.Hour)
	l.take(yesterday, yesterday.Add(time.Hour), nil)
	if !l.from.Equal(yesterday) || !l.until.Equal(yesterday.Add(time.Hour)) {
		t.Errorf("known from %s until %s", l.from, l.until)
	}
	l.take(yesterday.Add(-time.Hour), yesterday, nil)
	if !l.from.Equal(yesterday.Add(-time.Hour)) || !l.until.Equal(yesterday.Add(time.Hour)) {
		t.Errorf("side by side: known from %s until %s", l.from, l.until)
	}
}

func TestAPeriodThatIsNotOverMayStillChange(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 34, 56, 0, time.UTC)
	noon := now.Truncate(time.Hour)
	ai, table := Resource{KindFunction, "ai-processor"}, Resource{KindTable, "table"}
	for _, c := range []struct {
		r           Resource
		last, until time.Time
		want        time.Time
	}{
		{table, now.Truncate(minute).Add(-minute), now.Truncate(minute), time.Time{}}, {table, noon, noon.Add(time.Hour), noon},
		{ai, now.Truncate(minute).Add(-minute), now.Truncate(minute), now.Add(-15 * minute)}, {ai, noon, noon.Add(time.Hour), noon},
		{ai, noon.Add(30 * minute), noon.Add(45 * minute), now.Add(-15 * minute)},
	} {
		if got := unsettled(c.r, now, c.last, c.until); !got.Equal(c.want) {
			t.Errorf("%s until %s: from %s on, not %s", c.r, c.until, got, c.want)
		}
	}
}

func TestPointsAreNoFinerThanWhatIsKeptOfTheirTime(t *testing.T) {
	const day = 24 * time.Hour
	now := time.Date(2026, 11, 28, 12, 34, 56, 0, time.UTC)
	for _, c := range []struct {
		back    time.Duration
		compare Comparison
		period  time.Duration
	}{{0, NoComparison, minute}, {14 * day, NoComparison, minute}, {14 * day, LastWeek, fiveMinutes}, {20 * day, NoComparison, fiveMinutes}, {62 * day, Yesterday, time.Hour}, {90 * day, NoComparison, time.Hour}} {
		o := ChartOptions{Window: 3 * time.Hour, Until: now.Add(-c.back), Compare: c.compare}
		if _, _, period, err := o.bounds(now); err != nil || period != c.period {
			t.Errorf("%+v: points of %s, not %s, %v", o, period, c.period, err)
		}
		o.Period = minute
		if _, _, _, err := o.bounds(now); (err == nil) != (c.period == minute) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestSpansOfMuteRulesAreRead(t *testing.T) {
	for text, want := range map[string]time.Duration{"PT2H": 2 * time.Hour, "PT90M": 90 * time.Minute, "P1DT2H30M": 26*time.Hour + 30*time.Minute, "P3D": 72 * time.Hour} {
		if got, ok := isoSpan(text); !ok || got != want {
			t.Errorf("%s is %s, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "P", "PT", "2h", "PT2X", "P1W"} {
		if got, ok := isoSpan(text); ok {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func TestABoundedChartHasAsManyPointsAsWereAskedFor(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 34, 56, 0, time.UTC)
	for _, c := range []struct {
		o      ChartOptions
		period time.Duration
		points int
	}{
		{ChartOptions{Window: 3 * time.Hour}, minute, 180}, {ChartOptions{Window: 6 * time.Hour}, fiveMinutes, 72},
		{ChartOptions{Window: 7 * 24 * time.Hour}, time.Hour, 168}, {ChartOptions{Window: time.Hour, Points: 10}, 15 * minute, 4},
		{ChartOptions{Window: time.Hour, Period: 2 * minute}, 2 * minute, 30},
	} {
		from, until, period, err := c.o.bounds(now)
		// Of long periods the one that is not over is there too: what is wrong now is in it.
		ahead := until.Sub(now)
		if err != nil || period != c.period || int(until.Sub(from)/period) != c.points || !until.Truncate(period).Equal(until) || (ahead > 0) != (period > fiveMinutes) || ahead > period {
			t.Errorf("%+v: %s to %s in %s, %v", c.o, from, until, period, err)
		}
	}
	for _, o := range []ChartOptions{{}, {Window: -time.Hour}, {Window: time.Hour, Period: 30 * time.Second}, {Window: 30 * 24 * time.Hour, Period: minute}} {
		if _, _, _, err := o.bounds(now); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}
