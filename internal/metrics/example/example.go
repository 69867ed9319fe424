// Package example has snapshots of an environment as tests want to see them drawn.
package example

import (
	"math"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Night is when the Overview of console.md was taken.
var Night = time.Date(2026, 11, 28, 3, 7, 12, 0, time.UTC)

// Wave is an hour that swings about a level and rises by so much 21 minutes ago.
func Wave(level, rise float64) metrics.Series {
	s := metrics.Series{Start: Night.Truncate(time.Minute).Add(-time.Hour), Period: time.Minute}
	for i := range 60 {
		v := level * (1 + 0.1*math.Sin(float64(i)))
		if i >= 39 {
			v += rise
		}
		s.Points = append(s.Points, metrics.Some(v))
	}
	return s
}

// Gaps takes the points from one on away.
func Gaps(s metrics.Series, from int) metrics.Series {
	for i := from; i < len(s.Points); i++ {
		s.Points[i] = metrics.Number{}
	}
	return s
}

// Healthy is an environment in which all is well.
func Healthy() metrics.Snapshot {
	env, _ := platform.ParseEnvironment("production")
	s := metrics.Empty(env)
	s.Version, s.At, s.Account, s.Region = 7, Night, "482100000912", "us-east-1"
	for i := range s.Sources {
		s.Sources[i].Answered, s.Sources[i].Every = Night.Add(-41*time.Second), time.Minute
	}
	answered := func(r *metrics.Row, spark metrics.Series) {
		r.State, r.Source, r.Spark = metrics.Healthy, s.Source(r.Source.Name), spark
	}
	rates, p95 := []float64{12, 310, 88, 0}, []float64{14200, 410, 22, 0}
	for i := range s.Functions {
		f := &s.Functions[i]
		answered(&f.Row, Wave(rates[i], 0))
		if rates[i] == 0 {
			f.State, f.PerMinute, f.IdleSince = metrics.Idle, metrics.Some(0), Night.Add(-72*time.Minute)
			continue
		}
		f.PerMinute, f.ErrorPercent, f.P95, f.P50 = metrics.Some(rates[i]), metrics.Some(0), metrics.Some(p95[i]), metrics.Some(p95[i]/2)
		f.Yesterday, f.Throttles, f.TimeOuts, f.Concurrency = metrics.Some(1.04), metrics.Some(0), metrics.Some(0), metrics.Some(3)
		f.ColdStarts, f.Memory = metrics.Some(float64(i)), metrics.Some(float64(61-20*i))
	}
	s.Functions[0].Provisional, s.Functions[1].ReportsCut = true, true
	for i := range s.Queues {
		q := &s.Queues[i]
		answered(&q.Row, Wave(float64(3*i), 0))
		q.Ready, q.InFlight, q.Delayed, q.Dead = metrics.Some(float64(3-i)), metrics.Some(float64(12*(1-i%2))), metrics.Some(0), metrics.Some(0)
		q.Oldest, q.In, q.Out, q.Consumer = metrics.Some(1), metrics.Some(12), metrics.Some(12), "Enabled"
	}
	s.Queues[2].In, s.Queues[2].Out = metrics.Number{}, metrics.Number{}
	s.Queues[2].Asleep, s.Queues[2].Oldest, s.Queues[2].InFlight, s.Queues[2].Ready = true, metrics.Number{}, metrics.Some(0), metrics.Some(0)
	answered(&s.Table.Row, Wave(60, 0))
	s.Table.Reads, s.Table.Writes, s.Table.Throttled, s.Table.P95 = metrics.Some(42), metrics.Some(18), metrics.Some(0), metrics.Some(6)
	answered(&s.Cache.Row, Wave(11, 0))
	s.Cache.CPU, s.Cache.Memory, s.Cache.Connections, s.Cache.Evicted = metrics.Some(11), metrics.Some(34), metrics.Some(18), metrics.Some(0)
	answered(&s.REST.Row, Wave(210, 0))
	s.REST.PerMinute, s.REST.Percent4xx, s.REST.Percent5xx, s.REST.P95 = metrics.Some(210), metrics.Some(0.4), metrics.Some(0), metrics.Some(31)
	answered(&s.Socket.Row, Wave(20, 0))
	s.Socket.ConnectsPerMinute, s.Socket.MessagesPerMinute = metrics.Some(4), metrics.Some(20)
	s.Socket.ClientErrors, s.Socket.ExecutionErrors, s.Socket.IntegrationErrors = metrics.Some(0), metrics.Some(0), metrics.Some(0)
	answered(&s.Jobs.Row, Wave(12, 0))
	s.Jobs.Accepted, s.Jobs.Wait, s.Jobs.FirstToken, s.Jobs.Provider = metrics.Some(31), metrics.Some(3100), metrics.Some(400), metrics.Some(12900)
	s.Jobs.Store, s.Jobs.Push, s.Jobs.SecondTries = metrics.Some(14), metrics.Some(40), metrics.Some(0)
	answered(&s.Stacks.Row, metrics.Series{})
	for _, stack := range platform.Stacks {
		s.Stacks.Stacks = append(s.Stacks.Stacks, deploy.StackStatus{Stack: stack, Status: "UPDATE_COMPLETE", Build: "3f2c1a9"})
	}
	s.Stacks.Builds, s.Stacks.Healthy = []string{"3f2c1a9"}, 6
	answered(&s.Alarms.Row, metrics.Series{})
	s.Alarms.Fine = 20
	s.Alarms.List = well()
	s.Changes.Source = s.Source(metrics.SourceChanges)
	s.Changes.List = []metrics.Change{
		{At: Night.Add(-11 * time.Hour), Kind: metrics.ChangeDeploy, What: "build 3f2c1a9, 4 stacks", Who: "ci-runner-7"},
	}
	s.Verdict.Level = metrics.Healthy
	s.Budget.CallsPerHour, s.Budget.DollarsPerHour = 2400, 0.03
	return s
}

// well are some alarms that do not fire: one for each queue, the last since a while ago.
func well() (list []metrics.Alarm) {
	for i, q := range platform.Queues {
		list = append(list, metrics.Alarm{
			Name: string(q) + "-oldest-message-degraded", Description: "the oldest message of " + string(q) + " waits", State: metrics.AlarmOK,
			Since: Night.Add(-time.Hour << (2 * i)), Resource: metrics.Resource{Kind: metrics.KindQueue, Name: string(q)}, Matter: metrics.MatterOldest,
		})
	}
	return list
}

// Broken is the Overview of console.md: the key of a provider is bad.
func Broken() metrics.Snapshot {
	s := Healthy()
	began := time.Date(2026, 11, 28, 2, 46, 0, 0, time.UTC)
	f, q := &s.Functions[0], &s.Queues[0]
	f.State, f.ErrorPercent, f.Row.Spark = metrics.Broken, metrics.Some(38), Wave(12, 30)
	q.State, q.Dead, q.LostIn, q.LostKnown, q.Row.Spark = metrics.Broken, metrics.Some(14), 9*24*time.Hour+22*time.Hour, true, Gaps(Wave(3, 2), 50)
	q.Oldest, q.InFlight = metrics.Some(48), metrics.Some(12)
	s.Socket.State = metrics.Unknown
	s.Socket.Source.Err, s.Socket.Source.Code, s.Socket.Source.Operation = problem.New(problem.Credentials, "no"), "AccessDenied", "GetMetricData"
	s.Socket.Source.Answered = Night.Add(-5 * time.Minute)
	s.Jobs.SecondTries = metrics.Some(9)
	s.Alarms.Firing, s.Alarms.Fine, s.Alarms.NoData, s.Alarms.Muted, s.Alarms.MutedUntil = 2, 17, 1, 1, time.Date(2026, 11, 28, 4, 0, 0, 0, time.UTC)
	s.Alarms.State = metrics.Broken
	s.Alarms.List = append([]metrics.Alarm{
		{Name: "ai-processing-dlq-not-empty", Description: "ai-processing-dlq holds messages that failed 5 times", State: metrics.AlarmFiring, Level: metrics.Broken, Since: began, Resource: q.Resource, Matter: metrics.MatterDead},
		{Name: "ai-processor-errors-broken", Description: "ai-processor fails at least 5 % of its invocations and at least 5", State: metrics.AlarmFiring, Level: metrics.Broken, Since: began, Resource: f.Resource, Matter: metrics.MatterErrors},
	}, s.Alarms.List...)
	s.Changes.List = append([]metrics.Change{{At: began.Add(-5 * time.Minute), Kind: metrics.ChangeSecret, Resource: "ai", What: "version 7"}}, s.Changes.List...)
	s.Errors.Groups = []metrics.ErrorGroup{{Function: platform.AIProcessor, Count: 70, Fingerprint: "openai 401 Incorrect API key provided", First: Night.Add(-21 * time.Minute), Last: Night.Add(-time.Minute)}}
	s.Verdict = metrics.Verdict{Level: metrics.Broken, Since: began, Findings: []metrics.Finding{
		{Level: metrics.Broken, Matter: metrics.MatterDead, Resource: q.Resource, Text: "14 dead", Cause: `all "openai 401"`, Since: began, Next: "keyvex queues causes ai-processing -e production"},
		{Level: metrics.Broken, Matter: metrics.MatterErrors, Resource: f.Resource, Text: "38.0% fail", Since: began},
		{Level: metrics.Unknown, Matter: metrics.MatterSource, Resource: s.Socket.Resource, Text: "CloudWatch denied for socket"},
		{Level: metrics.Degraded, Matter: metrics.MatterSecondTries, Resource: s.Jobs.Resource, Text: "9 second tries"},
	}}
	return s
}

// Denied is an environment whose CloudWatch refuses, as it did before.
func Denied(code string) metrics.Snapshot {
	s := Healthy()
	refuse := func(r *metrics.Row) {
		r.State = metrics.Unknown
		r.Source.Err, r.Source.Code, r.Source.Operation = problem.New(problem.Credentials, "no"), code, "GetMetricData"
		r.Source.Answered = Night.Add(-3 * time.Minute)
	}
	for i := range s.Functions {
		refuse(&s.Functions[i].Row)
	}
	for _, r := range []*metrics.Row{&s.Table.Row, &s.Cache.Row, &s.REST.Row, &s.Socket.Row, &s.Jobs.Row} {
		refuse(r)
	}
	s.Verdict = metrics.Verdict{Level: metrics.Unknown, Since: Night.Add(-3 * time.Minute), Findings: []metrics.Finding{{
		Level: metrics.Unknown, Matter: metrics.MatterSource, Resource: metrics.Resource{Kind: metrics.KindSource, Name: "metrics"},
		Text: "CloudWatch denied (GetMetricData); queues, stacks answer: fine", Next: "keyvex doctor -e production",
	}}}
	return s
}
