package logs_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
)

func options(w *truth) logs.Options {
	return logs.Options{
		Groups: w.groups, From: time.Now().Add(-time.Minute), Follow: true, Region: "us-east-1", Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{7}),
		Budget: logs.NewBudget(clock.Wall{}, "us-east-1"),
	}
}

// matters follows for a while and lists the notices.
func matters(w *truth, d time.Duration, o logs.Options, during func()) (all []logs.Matter) {
	ctx, cancel := context.WithTimeout(w.t.Context(), d)
	defer cancel()
	if during != nil {
		go during()
	}
	for e, err := range logs.Follow(ctx, cloudwatchlogs.NewFromConfig(w.sandbox.SDKConfig()), o) {
		if err != nil {
			w.t.Error(err)
		}
		if e.Notice != nil {
			all = append(all, e.Notice.Matter)
		}
		for range e.Lines {
			w.late++
		}
	}
	return all
}

func TestThrottlingIsToldAndEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTruth(t, 1, 1, 1, 10)
		if err := w.sandbox.Faults.Set(faults.Rule{Service: "logs", Kind: faults.Throttle, Probability: 1, Limit: 8}); err != nil {
			t.Fatal(err)
		}
		w.write(10)
		got := matters(w, 5*time.Minute, options(w), nil)
		want := append(slices.Repeat([]logs.Matter{logs.Throttled}, 8), logs.Recovered)
		if !slices.Equal(got, want) || w.late != 10 {
			t.Errorf("%v, %d lines", got, w.late)
		}
	})
}

func TestAMissingGroupIsAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTruth(t, 1, 1, 1, 10)
		name := w.groups[0].Name
		if _, err := w.sandbox.Logs.DeleteLogGroup(t.Context(), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &name}); err != nil {
			t.Fatal(err)
		}
		got := matters(w, time.Minute, options(w), func() {
			_ = clock.Sleep(t.Context(), clock.Wall{}, 20*time.Second)
			_, _ = w.sandbox.Logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name})
			w.write(10)
		})
		if !slices.Equal(got, []logs.Matter{logs.Missing, logs.Recovered}) || w.late != 10 {
			t.Errorf("%v, %d lines", got, w.late)
		}
	})
}

func TestABadPatternEndsWithAnErrorAfterTheCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTruth(t, 1, 1, 1, 10)
		o := options(w)
		o.Pattern = `{ $.a = `
		var last error
		cursor := false
		for e, err := range logs.Follow(t.Context(), cloudwatchlogs.NewFromConfig(w.sandbox.SDKConfig()), o) {
			last, cursor = err, cursor || e.Cursor != nil
		}
		if last == nil || !cursor {
			t.Errorf("error %v, cursor %v", last, cursor)
		}
	})
}

// counting counts the calls that pass.
type counting struct {
	http.RoundTripper
	calls *atomic.Int64
}

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.calls.Add(1)
	return c.RoundTripper.RoundTrip(r)
}

func TestAllGroupsTogetherTakeHalfOfTheQuota(t *testing.T) {
	for region, perSecond := range map[string]float64{"us-east-1": 12.5, "eu-central-1": 2.5, "eu-west-1": 5} {
		synctest.Test(t, func(t *testing.T) {
			w := newTruth(t, 1, 6, 6, 100_000)
			var calls atomic.Int64
			cfg := w.sandbox.SDKConfig()
			cfg.HTTPClient = &http.Client{Transport: counting{w.sandbox.Transport(), &calls}}
			o := options(w)
			o.Region, o.Budget = region, logs.NewBudget(o.Clock, region)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var writing sync.WaitGroup
			writing.Go(func() {
				for clock.Sleep(ctx, clock.Wall{}, 200*time.Millisecond) == nil {
					w.write(6)
				}
			})
			for range logs.Follow(ctx, cloudwatchlogs.NewFromConfig(cfg), o) {
			}
			writing.Wait() // the sandbox goes when the test ends
			if limit := perSecond*60 + 1; float64(calls.Load()) > limit || float64(calls.Load()) < limit/4 {
				t.Errorf("%s: %d calls in a minute, of %g", region, calls.Load(), limit)
			}
		})
	}
}

func TestAReaderThatStopsEndsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the bubble fails if a goroutine stays
		w := newTruth(t, 1, 3, 3, 100)
		w.write(100)
		for range logs.Follow(t.Context(), cloudwatchlogs.NewFromConfig(w.sandbox.SDKConfig()), options(w)) {
			break
		}
	})
}

func TestAClockThatIsWrongLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTruth(t, 1, 1, 1, 100)
		api := cloudwatchlogs.NewFromConfig(aws.Config{
			Region: "us-east-1", Credentials: w.sandbox.SDKConfig().Credentials, HTTPClient: &http.Client{Transport: dated{w.sandbox.Transport()}},
			BaseEndpoint: w.sandbox.SDKConfig().BaseEndpoint,
		})
		o := options(w)
		o.Clock = fast{}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		go func() {
			for range 100 { // the last of them long before the reading ends
				if clock.Sleep(ctx, clock.Wall{}, 5*time.Second) == nil {
					w.write(1)
				}
			}
		}()
		for e := range logs.Follow(ctx, api, o) {
			w.late += len(e.Lines)
		}
		if w.late != w.written {
			t.Errorf("%d of %d lines", w.late, w.written)
		}
	})
}

// fast is a clock an hour ahead.
type fast struct{ clock.Wall }

func (fast) Now() time.Time { return time.Now().Add(time.Hour) }

// dated puts the time into answers, as AWS does.
type dated struct{ http.RoundTripper }

func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	return response, err
}

func TestGroupsAreFoundByTheirShortNames(t *testing.T) {
	env := platform.Environment{Name: "dev"}
	got, err := logs.FindGroups(env, []string{"AI-processor", "rest", "rest"})
	if err != nil || len(got) != 2 || got[0].Name != "/aws/lambda/keyvex-ai-processor-dev" || got[1].Name != "/aws/apigateway/keyvex-rest-dev" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := logs.FindGroups(env, nil); err != nil || len(got) != len(platform.Functions) {
		t.Errorf("without a name: %+v, %v", got, err)
	}
	if _, err := logs.FindGroups(env, []string{"nobody"}); err == nil {
		t.Error("nobody was found")
	}
}
