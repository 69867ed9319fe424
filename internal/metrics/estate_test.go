package metrics_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

func TestTheFirstSnapshotOfAHealthyEnvironment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for range 20 {
			w.job("say something")
			time.Sleep(30 * time.Second)
		}
		s := w.collector(0).Once(t.Context())
		if s.Verdict.Level != metrics.Healthy || len(s.Verdict.Findings) > 0 {
			t.Errorf("%+v", s.Verdict)
		}
		// Two jobs a minute, each one invocation.
		f := s.Functions[0]
		if f.PerMinute != metrics.Some(2) || f.ErrorPercent != metrics.Some(0) || !f.P95.Known || f.State != metrics.Healthy || !f.Provisional {
			t.Errorf("%+v", f)
		}
		if idle := s.Functions[1]; idle.State != metrics.Idle || idle.ErrorPercent.Known || idle.P95.Known || idle.PerMinute != metrics.Some(0) {
			t.Errorf("%+v", idle)
		}
		if q := s.Queues[0]; q.Consumer != "Enabled" || q.Ready != metrics.Some(0) || q.Dead != metrics.Some(0) || q.Asleep {
			t.Errorf("%+v", q)
		}
		if s.Jobs.Count != metrics.Some(10) || !s.Jobs.Provider.Known || s.Stacks.Healthy != 6 || len(s.Alarms.List) != 34 {
			t.Errorf("%+v, %d stacks, %d alarms", s.Jobs, s.Stacks.Healthy, len(s.Alarms.List))
		}
		if n := f.Spark; len(n.Points) != 60 || !n.IsProvisional(59) || n.IsProvisional(0) {
			t.Errorf("%+v", n)
		}
	})
}

func TestAnEnvironmentThatIsNotDeployedIsSaidToBeThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		clients := w.clients()
		env, _ := platform.ParseEnvironment("other")
		s := metrics.New(clients, metrics.Settings{Environment: env, Clock: clock.Wall{}}).Once(t.Context())
		worst, _ := s.Verdict.Worst()
		if s.Verdict.Level != metrics.Unknown || len(s.Verdict.Findings) != 1 || worst.Text != "other is not deployed" || worst.Next != "keyvex deploy -e other" {
			t.Errorf("%+v", s.Verdict)
		}
	})
}

func TestAMutedAlarmIsMarkedUntilItIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		c := w.collector(0)
		find := func() metrics.Alarm {
			all, err := c.ListAlarms(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return all[slices.IndexFunc(all, func(a metrics.Alarm) bool { return a.Name == "email-dlq-not-empty" })]
		}
		until, err := c.Mute(t.Context(), "EMAIL-dlq-not-empty", 90*time.Minute)
		if a := find(); err != nil || !a.Muted || !a.MutedUntil.Equal(until) || a.Resource.Name != "email" || a.Matter != metrics.MatterDead || a.Level != metrics.Broken {
			t.Errorf("%+v, %v", a, err)
		}
		if s := c.Once(t.Context()); s.Alarms.Muted != 1 || !s.Alarms.MutedUntil.Equal(until) {
			t.Errorf("%d muted until %s", s.Alarms.Muted, s.Alarms.MutedUntil)
		}
		time.Sleep(91 * time.Minute)
		if a := find(); a.Muted {
			t.Errorf("still muted: %+v", a)
		}
		time.Sleep(40 * time.Second) // a mute begins on a minute, and is as long as was asked for all the same
		if until, err := c.Mute(t.Context(), "email-dlq-not-empty", time.Hour); err != nil || until.Before(time.Now().Add(time.Hour)) || until.After(time.Now().Add(61*time.Minute)) {
			t.Error(until, err)
		}
		if err := c.Unmute(t.Context(), "email-dlq-not-empty"); err != nil || find().Muted {
			t.Errorf("unmuted: %v", err)
		}
		if _, err := c.Mute(t.Context(), "EMAIL-dlq-not-empty", time.Hour); err != nil || !find().Muted {
			t.Error(err)
		}
		if err := c.Unmute(t.Context(), "email-dlq-not-empty"); err != nil || find().Muted {
			t.Errorf("muted by another writing of its name, and unmuted: %v", err)
		}
		_, err = c.Mute(t.Context(), "verdict", time.Hour) // it has no actions: muting it would keep nothing back
		if p, ok := errors.AsType[*problem.Error](err); !ok || p.Kind != problem.Usage {
			t.Error(err)
		}
		_, err = c.Mute(t.Context(), "nothing", time.Hour)
		if p, ok := errors.AsType[*problem.Error](err); !ok || p.Kind != problem.NotFound {
			t.Error(err)
		}
	})
}

func TestARuleThatRecursMutesWithoutAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		_, err := w.session.CloudWatch().PutAlarmMuteRule(t.Context(), &cloudwatch.PutAlarmMuteRuleInput{
			Name: new("nights"), MuteTargets: &types.MuteTargets{AlarmNames: []string{w.env.AlarmName("email-dlq-not-empty")}},
			Rule: &types.Rule{Schedule: &types.Schedule{Expression: new("cron(* * * * *)"), Duration: new("PT2H")}},
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		s := w.collector(0).Once(t.Context())
		i := slices.IndexFunc(s.Alarms.List, func(a metrics.Alarm) bool { return a.Muted })
		if s.Alarms.Muted != 1 || !s.Alarms.MutedUntil.IsZero() || i < 0 || s.Alarms.List[i].Name != "email-dlq-not-empty" {
			t.Errorf("%d muted until %s", s.Alarms.Muted, s.Alarms.MutedUntil)
		}
	})
}

func TestAnAlarmsHistoryHasItsStatesTheNewestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		time.Sleep(2 * time.Minute)
		w.job("[[status 400]]")
		time.Sleep(4 * time.Minute)
		events, err := w.collector(0).AlarmHistory(t.Context(), "ai-processing-dlq-not-empty", time.Now().Add(-time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		var states []string
		for _, e := range events {
			if e.Kind == "state" {
				states = append(states, string(e.From)+" > "+string(e.To))
			}
		}
		if want := []string{"OK > ALARM", "INSUFFICIENT_DATA > OK"}; !slices.Equal(states, want) {
			t.Errorf("%q", states)
		}
	})
}

func TestAChartIsReadAgainOnlyWhereItMayHaveChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.yesterday()
		for range 30 {
			w.job("say something")
			time.Sleep(time.Minute)
		}
		clients := w.clients()
		api := &counted{Metrics: clients.Metrics}
		clients.Metrics = api
		c := metrics.New(clients, metrics.Settings{Environment: w.env, Clock: clock.Wall{}})
		o := metrics.ChartOptions{Window: 3 * time.Hour, Compare: metrics.Yesterday}
		for i, spans := range [][]time.Duration{{3 * time.Hour, 3 * time.Hour}, {6 * time.Minute, time.Minute}} {
			api.spans = nil
			charts, err := c.Charts(t.Context(), []string{"jobs.provider-calls"}, o)
			if err != nil || len(charts) != 1 || len(charts[0].Series.Points) != 180 || len(charts[0].Before.Points) != 180 {
				t.Fatalf("%+v, %v", charts, err)
			}
			if !slices.Equal(api.spans, spans) {
				t.Errorf("reading %d asked for %v, not %v", i+1, api.spans, spans)
			}
			if v, _ := charts[0].Series.Last(); v != metrics.Some(1) {
				t.Errorf("%+v", v)
			}
			if v, _ := charts[0].Before.Last(); v != metrics.Some(1) {
				t.Errorf("yesterday %+v", v)
			}
			time.Sleep(time.Minute)
		}
		if _, err := c.Charts(t.Context(), []string{"nothing"}, o); !problem.Is(err, problem.Usage) {
			t.Error(err)
		}
	})
}

func TestAStackThatOtherHandsChangedDegrades(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		queue, err := w.session.SQS().GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: new(w.env.QueueName(platform.Email))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.session.SQS().SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: queue.QueueUrl, Attributes: map[string]string{"VisibilityTimeout": "1"}}); err != nil {
			t.Fatal(err)
		}
		if s := w.collector(0).Once(t.Context()); s.Verdict.Level != metrics.Healthy {
			t.Errorf("before anybody looked for drift: %+v", s.Verdict)
		}
		if _, err := w.session.CloudFormation().DetectStackDrift(t.Context(), &cloudformation.DetectStackDriftInput{StackName: new(w.env.StackName(platform.Database))}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		s := w.collector(0).Once(t.Context())
		worst, _ := s.Verdict.Worst()
		if s.Verdict.Level != metrics.Degraded || worst.Resource.Name != "Database" || !strings.HasPrefix(worst.Text, "drifted") {
			t.Errorf("%+v", s.Verdict)
		}
	})
}
