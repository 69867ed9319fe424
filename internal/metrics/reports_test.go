package metrics_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
)

// invoked is a CloudWatch in which one function is invoked twice a minute, and nothing
// else is, until a time.
type invoked struct {
	metrics.Metrics
	name  string
	until time.Time
}

func (i invoked) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		r := types.MetricDataResult{Id: q.Id, StatusCode: types.StatusCodeComplete}
		if m := q.MetricStat.Metric; *m.MetricName == "Invocations" && *m.Dimensions[0].Value == i.name {
			for at := *in.StartTime; at.Before(*in.EndTime) && at.Before(i.until); at = at.Add(time.Minute) {
				r.Timestamps, r.Values = append(r.Timestamps, at), append(r.Values, 2)
			}
		}
		out.MetricDataResults = append(out.MetricDataResults, r)
	}
	return out, nil
}

// reading is one page that was asked for.
type reading struct {
	function    platform.Function
	from, until time.Time
}

// reports watches for so long an environment whose email processor alone is invoked, in
// the first ten minutes. Answer makes the page of a reading.
func reports(t *testing.T, length time.Duration, answer func(reading) ([]invocation.Report, bool, error)) (all []reading, last metrics.Snapshot) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		clients := w.clients()
		clients.Metrics = invoked{name: w.env.FunctionName(platform.EmailProcessor), until: time.Now().Truncate(time.Minute).Add(10 * time.Minute)}
		clients.Reports = func(_ context.Context, f platform.Function, from, until time.Time) ([]invocation.Report, bool, error) {
			all = append(all, reading{f, from, until})
			return answer(all[len(all)-1])
		}
		ctx, cancel := context.WithTimeout(t.Context(), length)
		defer cancel()
		for last = range metrics.New(clients, metrics.Settings{Environment: w.env}).Watch(ctx) {
		}
	})
	return all, last
}

// usual has in each minute a cold start of 100 MB and a warm one of 160, of 256.
func usual(r reading) (all []invocation.Report, cut bool, err error) {
	for at := r.from; at.Before(r.until); at = at.Add(time.Minute) {
		all = append(all, invocation.Report{At: at, Cold: true, MemoryMB: 256, UsedMB: 100}, invocation.Report{At: at.Add(time.Second), MemoryMB: 256, UsedMB: 160})
	}
	return all, false, nil
}

func email(s metrics.Snapshot) metrics.Function { return s.Functions[3] }

func TestColdStartsAndMemoryComeFromThePagesOfTheFreshMinutes(t *testing.T) {
	all, last := reports(t, 8*time.Minute, usual)
	for i, r := range all {
		if r.function != platform.EmailProcessor {
			t.Errorf("%s was not invoked, and its log was read", r.function)
		}
		if i > 0 && (!r.from.Equal(all[i-1].until) || r.until.Sub(r.from) != time.Minute) {
			t.Errorf("%s to %s is read after what was until %s", r.from, r.until, all[i-1].until)
		}
	}
	if n := len(all); n < 7 || n > 9 { // at once, and every minute
		t.Errorf("%d pages in 8 minutes", n)
	}
	if f := email(last); f.ColdStarts != metrics.Some(5) || f.Memory != metrics.Some(62.5) || f.ReportsCut {
		t.Errorf("%+v, %+v, cut %v", f.ColdStarts, f.Memory, f.ReportsCut)
	}
	if f := last.Functions[0]; f.ColdStarts.Known || f.Memory.Known {
		t.Errorf("%+v", f)
	}
}

func TestTheLogsOfAFunctionThatSleepsAreNotRead(t *testing.T) {
	all, last := reports(t, 30*time.Minute, usual)
	// The last invocation may have gone on for two minutes, and counts for five.
	if n := len(all); n < 15 || n > 18 {
		t.Errorf("%d pages", n)
	}
	if f := email(last); f.ColdStarts.Known || f.Memory.Known {
		t.Errorf("%+v, %+v", f.ColdStarts, f.Memory)
	}
	if last.Verdict.Level != metrics.Healthy || !last.Source(metrics.SourceReports).Loading() {
		t.Errorf("%+v: %+v", last.Verdict, last.Source(metrics.SourceReports))
	}
}

func TestAPageThatWasCutIsMarkedForAsLongAsItCounts(t *testing.T) {
	cutIn := 3
	cut := func(r reading) ([]invocation.Report, bool, error) {
		cutIn--
		all, _, err := usual(r)
		return all, cutIn == 0, err
	}
	if _, last := reports(t, 5*time.Minute, cut); !email(last).ReportsCut {
		t.Error("it is not marked")
	}
	cutIn = 3
	if _, last := reports(t, 9*time.Minute, cut); email(last).ReportsCut {
		t.Error("it is still marked")
	}
}

func TestReportsThatCannotBeReadAreReadLater(t *testing.T) {
	n := 0
	all, last := reports(t, 7*time.Minute, func(r reading) ([]invocation.Report, bool, error) {
		if n++; n > 2 && n < 5 {
			return nil, false, errors.New("no")
		}
		return usual(r)
	})
	if f := email(last); f.ColdStarts != metrics.Some(5) || last.Verdict.Level != metrics.Healthy {
		t.Errorf("%+v, %+v", f.ColdStarts, last.Verdict)
	}
	for i := 1; i < len(all); i++ {
		if all[i].from.After(all[i-1].until) {
			t.Errorf("nobody read from %s to %s", all[i-1].until, all[i].from)
		}
	}
}
