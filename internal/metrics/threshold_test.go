package metrics

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// deployed is an alarm as the template of the Monitoring stack has it.
type deployed struct {
	AlarmName         string
	Threshold         float64
	EvaluationPeriods int
	Metrics           []struct{ Expression string }
}

func deployedAlarms(t *testing.T, env platform.Environment) (out []deployed) {
	t.Helper()
	var bundles []platform.Bundle
	for i, f := range platform.Functions {
		bundles = append(bundles, platform.Bundle{Function: f, Hash: strings.Repeat(fmt.Sprint(i+1), 64)})
	}
	templates, err := assembly.Instantiate(env, bundles, "test")
	if err != nil {
		t.Fatal(err)
	}
	for _, template := range templates {
		var document struct {
			Resources map[string]struct {
				Type       string
				Properties json.RawMessage
			}
		}
		if err := json.Unmarshal(template.Body, &document); err != nil {
			t.Fatal(err)
		}
		for _, r := range document.Resources {
			if r.Type != "AWS::CloudWatch::Alarm" {
				continue
			}
			var a deployed
			if err := json.Unmarshal(r.Properties, &a); err != nil {
				t.Fatal(err)
			}
			out = append(out, a)
		}
	}
	return out
}

// measured is a collector that knows these values of every one of the last minutes.
func measured(env platform.Environment, values map[string]float64) *Collector {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	c := New(Clients{}, Settings{Environment: env, Clock: clock.Wall{}})
	for _, m := range c.catalog {
		l := newLine(m, minute)
		l.from, l.until = now.Add(-kept), now
		if v, ok := values[m.Name]; ok {
			for at := l.from; at.Before(now); at = at.Add(minute) {
				l.points[at.Unix()] = v
			}
		}
		c.lines[m.Name] = l
	}
	return c
}

// level is what the rules make of the values.
func level(c *Collector, r Resource, m Matter) Level {
	worst := Loading
	for _, rule := range c.rules() {
		if rule.resource == r && rule.matter == m {
			found, _ := rule.judge(c.until().Add(-rule.late))
			worst = max(worst, found)
		}
	}
	return worst
}

// reaching are values of each minute at which the alarm just fires (1), or just does
// not (less).
func (a deployed) reaching(r Resource, m Matter, share float64) map[string]float64 {
	count := 0.0
	if len(a.Metrics) > 0 {
		for _, query := range a.Metrics {
			_, _ = fmt.Sscanf(query.Expression, "IF(m1>=%f,", &count)
		}
	}
	minutes := fiveMinutes.Minutes()
	switch m {
	case MatterErrors:
		return map[string]float64{name(r.Name, errorCount): share * count / minutes, name(r.Name, invocations): count * 100 / a.Threshold / minutes}
	case MatterThrottles:
		metric := name(r.Name, throttles)
		if r.Kind == KindTable {
			metric = name(string(platform.Indexes[0]), writeThrottles)
		}
		return map[string]float64{metric: share * a.Threshold}
	case MatterOldest:
		return map[string]float64{name(r.Name, oldest): share * a.Threshold}
	case MatterREST5xx:
		return map[string]float64{"rest." + serverErrors: share * a.Threshold, "rest." + requests: 100}
	}
	metric := map[Matter]string{MatterCPU: cpu, MatterMemory: memory}[m]
	return map[string]float64{name("cache-"+strings.Split(a.AlarmName, "-")[2], metric): share * a.Threshold}
}

func TestTheVerdictJudgesAsTheDeployedAlarmsDo(t *testing.T) {
	for _, tier := range []platform.Tier{platform.Development, platform.Production} {
		env := platform.Environment{Name: "staging", Tier: tier}
		judged := 0
		for _, a := range deployedAlarms(t, env) {
			what, ok := alarmName(env, a.AlarmName)
			r, m, meant, known := watched(what)
			if !ok || !known {
				t.Errorf("%s is not known as an alarm of the environment", a.AlarmName)
				continue
			}
			if m == MatterDead {
				continue // judged by what SQS says, see below
			}
			judged++
			if got := level(measured(env, a.reaching(r, m, 1)), r, m); got < meant {
				t.Errorf("%s fires, the verdict says %s", what, got)
			}
			if got := level(measured(env, a.reaching(r, m, 0.99)), r, m); got >= meant {
				t.Errorf("%s does not fire, the verdict says %s", what, got)
			}
		}
		if want := map[platform.Tier]int{platform.Development: 30, platform.Production: 34}[tier]; judged != want {
			t.Errorf("%s: %d alarms judged, not %d", tier, judged, want)
		}
	}
}

func TestThrottlesAreBrokenOnlyWhenTheyLast(t *testing.T) {
	env := platform.Environment{Name: "staging", Tier: platform.Development}
	for _, c := range []struct {
		minutes []int // before the end, in which something was throttled
		want    Level
	}{
		{nil, Loading}, {[]int{1}, Degraded}, {[]int{1, 2}, Degraded}, {[]int{1, 3, 5}, Degraded}, {[]int{1, 2, 3}, Broken}, {[]int{2, 3, 4}, Broken}, {[]int{6}, Loading},
	} {
		collector := measured(env, nil)
		l := collector.lines["table."+readThrottles]
		for _, back := range c.minutes {
			l.points[l.until.Add(-time.Duration(back)*minute).Unix()] = 4
		}
		if got := level(collector, Resource{KindTable, "table"}, MatterThrottles); got != c.want {
			t.Errorf("throttled %v minutes ago: %s, not %s", c.minutes, got, c.want)
		}
	}
}

func TestWhatMayStillChangeStaysOutOfTheVerdict(t *testing.T) {
	env := platform.Environment{Name: "staging", Tier: platform.Development}
	for f, late := range map[platform.Function]time.Duration{
		platform.AIProcessor: 15 * minute, platform.AnalyticsProcessor: 5 * minute, platform.EmailProcessor: 2 * minute, platform.WebSocketHandler: minute,
	} {
		for _, c := range []struct {
			back time.Duration
			want Level
		}{{late, Loading}, {late + minute, Broken}} {
			collector := measured(env, nil)
			at := collector.until().Add(-c.back)
			collector.lines[name(f, errorCount)].points[at.Unix()] = 50
			collector.lines[name(f, invocations)].points[at.Unix()] = 50
			if got := level(collector, Resource{KindFunction, string(f)}, MatterErrors); got != c.want {
				t.Errorf("%s: errors of %s ago are %s, not %s", f, c.back, got, c.want)
			}
		}
	}
}

func TestLatencyIsHeldAgainstTheSameHourOfTwentyCallsOrMore(t *testing.T) {
	env := platform.Environment{Name: "staging", Tier: platform.Development}
	for _, c := range []struct {
		p95, calls float64 // of a minute
		known      bool
		want       Level
	}{
		{149, 4, true, Loading}, {150, 4, true, Degraded}, {299, 4, true, Degraded}, {300, 4, true, Broken}, {300, 3.8, true, Loading}, {300, 4, false, Loading},
	} {
		collector := measured(env, map[string]float64{"websocket-handler.p95": c.p95, "websocket-handler.invocations": c.calls})
		collector.lines["websocket-handler.p95"].period = fiveMinutes
		if c.known {
			collector.baselines[baseline{"websocket-handler.p95", Yesterday}] = Some(100)
		}
		if got := level(collector, Resource{KindFunction, "websocket-handler"}, MatterLatency); got != c.want {
			t.Errorf("%+v is %s", c, got)
		}
	}
}

func TestTroubleBeganWhenItsMinutesSaySoHoweverLateTheyCount(t *testing.T) {
	collector := measured(platform.Environment{Name: "staging", Tier: platform.Development}, nil)
	collector.sources[SourceMetrics].Answered, collector.sources[SourceMetrics].Every = collector.until(), minute
	began := collector.until().Add(-30 * minute)
	for at := began; at.Before(collector.until()); at = at.Add(minute) {
		collector.lines["ai-processor.errors"].points[at.Unix()], collector.lines["ai-processor.invocations"].points[at.Unix()] = 50, 50
	}
	s := collector.snapshot(collector.until())
	i := slices.IndexFunc(s.Verdict.Findings, func(f Finding) bool { return f.Matter == MatterErrors })
	if i < 0 || !s.Verdict.Findings[i].Since.Equal(began) {
		t.Errorf("errors since %s: %+v", began, s.Verdict.Findings)
	}
}

func TestLatencyIsJudgedByWhatIsKnownWhereItIsAskedForSeldom(t *testing.T) {
	collector := measured(platform.Environment{Name: "staging", Tier: platform.Development}, map[string]float64{"websocket-handler.p95": 300, "websocket-handler.invocations": 4})
	l := collector.lines["websocket-handler.p95"]
	l.period, l.until = fiveMinutes, l.until.Add(-20*minute)
	l.take(l.until, l.until, nil)
	for at := range l.points {
		if at >= l.until.Unix() {
			delete(l.points, at)
		}
	}
	collector.baselines[baseline{"websocket-handler.p95", Yesterday}] = Some(100)
	if got := level(collector, Resource{KindFunction, "websocket-handler"}, MatterLatency); got != Broken {
		t.Errorf("what was slow 20 minutes ago, and has not been asked for since, is %s", got)
	}
}

func TestLevelsAreInTheOrderOfTheVerdict(t *testing.T) {
	order := []Level{Healthy, Degraded, Unknown, Broken}
	if !slices.IsSorted(order) {
		t.Errorf("%v", order)
	}
}
