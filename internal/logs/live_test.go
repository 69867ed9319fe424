package logs_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
)

// withoutPrefix is what cloud does for a custom endpoint.
func withoutPrefix(cfg aws.Config) aws.Config {
	cfg.APIOptions = append(cfg.APIOptions, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("withoutPrefix", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
		}), middleware.Before)
	})
	return cfg
}

// A burst of a thousand lines a second is sampled; a session lasts three hours; and
// the sessions begin with lines that were there before.
func TestLiveTailLosesNothingBetweenSessionsAndUnderSampling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const span = 7 * time.Hour
		w := newTruth(t, 4, 3, 10, 12_000)
		w.write(100)
		if err := w.sandbox.Faults.Set(faults.Rule{Service: "logs", Operation: "StartLiveTail", Kind: faults.Throttle, Probability: 0.5}); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		writing := make(chan struct{})
		go func() {
			defer close(writing)
			for time.Since(begin) < span {
				w.write(10)
				if w.random.IntN(200) == 0 {
					w.write(1000)
				}
				if clock.Sleep(t.Context(), clock.Wall{}, time.Duration(w.random.Int64N(int64(time.Minute)))) != nil {
					return
				}
			}
		}()
		w.follow(span+logs.Window+2*time.Minute, logs.Options{
			Groups: w.groups, From: begin.Add(-time.Hour), Follow: true, Live: true, Account: sandbox.DefaultAccount, Region: sandbox.DefaultRegion,
			Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{9}),
		})
		<-writing
		w.shown = w.shown[:w.written]
		w.check()
	})
}

func TestLiveTailShowsLinesWithinTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTruth(t, 5, 1, 1, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go func() {
			_ = clock.Sleep(ctx, clock.Wall{}, 30*time.Second)
			w.write(1)
		}()
		api := cloudwatchlogs.NewFromConfig(withoutPrefix(w.sandbox.SDKConfig()))
		for e := range logs.Follow(ctx, api, logs.Options{
			Groups: w.groups, From: time.Now(), Follow: true, Live: true, Account: sandbox.DefaultAccount, Region: sandbox.DefaultRegion,
			Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{9}),
		}) {
			for _, l := range e.Lines {
				if took := time.Now().UnixMilli() - l.Ingestion; took > 2000 || l.ID != "" {
					t.Errorf("shown after %d ms, id %q", took, l.ID)
				}
				w.shown[0]++
			}
		}
		w.check()
	})
}
