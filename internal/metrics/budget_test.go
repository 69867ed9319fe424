package metrics_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/unraced"
)

// counted counts what CloudWatch is asked for, as its bill does.
type counted struct {
	metrics.Metrics
	calls, asked int
	spans        []time.Duration
}

func (c *counted) GetMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput, o ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	c.calls++
	c.asked += len(in.MetricDataQueries)
	c.spans = append(c.spans, in.EndTime.Sub(*in.StartTime))
	if !in.StartTime.Truncate(time.Minute).Equal(*in.StartTime) || !in.EndTime.Truncate(time.Minute).Equal(*in.EndTime) {
		panic("the times are not on a period's bounds")
	}
	return c.Metrics.GetMetricData(ctx, in, o...)
}

// hour watches for one simulated hour, and gives the bill of CloudWatch's metrics and
// the collector's own count of everything.
func hour(t *testing.T, env string, budget float64, focused bool) (bill float64, own metrics.Budget, c *counted) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOf(t, env)
		clients := w.clients()
		c = &counted{Metrics: clients.Metrics}
		clients.Metrics = c
		collector := metrics.New(clients, metrics.Settings{Environment: w.env, Budget: budget})
		collector.Focus(focused)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		for s := range collector.Watch(ctx) {
			own = s.Budget
		}
		bill = float64(c.asked) * 0.01 / 1000 // CloudWatch's price for GetMetricData in us-east-1
	})
	return bill, own, c
}

func TestAnHourOfWatchingCostsFiveCentsAtMost(t *testing.T) {
	unraced.Only(t)
	for _, env := range []string{"staging", "production"} {
		bill, own, c := hour(t, env, 0, true)
		t.Logf("%s: %d metrics in %d calls: $%.4f, with everything $%.4f, announced $%.4f/h", env, c.asked, c.calls, bill, own.Dollars, own.DollarsPerHour)
		if own.Dollars > 0.05 || bill > own.Dollars || c.asked != own.Metrics {
			t.Errorf("%s: the bill is $%.4f, counted $%.4f", env, bill, own.Dollars)
		}
		// The first reading and the hour's baselines are on top of the pace.
		if off := math.Abs(own.Dollars/own.DollarsPerHour - 1); off > 0.1 {
			t.Errorf("%s: announced $%.4f/h, spent $%.4f", env, own.DollarsPerHour, own.Dollars)
		}
		for _, span := range c.spans[3:] {
			if span > time.Hour {
				t.Errorf("what was known is read again: %s", span)
			}
		}
	}
}

func TestABudgetCapsWhatAnHourCostsAndNobodyLookingCostsLess(t *testing.T) {
	_, own, _ := hour(t, "staging", 0.01, true)
	if own.Dollars > 0.012 || !own.Capped || own.Every <= time.Minute { // the first reading comes before any pace
		t.Errorf("capped: %+v", own)
	}
	_, own, _ = hour(t, "staging", 0, false)
	if own.Dollars > 0.01 || own.Capped || own.Every != 5*time.Minute {
		t.Errorf("unfocused: %+v", own)
	}
}

func TestProductionAsksForBothNodesOfTheCache(t *testing.T) {
	env, _ := platform.ParseEnvironment("production")
	found, err := metrics.Find(metrics.New(metrics.Clients{}, metrics.Settings{Environment: env}).Catalog(), "cache")
	if err != nil || len(found) != 8 || found[0].Name != "cache-001.cpu" || found[4].Name != "cache-002.cpu" {
		t.Errorf("%+v, %v", found, err)
	}
}
