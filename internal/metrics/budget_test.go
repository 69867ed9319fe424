package metrics_test

import (
	"context"
	"math"
	"net/http"
	"strings"
	"sync"
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

// requests counts what AWS is asked, by service, and what that costs in us-east-1 but for
// GetMetricData: by the prices that AWS publishes for a call.
type requests struct {
	mu      sync.Mutex
	all     int
	dollars float64
}

var callPrices = map[string]float64{"monitoring": 0.01 / 1000, "sqs": 0.40 / 1_000_000, "secretsmanager": 0.05 / 10_000}

func (q *requests) count(r *http.Request) *http.Response {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all++
	if !strings.HasSuffix(r.URL.Path, "/operation/GetMetricData") {
		scope := strings.Split(r.Header.Get("Authorization"), "/") // key, date, region, service
		q.dollars += callPrices[scope[3]]
	}
	return nil
}

// hour watches for one simulated hour, and gives the bill of CloudWatch's metrics and
// the collector's own count of everything.
func hour(t *testing.T, env string, budget float64, focused bool) (bill float64, own metrics.Budget, c *counted, asked *requests) {
	asked = &requests{}
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOf(t, env)
		clients := w.clients()
		c = &counted{Metrics: clients.Metrics}
		clients.Metrics = c
		collector := metrics.New(clients, metrics.Settings{Environment: w.env, Budget: budget})
		collector.Focus(focused)
		w.meet(asked.count)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		for s := range collector.Watch(ctx) {
			own = s.Budget
		}
		bill = float64(c.asked) * 0.01 / 1000 // CloudWatch's price for GetMetricData in us-east-1
	})
	return bill, own, c, asked
}

func TestAnHourOfWatchingCostsFiveCentsAtMost(t *testing.T) {
	unraced.Only(t)
	for _, env := range []string{"staging", "production"} {
		bill, own, c, asked := hour(t, env, 0, true)
		t.Logf("%s: %d metrics in %d calls: $%.4f, with everything $%.4f, announced $%.4f/h", env, c.asked, c.calls, bill, own.Dollars, own.DollarsPerHour)
		if own.Dollars > 0.05 || bill > own.Dollars || c.asked != own.Metrics {
			t.Errorf("%s: the bill is $%.4f, counted $%.4f", env, bill, own.Dollars)
		}
		whole := bill + asked.dollars
		t.Logf("%s: %d calls counted of %d, $%.5f counted of $%.5f", env, own.Calls, asked.all, own.Dollars, whole)
		// Further pages of the stacks' events are not counted, which are free.
		if math.Abs(own.Dollars/whole-1) > 0.01 || math.Abs(float64(own.Calls)/float64(asked.all)-1) > 0.05 {
			t.Errorf("%s: %d calls and $%.5f are counted, %d and $%.5f were asked", env, own.Calls, own.Dollars, asked.all, whole)
		}
		if off := math.Abs(float64(own.Calls)/own.CallsPerHour - 1); off > 0.1 {
			t.Errorf("%s: announced %.0f calls an hour, made %d", env, own.CallsPerHour, own.Calls)
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
	unraced.Only(t)
	_, own, _, _ := hour(t, "staging", 0.01, true)
	if own.Dollars > 0.012 || !own.Capped || own.Every <= time.Minute { // the first reading comes before any pace
		t.Errorf("capped: %+v", own)
	}
	_, own, _, _ = hour(t, "staging", 0, false)
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
