package cloudwatch_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/clock"
	service "github.com/keyvex/keyvex/internal/sandbox/cloudwatch"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

func at(t time.Time) *time.Time { return &t }

func one(name string, v float64, when time.Time) types.MetricDatum {
	return types.MetricDatum{MetricName: &name, Value: &v, Timestamp: &when, Unit: types.StandardUnitCount, Dimensions: []types.Dimension{{Name: new("Queue"), Value: new("q")}}}
}

func statOf(id, name, stat string, period int32) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{Stat: &stat, Period: &period, Metric: &types.Metric{
		Namespace: new("App"), MetricName: &name, Dimensions: []types.Dimension{{Name: new("Queue"), Value: new("q")}}}}}
}

func expr(id, text string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, Expression: &text}
}

// filled has a client and ten minutes of a metric "Jobs": 1, 2, ... 10.
func filled(t *testing.T) (*cloudwatch.Client, time.Time) {
	t.Helper()
	s := service.New(oracle.Host())
	t.Cleanup(s.Close)
	c := cloudwatch.NewFromConfig(oracle.Config(s.Wire()))
	start := clock.Wall{}.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	var data []types.MetricDatum
	for i := range 10 {
		data = append(data, one("Jobs", float64(i+1), start.Add(time.Duration(i)*time.Minute)))
	}
	if _, err := c.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: new("App"), MetricData: data}); err != nil {
		t.Fatal(err)
	}
	return c, start
}

func TestMetricDataComesInPagesThatTogetherAreTheWhole(t *testing.T) {
	c, start := filled(t)
	in := &cloudwatch.GetMetricDataInput{
		StartTime: &start, EndTime: at(start.Add(10 * time.Minute)), MaxDatapoints: new(int32(3)), ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: []types.MetricDataQuery{statOf("m1", "Jobs", "Sum", 60), expr("e1", "IF(m1>5,m1*10,0)"), statOf("m2", "Jobs", "p50", 300)},
	}
	got, pages := map[string][]float64{}, 0
	for p := cloudwatch.NewGetMetricDataPaginator(c, in); p.HasMorePages(); pages++ {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.MetricDataResults {
			got[*r.Id] = append(got[*r.Id], r.Values...)
		}
	}
	want := map[string][]float64{"m1": {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, "e1": {0, 0, 0, 0, 0, 60, 70, 80, 90, 100}, "m2": {3, 8}}
	if fmt.Sprint(got) != fmt.Sprint(want) || pages != 8 {
		t.Errorf("%d pages give %v", pages, got)
	}
}

func TestPeriodsBeginAtTheStart(t *testing.T) {
	c, start := filled(t)
	from := start.Add(2*time.Minute + 30*time.Second)
	out, err := c.GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{
		Namespace: new("App"), MetricName: new("Jobs"), Dimensions: []types.Dimension{{Name: new("Queue"), Value: new("q")}},
		StartTime: &from, EndTime: at(from.Add(10 * time.Minute)), Period: new(int32(300)), Statistics: []types.Statistic{"Sum", "Average"}, ExtendedStatistics: []string{"p90"},
	})
	if err != nil || len(out.Datapoints) != 2 {
		t.Fatal(out, err)
	}
	first := out.Datapoints[0]
	if !first.Timestamp.Equal(start.Add(2*time.Minute)) || *first.Sum != 3+4+5+6+7 || *first.Average != 5 || first.ExtendedStatistics["p90"] != 7 || first.Unit != "Count" {
		t.Errorf("the first datapoint is %+v", first)
	}
}

func TestHighResolutionIsKeptBySecond(t *testing.T) {
	c, start := filled(t)
	base := start.Add(90 * time.Minute)
	for i := range 6 {
		d := one("Fast", float64(i), base.Add(time.Duration(i)*10*time.Second))
		d.StorageResolution = new(int32(1))
		if _, err := c.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: new("App"), MetricData: []types.MetricDatum{d}}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := c.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: &base, EndTime: at(base.Add(time.Minute)), ScanBy: types.ScanByTimestampAscending,
		MetricDataQueries: []types.MetricDataQuery{statOf("fast", "Fast", "Sum", 20), statOf("slow", "Fast", "Sum", 60)},
	})
	if err != nil || !slices.Equal(out.MetricDataResults[0].Values, []float64{1, 5, 9}) || !slices.Equal(out.MetricDataResults[1].Values, []float64{15}) {
		t.Errorf("%+v %v", out, err)
	}
}

func TestRefusedData(t *testing.T) {
	c, start := filled(t)
	for name, change := range map[string]func(*types.MetricDatum){
		"MissingParameter": func(d *types.MetricDatum) { d.Value = nil },
		"InvalidParameterCombination": func(d *types.MetricDatum) {
			d.StatisticValues = &types.StatisticSet{SampleCount: new(1.0), Sum: new(1.0), Minimum: new(1.0), Maximum: new(1.0)}
		},
		"InvalidParameterValue": func(d *types.MetricDatum) { d.Timestamp = at(start.Add(-15 * 24 * time.Hour)) },
	} {
		d := one("Jobs", 1, start)
		change(&d)
		_, err := c.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: new("App"), MetricData: []types.MetricDatum{d}})
		if !strings.HasPrefix(oracle.Code(err), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
	for _, text := range []string{"m1+", "nope*2", "e1+1", "SUM(m1)"} {
		_, err := c.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{StartTime: &start, EndTime: at(start.Add(time.Hour)),
			MetricDataQueries: []types.MetricDataQuery{statOf("m1", "Jobs", "Sum", 60), expr("e1", text)}})
		if oracle.Code(err) != "ValidationError" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestMetricsAreListedAndFound(t *testing.T) {
	c, start := filled(t)
	now := start.Add(2 * time.Hour)
	for i := range 600 {
		d := types.MetricDatum{MetricName: new("Many"), Value: new(1.0), Timestamp: &now, Dimensions: []types.Dimension{{Name: new("I"), Value: new(fmt.Sprintf("%03d", i))}}}
		if _, err := c.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: new("App"), MetricData: []types.MetricDatum{d}}); err != nil {
			t.Fatal(err)
		}
	}
	seen, pages := map[string]bool{}, 0
	for p := cloudwatch.NewListMetricsPaginator(c, &cloudwatch.ListMetricsInput{Namespace: new("App")}); p.HasMorePages(); pages++ {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Metrics {
			seen[*m.MetricName+*m.Dimensions[0].Value] = true
		}
	}
	if pages != 2 || len(seen) != 601 {
		t.Errorf("%d pages list %d metrics", pages, len(seen))
	}
	out, err := c.ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{MetricName: new("Many"), Dimensions: []types.DimensionFilter{{Name: new("I"), Value: new("007")}}})
	if err != nil || len(out.Metrics) != 1 {
		t.Errorf("a filter lists %+v %v", out, err)
	}
	found, err := c.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{StartTime: &start, EndTime: at(now.Add(time.Minute)), MetricDataQueries: []types.MetricDataQuery{
		expr("s", `SEARCH('{App,I} MetricName="Many" 00', 'Sum', 60)`)}})
	if err != nil || len(found.MetricDataResults) != 15 { // 000 to 009, and 100, 200 ... 500
		t.Errorf("a search finds %d metrics, %v", len(found.MetricDataResults), err)
	}
}

func TestMetricsSurviveARestart(t *testing.T) {
	h := oracle.Host()
	h.Folder = t.TempDir()
	s := service.New(h)
	now := clock.Wall{}.Now()
	s.Record(host.Datum{Namespace: "App", Name: "Jobs", Dimensions: []host.Dimension{{Name: "Queue", Value: "q"}}, Value: 7, At: now})
	s.Close()
	if files, _ := filepath.Glob(filepath.Join(h.Folder, "metrics", "*")); len(files) != 1 {
		t.Fatalf("files are %v", files)
	}
	h.State = state.Memory()
	again := service.New(h)
	defer again.Close()
	out, err := again.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{StartTime: at(now.Add(-time.Minute)), EndTime: at(now.Add(time.Minute)),
		MetricDataQueries: []types.MetricDataQuery{statOf("m", "Jobs", "Maximum", 60)}})
	if err != nil || !slices.Equal(out.MetricDataResults[0].Values, []float64{7}) {
		t.Errorf("%+v %v", out, err)
	}
}

// inbox is a topic that keeps what it gets.
type inbox struct {
	mu       sync.Mutex
	subjects []string
	last     string
}

func (i *inbox) Notify(_, subject, message string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.subjects = append(i.subjects, subject)
	if strings.HasPrefix(subject, "ALARM: \"dead") {
		i.last = message
	}
	return nil
}

// got gives all subjects, and the message of the last dead-letter alarm.
func (i *inbox) got() (subjects []string, last string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.subjects), i.last
}

func describe(t *testing.T, s *service.Service, name string) types.MetricAlarm {
	t.Helper()
	out, err := s.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil || len(out.MetricAlarms) != 1 {
		t.Fatal(out, err)
	}
	return out.MetricAlarms[0]
}

func TestAnAlarmGoesOffTellsItsTopicAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, topic := oracle.Host(), &inbox{}
		s := service.New(h)
		defer s.Close()
		s.Tell(topic)
		var depth atomic.Int64
		s.Sample(func() []host.Datum {
			return []host.Datum{{Namespace: "AWS/SQS", Name: "Depth", Dimensions: []host.Dimension{{Name: "QueueName", Value: "dead"}}, Value: float64(depth.Load())}}
		})
		arn := []string{"arn:aws:sns:us-east-1:123456789012:alerts"}
		put := &cloudwatch.PutMetricAlarmInput{
			AlarmName: new("dead-letters"), Namespace: new("AWS/SQS"), MetricName: new("Depth"), Statistic: types.StatisticMaximum, Period: new(int32(60)),
			Dimensions: []types.Dimension{{Name: new("QueueName"), Value: new("dead")}}, EvaluationPeriods: new(int32(1)), Threshold: new(1.0),
			ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, AlarmActions: arn, OKActions: arn,
		}
		if _, err := s.PutMetricAlarm(t.Context(), put); err != nil {
			t.Fatal(err)
		}
		if _, err := s.PutCompositeAlarm(t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: new("verdict"), AlarmRule: new("ALARM(dead-letters)"), AlarmActions: arn}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute + time.Second)
		if a := describe(t, s, "dead-letters"); a.StateValue != "OK" || !strings.HasPrefix(*a.StateReason, "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (") {
			t.Errorf("first it is %s: %s", a.StateValue, *a.StateReason)
		}
		depth.Store(3)
		time.Sleep(time.Minute)
		a := describe(t, s, "dead-letters")
		if a.StateValue != "ALARM" || !strings.HasSuffix(*a.StateReason, ")] was greater than or equal to the threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).") {
			t.Errorf("then it is %s: %s", a.StateValue, *a.StateReason)
		}
		depth.Store(0)
		time.Sleep(time.Minute)
		want := []string{`OK: "dead-letters" in US East (N. Virginia)`, `ALARM: "dead-letters" in US East (N. Virginia)`,
			`ALARM: "verdict" in US East (N. Virginia)`, `OK: "dead-letters" in US East (N. Virginia)`}
		subjects, alarm := topic.got()
		if !slices.Equal(subjects, want) {
			t.Errorf("the topic got %q", subjects)
		}
		var message struct {
			NewStateValue, OldStateValue, Region, AlarmArn, AWSAccountId string
			Trigger                                                      struct {
				MetricName, Statistic string
				Dimensions            []struct{ Name, Value string }
				Threshold             float64
			}
		}
		if err := json.Unmarshal([]byte(alarm), &message); err != nil || message.NewStateValue != "ALARM" || message.OldStateValue != "OK" ||
			message.Trigger.Statistic != "MAXIMUM" || message.Trigger.Dimensions[0].Value != "dead" || message.Trigger.Threshold != 1 {
			t.Errorf("the message is %s (%v)", alarm, err)
		}
		history, err := s.DescribeAlarmHistory(t.Context(), &cloudwatch.DescribeAlarmHistoryInput{AlarmName: new("dead-letters"), HistoryItemType: "Action"})
		if err != nil || len(history.AlarmHistoryItems) != 3 || *history.AlarmHistoryItems[0].HistorySummary != "Successfully executed action "+arn[0] {
			t.Errorf("history is %+v %v", history, err)
		}
	})
}

func TestAMutedAlarmTellsWhenTheMuteEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, topic := oracle.Host(), &inbox{}
		s := service.New(h)
		defer s.Close()
		s.Tell(topic)
		in := onErrors("a")
		in.AlarmActions = []string{"arn:aws:sns:us-east-1:123456789012:alerts"}
		if _, err := s.PutMetricAlarm(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		client := cloudwatch.NewFromConfig(oracle.Config(s.Wire()))
		_, err := client.PutAlarmMuteRule(t.Context(), &cloudwatch.PutAlarmMuteRuleInput{Name: new("night"), MuteTargets: &types.MuteTargets{AlarmNames: []string{"a"}},
			Rule: &types.Rule{Schedule: &types.Schedule{Expression: new("at(" + time.Now().UTC().Format("2006-01-02T15:04") + ")"), Duration: new("PT5M")}}})
		if err != nil {
			t.Fatal(err)
		}
		rule, err := client.GetAlarmMuteRule(t.Context(), &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: new("night")})
		if err != nil || rule.Status != types.AlarmMuteRuleStatusActive || aws.ToString(rule.MuteType) != "ONE_TIME" {
			t.Errorf("the rule is %+v %v", rule, err)
		}
		time.Sleep(time.Second) // what is due at a full minute has then happened
		for range 8 {
			s.Record(host.Datum{Namespace: "AWS/Lambda", Name: "Errors", Value: 5})
			time.Sleep(time.Minute)
			subjects, _ := topic.got()
			if silent, muted := len(subjects) == 0, time.Now().UTC().Minute() < 5; silent != muted {
				t.Errorf("at minute %d the topic has %q", time.Now().UTC().Minute(), subjects)
			}
		}
		list, err := client.ListAlarmMuteRules(t.Context(), &cloudwatch.ListAlarmMuteRulesInput{AlarmName: new("a"), Statuses: []types.AlarmMuteRuleStatus{"EXPIRED"}})
		if subjects, _ := topic.got(); err != nil || len(list.AlarmMuteRuleSummaries) != 1 || len(subjects) != 1 {
			t.Errorf("rules %+v %v, topic %q", list, err, subjects)
		}
	})
}

func TestADayOfAlarmsPassesQuicklyAndLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := service.New(oracle.Host())
		for i := range 60 {
			in := &cloudwatch.PutMetricAlarmInput{
				AlarmName: new(fmt.Sprint("alarm-", i)), EvaluationPeriods: new(int32(3)), Threshold: new(50.0), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
				Metrics: []types.MetricDataQuery{statOf("m1", "Errors", "Sum", 60), statOf("m2", "Calls", "Sum", 60), expr("rate", "IF(FILL(m1,0)>=1,100*m1/m2,0)")},
			}
			in.Metrics[0].ReturnData, in.Metrics[1].ReturnData = new(false), new(false)
			if _, err := s.PutMetricAlarm(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(24 * time.Hour)
		if a := describe(t, s, "alarm-0"); a.StateValue != "OK" {
			t.Errorf("without calls the alarm is %s: %s", a.StateValue, *a.StateReason)
		}
		s.Close()
	})
}
