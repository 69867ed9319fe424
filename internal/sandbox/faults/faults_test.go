package faults_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// world is a queue that counts what reaches it, behind an injector.
type world struct {
	*faults.Injector
	effects int
	cfg     aws.Config
}

func newWorld(seed uint64) *world {
	w := &world{Injector: faults.New(seed, clock.Wall{})}
	queue := &wire.Service{Name: "sqs", Protocols: []wire.Protocol{wire.JSON10}, TargetPrefix: "AmazonSQS"}
	wire.Handle(queue, func(context.Context, *sqs.PurgeQueueInput) (*sqs.PurgeQueueOutput, error) {
		w.effects++
		return &sqs.PurgeQueueOutput{}, nil
	})
	tokens := &wire.Service{Name: "sts", Protocols: []wire.Protocol{wire.Query}, Version: "2011-06-15"}
	wire.Handle(tokens, func(context.Context, *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		return &sts.GetCallerIdentityOutput{}, nil
	})
	router := &wire.Router{Before: w.Hook}
	router.Add(queue, tokens)
	w.cfg = wire.SDKConfig(router, "eu-west-1", credentials.NewStaticCredentialsProvider("AKIA", "s", ""))
	w.cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return w
}

func (w *world) purge(t *testing.T) error {
	_, err := sqs.NewFromConfig(w.cfg).PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: aws.String("q")})
	return err
}

func (w *world) mustSet(t *testing.T, rules ...faults.Rule) {
	t.Helper()
	if err := w.Set(rules...); err != nil {
		t.Fatal(err)
	}
}

func TestThrottlingIsWhatTheSDKTakesForThrottling(t *testing.T) {
	w := newWorld(1)
	w.mustSet(t, faults.Rule{Kind: faults.Throttle, Probability: 1})
	_, errSTS := sts.NewFromConfig(w.cfg).GetCallerIdentity(t.Context(), nil)
	for _, err := range []error{w.purge(t), errSTS} {
		if !retry.IsErrorThrottles(retry.DefaultThrottles).IsErrorThrottle(err).Bool() {
			t.Errorf("not a throttling error: %v", err)
		}
	}
	if w.effects != 0 {
		t.Error("a refused call took effect")
	}
}

func TestServerErrorsAndDroppedConnectionsAreRetried(t *testing.T) {
	for _, kind := range []faults.Kind{faults.ServerError, faults.Drop} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(1)
			w.cfg.Retryer = func() aws.Retryer { return retry.NewStandard() }
			w.mustSet(t, faults.Rule{Service: "sqs", Operation: "Purge*", Kind: kind, Probability: 1, Limit: 2})
			if err := w.purge(t); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
			if w.effects != 1 || w.Rules()[0].Count != 2 {
				t.Errorf("%s: %d effects after %d faults", kind, w.effects, w.Rules()[0].Count)
			}
		})
	}
}

func TestAFaultAfterTheEffectLeavesTheEffect(t *testing.T) {
	for _, kind := range []faults.Kind{faults.ServerError, faults.Drop, faults.Throttle} {
		w := newWorld(1)
		w.mustSet(t, faults.Rule{Kind: kind, Probability: 1, After: true})
		if err := w.purge(t); err == nil || w.effects != 1 {
			t.Errorf("%s: error %v, %d effects", kind, err, w.effects)
		}
	}
}

func TestLatencyPassesOnTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(1)
		w.mustSet(t, faults.Rule{Kind: faults.Latency, Latency: 20 * time.Second, Probability: 1},
			faults.Rule{Kind: faults.Latency, Latency: 5 * time.Second, Probability: 1, After: true})
		start := time.Now()
		if err := w.purge(t); err != nil {
			t.Fatal(err)
		}
		if passed := time.Since(start); passed != 25*time.Second {
			t.Errorf("the call took %v", passed)
		}
	})
}

func TestTheSeedDecides(t *testing.T) {
	run := func(seed uint64, noise bool) (failed []bool) {
		w := newWorld(seed)
		w.mustSet(t, faults.Rule{Kind: faults.ServerError, Probability: 0.3})
		for range 200 {
			failed = append(failed, w.purge(t) != nil)
			if noise {
				_, _ = sts.NewFromConfig(w.cfg).GetCallerIdentity(t.Context(), nil)
			}
		}
		return failed
	}
	first := run(7, false)
	if !slices.Equal(first, run(7, true)) {
		t.Error("calls of another operation changed the sequence")
	}
	if slices.Equal(first, run(8, false)) {
		t.Error("two seeds gave the same sequence")
	}
	count := 0
	for _, f := range first {
		if f {
			count++
		}
	}
	// Four standard deviations around 60: sqrt(200 * 0.3 * 0.7) is 6.5.
	if count < 34 || count > 86 {
		t.Errorf("%d of 200 failed at a probability of 0.3", count)
	}
}

func TestRulesThatCannotBeAreRefusedAsAWhole(t *testing.T) {
	w := newWorld(1)
	good := faults.Rule{Kind: faults.Throttle, Probability: 1, Operation: "Get*"}
	w.mustSet(t, good)
	for _, bad := range []faults.Rule{
		{Kind: "fire", Probability: 1}, {Kind: faults.Drop, Probability: 1.5}, {Kind: faults.Latency, Probability: 1},
		{Kind: faults.Drop, Service: "[", Probability: 1},
	} {
		if err := w.Set(good, bad); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
	if rules := w.Rules(); len(rules) != 1 || rules[0].Rule != good {
		t.Errorf("the rules in force are %+v", rules)
	}
	if err := w.purge(t); err != nil {
		t.Errorf("a rule for Get* struck PurgeQueue: %v", err)
	}
	_, err := sts.NewFromConfig(w.cfg).GetCallerIdentity(t.Context(), nil)
	if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != "Throttling" {
		t.Errorf("a rule for Get* gave %v", err)
	}
}
