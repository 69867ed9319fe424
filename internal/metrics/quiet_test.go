package metrics_test

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/unraced"
)

// A day without anything wrong: jobs, leads and events through the real functions, and a
// busy handler whose durations scatter as durations do, against a yesterday alike.
func TestADayOfQuietTrafficRaisesNoAlarm(t *testing.T) {
	unraced.Only(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		random := rand.New(rand.NewPCG(1, 2))
		w.pastDay(random)
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		var users sync.WaitGroup
		users.Go(func() {
			for minute := 0; clock.Sleep(ctx, clock.Wall{}, time.Minute) == nil; minute++ {
				w.quietMinute(random, minute)
			}
		})
		c := w.collector(0)
		c.Focus(false)
		seen := 0
		for s := range c.Watch(ctx) {
			if seen++; s.Verdict.Level != metrics.Healthy && s.Verdict.Level != metrics.Loading {
				worst, _ := s.Verdict.Worst()
				t.Errorf("%s: %s", s.At.Format(time.DateTime), words(worst))
				cancel()
			}
		}
		users.Wait()
		last := c.Snapshot()
		t.Logf("%d snapshots, %d calls, $%.4f, %v jobs in the last five minutes", seen, last.Budget.Calls, last.Budget.Dollars, last.Jobs.Count.Value)
		if seen < 1000 || last.Functions[2].Yesterday.Value == 0 {
			t.Errorf("nothing was judged: %+v", last.Functions[2])
		}
		for _, a := range last.Alarms.List {
			if a.State == metrics.AlarmFiring {
				t.Errorf("the alarm %s fires", a.Name)
			}
		}
		time.Sleep(platform.AIProcessor.Spec().Timeout)
	})
}

// rate is how busy a minute of the day is: least at night, most at noon.
func rate(minute int) float64 { return 1 - 0.8*math.Cos(2*math.Pi*float64(minute)/(24*60)) }

// scattered is a duration in milliseconds around a median, skewed as durations are.
func scattered(random *rand.Rand, median float64) float64 {
	return median * math.Exp(0.3*random.NormFloat64())
}

func (w *world) quietMinute(random *rand.Rand, minute int) {
	if minute%4 == 0 {
		w.stall.Store(int64(scattered(random, 400) * float64(time.Millisecond)))
		w.job("say something")
	}
	if minute%20 == 0 {
		w.lead("ann@example.com")
		w.send(platform.Analytics, `{"any":"event"}`)
	}
	w.busy(random, time.Now(), minute)
	rest := []string{"ApiName", w.env.RESTAPIName(), "Stage", w.env.Spec().Stage}
	for range int(30 * rate(minute)) {
		w.measure("AWS/ApiGateway", "Count", 1, "Count", rest...)
		w.measure("AWS/ApiGateway", "4XXError", float64(random.IntN(20)/19), "Count", rest...)
	}
	// One request in a while fails: too few for one percent.
	w.measure("AWS/ApiGateway", "5XXError", float64(random.IntN(2000)/1999), "Count", rest...)
}

// busy is a minute of the WebSocket handler, one error in a thousand among it.
func (w *world) busy(random *rand.Rand, at time.Time, minute int) {
	name := w.env.FunctionName(platform.WebSocketHandler)
	for range int(20 * rate(minute)) {
		w.measureAt(at, "AWS/Lambda", "Invocations", 1, "FunctionName", name)
		w.measureAt(at, "AWS/Lambda", "Errors", float64(random.IntN(1000)/999), "FunctionName", name)
		w.measureAt(at, "AWS/Lambda", "Duration", scattered(random, 20), "FunctionName", name)
	}
}

// pastDay is the day before: as busy, as slow.
func (w *world) pastDay(random *rand.Rand) {
	began := time.Now().Add(-24 * time.Hour)
	for minute := range 24 * 60 {
		w.busy(random, began.Add(time.Duration(minute)*time.Minute), minute)
	}
}
