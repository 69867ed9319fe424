package logs_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	sandboxlogs "github.com/keyvex/keyvex/internal/sandbox/logs"
)

// followed writes lines of busy and of quiet groups for a minute, as AWS delivers
// them undisturbed, and tells how many are marked late, and how long after they were
// written they came.
func followed(t *testing.T, region string, groups int) (late float64, half, most time.Duration) {
	const span, rate = time.Minute, 30
	w := newTruth(t, 7, groups, 12, 0)
	w.sandbox.Logs.Deliver(sandboxlogs.Delivery{Delay: 300 * time.Millisecond, Jitter: 200 * time.Millisecond})
	o := options(w)
	if o.Region, o.Budget = region, nil; region != "" {
		o.Budget = logs.NewBudget(clock.Wall{}, region)
	}
	ctx, cancel := context.WithTimeout(t.Context(), span+10*time.Second)
	defer cancel()
	go func() {
		random := rand.New(rand.NewPCG(1, 2))
		for begin := time.Now(); time.Since(begin) < span; time.Sleep(time.Duration(random.Int64N(int64(2 * time.Second / rate)))) {
			stream := random.IntN(4) // of busy groups
			if random.IntN(50) == 0 {
				stream = random.IntN(12)
			}
			if err := w.sandbox.Logs.Append(w.groups[stream%groups].Name, strconv.Itoa(stream), host.LogLine{At: time.Now(), Message: "x"}); err != nil {
				t.Error(err)
			}
		}
	}()
	var took []time.Duration
	for e, err := range logs.Follow(ctx, cloudwatchlogs.NewFromConfig(w.sandbox.SDKConfig()), o) {
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range e.Lines {
			took = append(took, time.Since(l.Time()))
			if l.Late {
				late++
			}
		}
	}
	slices.Sort(took)
	return late / float64(len(took)), took[len(took)/2], took[len(took)*99/100]
}

func TestLinesThatAreDeliveredAsUsualAreNotMarkedLate(t *testing.T) {
	for _, c := range []struct {
		region string
		groups int
	}{{"", 1}, {"", 6}, {"us-east-1", 6}} {
		synctest.Test(t, func(t *testing.T) {
			late, half, most := followed(t, c.region, c.groups)
			t.Logf("%d groups in %q: %.1f %% late, half within %s, 99 of 100 within %s", c.groups, c.region, 100*late, half, most)
			if late > 0.01 || half > 1200*time.Millisecond || most > 2500*time.Millisecond {
				t.Errorf("meant to be 0 %%, 1.2 s and 2.5 s")
			}
		})
	}
}
