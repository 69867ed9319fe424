package logs

import (
	"context"
	"iter"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/clock"
	domain "github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	sandboxlogs "github.com/keyvex/keyvex/internal/sandbox/logs"
)

// real follows the sandbox, and counts what it asks.
type real struct {
	Source
	*cloudwatchlogs.Client
	calls atomic.Int64
}

func (r *real) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, o ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	r.calls.Add(1)
	return r.Client.FilterLogEvents(ctx, in, o...)
}

func (r *real) Follow(ctx context.Context, o domain.Options) iter.Seq2[domain.Event, error] {
	o.Clock, o.Random = clock.Wall{}, rand.NewChaCha8([32]byte{1})
	return domain.Follow(ctx, r, o)
}

// A page that is hidden and shown again at any moment has each line once, and asks
// nothing while it rests.
func TestWhatRestsLosesNothingAndRepeatsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, err := sandbox.New(sandbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer box.Close()
		source := &real{Client: cloudwatchlogs.NewFromConfig(box.SDKConfig())}
		groups := []domain.Group{{Name: "a", Short: "a"}, {Name: "b", Short: "b"}}
		for _, g := range groups {
			if _, err := source.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &g.Name}); err != nil {
				t.Fatal(err)
			}
		}
		box.Logs.Deliver(sandboxlogs.Delivery{Delay: 300 * time.Millisecond, Jitter: time.Second, Scan: 50})
		ctx, cancel := context.WithCancel(t.Context())
		resting := newRest(false)
		written, random := 0, rand.New(rand.NewPCG(7, 7))
		go func() {
			defer cancel()
			for begin := time.Now(); time.Since(begin) < 20*time.Minute; {
				on, _ := resting.state()
				resting.turn(!on)
				time.Sleep(4 * time.Second) // what is under way comes to its end
				asked := source.calls.Load()
				for range random.IntN(600) {
					line := host.LogLine{At: time.Now().Add(-time.Duration(random.Int64N(int64(2 * time.Second)))), Message: strconv.Itoa(written)}
					if err := box.Logs.Append(groups[random.IntN(2)].Name, strconv.Itoa(random.IntN(5)), line); err != nil {
						t.Error(err)
					}
					written++
					time.Sleep(time.Duration(random.Int64N(int64(200 * time.Millisecond))))
				}
				if !on && source.calls.Load() != asked {
					t.Errorf("%d calls while it rested", source.calls.Load()-asked)
				}
			}
			resting.turn(false)
			time.Sleep(time.Minute)
		}()
		shown, newest, late := map[string]int{}, int64(0), 0
		for d, err := range follow(source, domain.Options{Groups: groups, From: time.Now(), Follow: true}, resting)(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range d.rows {
				shown[r.message]++
				if r.late != (r.timestamp < newest) {
					t.Errorf("line %s of %d after one of %d: late is %v", r.message, r.timestamp, newest, r.late)
				}
				newest = max(newest, r.timestamp)
				if r.late {
					late++
				}
			}
		}
		for n := range written {
			if count := shown[strconv.Itoa(n)]; count != 1 {
				t.Errorf("line %d was shown %d times", n, count)
			}
		}
		t.Logf("%d lines, %d late, %d calls", written, late, source.calls.Load())
	})
}
