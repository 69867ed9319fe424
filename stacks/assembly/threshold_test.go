package assembly_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// judged is when an alarm goes off.
type judged struct {
	expression string
	threshold  float64
	// seconds is the period, periods how many in a row.
	seconds, periods int
}

// expected derives every alarm from platform.Thresholds and the queues' ages.
func expected(e estate) map[string]judged {
	want, t := map[string]judged{}, platform.Thresholds
	rate := func(count string) string { return "IF(m1>=" + count + ",100*m1/m2,0)" }
	for _, f := range platform.Functions {
		seconds := int(t.Errors.Period.Seconds())
		want[string(f)+"-errors-degraded"] = judged{rate(fmt.Sprint(t.Errors.Warn.Count)), t.Errors.Warn.Percent, seconds, 1}
		want[string(f)+"-errors-broken"] = judged{rate(fmt.Sprint(t.Errors.Fail.Count)), t.Errors.Fail.Percent, seconds, 1}
		want[string(f)+"-throttled-degraded"] = judged{"", float64(t.Throttles.WarnCount), 60, 1}
		want[string(f)+"-throttled-broken"] = judged{"", float64(t.Throttles.WarnCount), 60, t.Throttles.FailMinutesRunning}
	}
	six := "FILL(m1,0)+FILL(m2,0)+FILL(m3,0)+FILL(m4,0)+FILL(m5,0)+FILL(m6,0)"
	want["table-throttled-degraded"] = judged{six, float64(t.Throttles.WarnCount), 60, 1}
	want["table-throttled-broken"] = judged{six, float64(t.Throttles.WarnCount), 60, t.Throttles.FailMinutesRunning}
	for _, q := range platform.Queues {
		want[string(q)+"-oldest-message-degraded"] = judged{"", q.Spec().OldestWarn.Seconds(), 60, 1}
		want[string(q)+"-oldest-message-broken"] = judged{"", q.Spec().OldestFail.Seconds(), 60, 1}
		want[q.DeadLetter()+"-not-empty"] = judged{"FILL(m1,0)+FILL(m2,0)", 1, 60, 1}
	}
	for i := range e.env.Spec().CacheNodes {
		node := fmt.Sprintf("redis-%03d", i+1)
		want[node+"-cpu-degraded"] = judged{"", t.CacheCPU.Warn, 300, 1}
		want[node+"-cpu-broken"] = judged{"", t.CacheCPU.Fail, 300, 1}
		want[node+"-memory-degraded"] = judged{"", t.CacheMemory.Warn, 300, 1}
		want[node+"-memory-broken"] = judged{"", t.CacheMemory.Fail, 300, 1}
	}
	want["rest-errors-degraded"] = judged{"IF(m2>0,100*m1/m2,0)", t.REST5xx.Warn, 300, 1}
	want["rest-errors-broken"] = judged{"IF(m2>0,100*m1/m2,0)", t.REST5xx.Fail, 300, 1}
	return want
}

func TestAlarmsAreThePlatformsThresholds(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		want := expected(e)
		for _, path := range e.typed(platform.Monitoring, "AWS::CloudWatch::Alarm") {
			get := func(property string) string { return fmt.Sprint(e.get(t, platform.Monitoring, path, property)) }
			what := strings.TrimSuffix(strings.TrimPrefix(get("AlarmName"), "keyvex-"), "-"+e.env.Name)
			alarm, known := want[what]
			if !known {
				t.Errorf("alarm %s stands on no threshold", what)
				continue
			}
			delete(want, what)
			if alarm.expression == "" {
				e.want(t, platform.Monitoring, path, "Period", alarm.seconds)
			} else {
				e.want(t, platform.Monitoring, path, "Metrics.0.Expression", alarm.expression)
				e.want(t, platform.Monitoring, path, "Metrics.1.MetricStat.Period", alarm.seconds)
			}
			e.want(t, platform.Monitoring, path, "Threshold", alarm.threshold)
			e.want(t, platform.Monitoring, path, "EvaluationPeriods", alarm.periods)
			e.want(t, platform.Monitoring, path, "ComparisonOperator", "GreaterThanOrEqualToThreshold")
			e.want(t, platform.Monitoring, path, "TreatMissingData", "notBreaching")
		}
		for what := range want {
			t.Errorf("no alarm %s", what)
		}
	})
}

func TestDeadLettersCountInFlightToo(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for _, q := range platform.Queues {
			queue := " QueueName=keyvex-" + string(q) + "-dlq-" + e.env.Name
			want := []string{"AWS/SQS ApproximateNumberOfMessagesVisible" + queue, "AWS/SQS ApproximateNumberOfMessagesNotVisible" + queue}
			if got := e.watched(t, e.alarm(t, string(q)+"-dlq-not-empty")); !slices.Equal(got, want) {
				t.Errorf("%s: watches %v", q, got)
			}
		}
	})
}

func TestTheVerdictIsEveryAlarmThatMeansBroken(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		var want []string
		for what := range expected(e) {
			if strings.HasSuffix(what, "-broken") || strings.HasSuffix(what, "-not-empty") {
				want = append(want, `ALARM("keyvex-`+what+"-"+e.env.Name+`")`)
			}
		}
		got := strings.Split(fmt.Sprint(e.get(t, platform.Monitoring, "Verdict", "AlarmRule")), " OR ")
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("verdict over %v\nwant %v", got, want)
		}
	})
}
