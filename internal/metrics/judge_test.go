package metrics

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
)

var staging = platform.Environment{Name: "staging", Tier: platform.Development}

// TestAStackThatIsNotThereYetIsBrokenOnlyWhenNothingIsUnderWay is a first deploy, at its
// beginning and when it was left.
func TestAStackThatIsNotThereYetIsBrokenOnlyWhenNothingIsUnderWay(t *testing.T) {
	for security, want := range map[string]Level{"CREATE_IN_PROGRESS": Degraded, "CREATE_COMPLETE": Broken} {
		c := measured(staging, nil)
		for _, s := range platform.Stacks {
			c.stacks = append(c.stacks, deploy.StackStatus{Stack: s})
		}
		c.stacks[0].Status = security
		c.sources[SourceStacks].Answered = c.until()
		s := c.snapshot(c.until())
		i := slices.IndexFunc(s.Verdict.Findings, func(f Finding) bool { return f.Resource.Name == string(platform.Database) })
		if i < 0 || s.Verdict.Findings[i].Level != want {
			t.Errorf("Security %s: %+v", security, s.Verdict.Findings)
		}
	}
}

func TestAPercentileIsThatOfAWholePeriodWhereThereIsOne(t *testing.T) {
	c := measured(staging, nil)
	l := c.lines["rest.p95"]
	l.period, l.until = fiveMinutes, l.until.Add(minute)
	running := l.until.Truncate(fiveMinutes)
	l.points[running.Unix()] = 900
	if got := c.latest("rest.p95"); got != Some(900) {
		t.Errorf("the only one there is: %+v", got)
	}
	l.points[running.Add(-fiveMinutes).Unix()] = 100
	if got := c.latest("rest.p95"); got != Some(100) {
		t.Errorf("of a minute of five it is %+v", got)
	}
}

func TestNothingIsSaidOfThrottlesThatNobodyAnsweredFor(t *testing.T) {
	c := New(Clients{}, Settings{Environment: staging})
	c.sources[SourceMetrics].Err = errors.New("no")
	if s := c.Snapshot(); s.Table.Throttled.Known {
		t.Errorf("%+v", s.Table)
	}
	c = measured(staging, nil)
	c.sources[SourceMetrics].Answered = c.until()
	if s := c.Snapshot(); s.Table.Throttled != Some(0) {
		t.Errorf("%+v", s.Table)
	}
}

func TestWhatWasNotWholeIsAskedForAgainAtOnce(t *testing.T) {
	c := measured(staging, nil)
	now := c.until().Add(minute)
	c.slowAsked = now
	c.lines["rest.p95"].code = string(types.StatusCodePartialData)
	some, _ := c.due(now, c.catalog)
	asked := func(name string) bool {
		return slices.ContainsFunc(some, func(w wanted) bool { return w.metric.Name == name })
	}
	if !asked("rest.p95") || asked("jobs.wait") || !asked("rest.requests") {
		t.Errorf("asked for %d: %v, %v, %v", len(some), asked("rest.p95"), asked("jobs.wait"), asked("rest.requests"))
	}
}

// incomplete is a CloudWatch that has not all of what it is asked for.
type incomplete struct{ calls int }

func (i *incomplete) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	i.calls++
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		out.MetricDataResults = append(out.MetricDataResults, types.MetricDataResult{Id: q.Id, StatusCode: types.StatusCodePartialData})
	}
	return out, nil
}

func TestBaselinesThatWereNotWholeAreAskedForAgain(t *testing.T) {
	api := &incomplete{}
	c := New(Clients{Metrics: api}, Settings{Environment: staging})
	for range 2 {
		if err := c.askBaselines(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if api.calls != 4 { // yesterday and last week, twice
		t.Errorf("%d calls", api.calls)
	}
}

// TestTimeOutsAreCountedWhenTheyAreSeen is of Lambda's values, which bear the beginning.
func TestTimeOutsAreCountedWhenTheyAreSeen(t *testing.T) {
	for back, want := range map[time.Duration]float64{minute: 1, 16 * minute: 1, 21 * minute: 0} {
		c := measured(staging, map[string]float64{"ai-processor.invocations": 1})
		c.sources[SourceMetrics].Answered = c.until()
		c.lines["ai-processor.longest"].points[c.until().Add(-back).Unix()] = float64(platform.AIProcessor.Spec().Timeout.Milliseconds())
		if got := c.snapshot(c.until()).Functions[0].TimeOuts; got != Some(want) {
			t.Errorf("one that began %s ago: %+v", back, got)
		}
	}
}
