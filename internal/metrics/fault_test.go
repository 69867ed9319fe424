package metrics_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/functions"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
	"github.com/keyvex/keyvex/internal/unraced"
)

// fault is something that goes wrong, and what the verdict has to say of it.
type fault struct {
	name string
	// inject makes it go wrong; what it returns is when the first sign of it was there
	// to be seen. It runs in the bubble, so waiting costs nothing.
	inject func(*world)
	// period is the one of what tells of it.
	period   time.Duration
	level    metrics.Level
	resource string
	matter   metrics.Matter
	// cause is part of the finding's text or cause.
	cause string
}

var seeded = []fault{
	{"bad key", func(w *world) {
		w.set(platform.AISecret, `{"openai_api_key":"sk-revoked`+strings.Repeat("a", 41)+`"}`)
		time.Sleep(time.Minute) // for as long functions go on with the key they have read
	}, 5 * time.Minute, metrics.Broken, "ai-processor", metrics.MatterProvider, "401"},
	{"slow provider", func(w *world) {
		w.stall.Store(int64(20 * time.Second))
	}, 5 * time.Minute, metrics.Broken, "ai-processor", metrics.MatterLatency, "provider"},
	{"throttled table", func(w *world) {
		w.fail(faults.Rule{Service: "dynamodb", Kind: faults.Throttle, Probability: 0.5})
	}, time.Minute, metrics.Degraded, "table", metrics.MatterThrottles, "throttled"},
	{"poisoned message", func(w *world) {
		w.job("[[status 400]]")
		time.Sleep(time.Minute) // it dies on its fifth receive
	}, time.Minute, metrics.Broken, "ai-processing", metrics.MatterDead, "400"},
	{"paused consumer", func(w *world) {
		pausing := &functions.Functions{Lambda: w.session.Lambda(), Environment: w.env, Clock: clock.Wall{}}
		if _, err := pausing.Pause(w.t.Context(), platform.EmailProcessor); err != nil {
			w.t.Error(err)
		}
	}, time.Minute, metrics.Degraded, "email", metrics.MatterPaused, "paused"},
	{"full cache", func(w *world) { w.memory.Store(95) }, 5 * time.Minute, metrics.Broken, "cache", metrics.MatterMemory, "memory 9"},
	{"failing mail", func(w *world) {
		w.set(platform.IntegrationsSecret, `{"sendgrid_api_key":"SG.revoked`+strings.Repeat("a", 15)+"."+strings.Repeat("b", 43)+`"}`)
	}, 5 * time.Minute, metrics.Degraded, "email", metrics.MatterOldest, "the provider refuses the key"},
	{"refused mail", func(w *world) { w.mail.Store(http.StatusBadRequest) }, 5 * time.Minute, metrics.Broken, "email-processor", metrics.MatterMail, "refused"},
	{"socket 4xx", func(w *world) { w.refused.Store(true) }, 5 * time.Minute, metrics.Degraded, "socket", metrics.MatterSocket, "4xx"},
	{"expired credentials", func(w *world) {
		w.meet(func(r *http.Request) *http.Response {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Credential=AKIA", "Credential=ASIA", 1))
			return nil
		})
	}, time.Minute, metrics.Unknown, "credentials", metrics.MatterSource, "credentials"},
	{"denied metrics", func(w *world) {
		w.meet(func(r *http.Request) *http.Response {
			if !strings.HasSuffix(r.URL.Path, "/operation/GetMetricData") {
				return nil
			}
			return refusal(r, "AccessDenied")
		})
	}, time.Minute, metrics.Unknown, "metrics", metrics.MatterSource, "denied (GetMetricData)"},
	{"function time-outs", func(w *world) {
		forever := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		w.work.Store(&forever)
		time.Sleep(platform.AnalyticsProcessor.Spec().Timeout + 10*time.Second)
	}, time.Minute, metrics.Broken, "analytics-processor", metrics.MatterTimeOuts, "limit of 5m"},
	{"half a deploy", func(w *world) {
		if err := w.deploy("2", half); err == nil {
			w.t.Error("the deploy was to fail")
		}
	}, time.Minute, metrics.Broken, "Api", metrics.MatterStack, "update rollback complete"},
}

// half changes Storage, and gives Api a resource that cannot be made.
func half(stack platform.Stack, body string) string {
	var template map[string]any
	if err := json.Unmarshal([]byte(body), &template); err != nil {
		panic(err)
	}
	switch stack {
	case platform.Storage:
		template["Description"] = "another"
	case platform.API:
		name := platform.Environment{Name: "staging"}.QueueName(platform.Email)
		template["Resources"].(map[string]any)["Twice"] = map[string]any{"Type": "AWS::SQS::Queue", "Properties": map[string]any{"QueueName": name}}
	default:
		return body
	}
	changed, _ := json.Marshal(template)
	return string(changed)
}

// refusal is an error of a service that speaks RPC-CBOR.
func refusal(r *http.Request, code string) *http.Response {
	text := func(s string) []byte { return append([]byte{0x78, byte(len(s))}, s...) }
	body := []byte{0xa2}
	for _, part := range []string{"__type", code, "message", "no"} {
		body = append(body, text(part)...)
	}
	return &http.Response{
		StatusCode: http.StatusForbidden, Header: http.Header{"Smithy-Protocol": {"rpc-v2-cbor"}, "Content-Type": {"application/cbor"}},
		Body: io.NopCloser(bytes.NewReader(body)), Request: r,
	}
}

func TestTheVerdictNamesResourceAndCauseOfEachFault(t *testing.T) {
	unraced.Only(t)
	for _, f := range seeded {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				stop := w.live()
				defer stop()
				time.Sleep(6 * time.Minute)
				if v := w.verdict(); v.Level != metrics.Healthy {
					t.Fatalf("before anything is wrong: %+v", v)
				}
				f.inject(w)
				seen := time.Now()
				// Two periods, and for what CloudWatch is given to settle and to be asked.
				for time.Since(seen) <= 2*f.period+30*time.Second {
					if f.named(w.verdict()) {
						t.Logf("after %s: %s", time.Since(seen), words(w.verdict().Findings[0]))
						return
					}
					time.Sleep(5 * time.Second)
				}
				t.Errorf("not named within two periods of %s:", f.period)
				for _, finding := range w.verdict().Findings {
					t.Log(words(finding))
				}
			})
		})
	}
}

// named reports whether the verdict's worst finding is the fault.
func (f fault) named(v metrics.Verdict) bool {
	worst, ok := v.Worst()
	return ok && v.Level == f.level && worst.Resource.Name == f.resource && worst.Matter == f.matter && strings.Contains(worst.Text+" "+worst.Cause, f.cause)
}

func words(f metrics.Finding) string {
	return fmt.Sprintf("%s %s %s: %s since %s; %s; %s", f.Level, f.Resource, f.Matter, f.Text, f.Since.Format(time.TimeOnly), f.Cause, f.Next)
}

// life is what goes on in a world by itself.
type life struct {
	memory atomic.Int64
	// mail is the status with which the mail provider answers, 0 for its own.
	mail    atomic.Int64
	refused atomic.Bool
	latest  atomic.Pointer[metrics.Snapshot]
}

func (w *world) verdict() metrics.Verdict { return w.latest.Load().Verdict }

func (w *world) fail(rules ...faults.Rule) {
	if err := w.box.Faults.Set(rules...); err != nil {
		w.t.Error(err)
	}
}

func (w *world) meet(tamper func(*http.Request) *http.Response) { w.tamper.Store(&tamper) }

// live lets users work and a collector watch until stop.
func (w *world) live() (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	w.memory.Store(30)
	w.yesterday()
	var all sync.WaitGroup
	all.Go(func() {
		for clock.Sleep(ctx, clock.Wall{}, 10*time.Second) == nil {
			w.users()
		}
	})
	first := w.collector(0).Snapshot()
	w.latest.Store(&first)
	all.Go(func() {
		for s := range w.collector(0).Watch(ctx) {
			w.latest.Store(&s)
		}
	})
	return func() {
		cancel()
		all.Wait()
		w.fail()
		w.stall.Store(0)
		w.work.Store(nil)
		time.Sleep(platform.AIProcessor.Spec().Timeout) // what still runs comes to its end
	}
}

// users do what they do every ten seconds.
func (w *world) users() {
	w.job("say something")
	w.lead("ann@example.com")
	w.send(platform.Analytics, `{"any":"event"}`)
	for range 10 {
		w.measure("AWS/ApiGateway", "Count", 1, "Count", "ApiName", w.env.RESTAPIName(), "Stage", w.env.Spec().Stage)
	}
	socket := []string{"ApiId", w.socket(), "Stage", w.env.Spec().Stage}
	w.measure("AWS/ApiGateway", "ConnectCount", 1, "Count", socket...)
	w.measure("AWS/ApiGateway", "MessageCount", 1, "Count", socket...)
	if w.refused.Load() {
		w.measure("AWS/ApiGateway", "ClientError", 1, "Count", socket...)
	}
	// The platform's own Redis is empty and is measured too, once a minute: these
	// outweigh it.
	for range 10 {
		w.measure("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", float64(w.memory.Load()), "Percent", "CacheClusterId", w.env.CacheNodeNames()[0])
	}
}

// yesterday was as today: without it no latency could be judged.
func (w *world) yesterday() {
	then := time.Now().Add(-24 * time.Hour).Truncate(time.Hour)
	for i := range 60 {
		w.measureAt(then.Add(time.Duration(i)*time.Minute), platform.MetricNamespace, string(platform.ProviderTotal), 30, platform.MetricEnvironment, w.env.Name)
		w.measureAt(then.Add(time.Duration(i)*time.Minute), platform.MetricNamespace, string(platform.JobStore), 1, platform.MetricEnvironment, w.env.Name)
		for _, f := range platform.Functions {
			w.measureAt(then.Add(time.Duration(i)*time.Minute), "AWS/Lambda", "Duration", 40, "FunctionName", w.env.FunctionName(f))
		}
	}
}
