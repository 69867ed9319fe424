package cloudwatch_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	service "github.com/keyvex/keyvex/internal/sandbox/cloudwatch"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func onErrors(name string) *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: new("AWS/Lambda"), MetricName: new("Errors"), Statistic: types.StatisticSum, Period: new(int32(300)),
		EvaluationPeriods: new(int32(1)), Threshold: new(5.0), ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold,
	}
}

func withAlarms(t *testing.T, names ...string) *service.Service {
	t.Helper()
	s := service.New(oracle.Host())
	for _, name := range names {
		if _, err := s.PutMetricAlarm(t.Context(), onErrors(name)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestRulesFollowTheirAlarms(t *testing.T) {
	for rule, want := range map[string]string{ // a is in ALARM, b is OK, c has no data
		`ALARM("a")`: "ALARM", `ALARM(a)`: "ALARM", `ALARM(b)`: "OK", `OK("b") AND INSUFFICIENT_DATA("c")`: "ALARM",
		`NOT ALARM("a")`: "OK", `ALARM(b) OR ALARM(a) AND ALARM(c)`: "OK", `(ALARM(b) OR ALARM(a)) AND NOT ALARM(c)`: "ALARM",
		`TRUE`: "ALARM", `FALSE OR NOT (NOT TRUE)`: "ALARM",
		`ALARM("arn:aws:cloudwatch:us-east-1:123456789012:alarm:a")`: "ALARM",
	} {
		s := withAlarms(t, "a", "b", "c")
		for name, state := range map[string]types.StateValue{"a": "ALARM", "b": "OK"} {
			if _, err := s.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: &name, StateValue: state, StateReason: new("test")}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.PutCompositeAlarm(t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: new("verdict"), AlarmRule: &rule}); err != nil {
			t.Errorf("%s: %v", rule, err)
			continue
		}
		out, err := s.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{"CompositeAlarm"}})
		if err != nil || len(out.CompositeAlarms) != 1 || string(out.CompositeAlarms[0].StateValue) != want {
			t.Errorf("%s gives %+v, want %s (%v)", rule, out.CompositeAlarms, want, err)
		}
	}
}

func TestRefusedRules(t *testing.T) {
	s := withAlarms(t, "a")
	for rule, want := range map[string]string{
		``: "null", ` ALARM(a)`: "whitespace", `ALARM(a`: "ends too early", `ALARM a`: "unexpected 'a'", `ALARM()`: "unexpected ')'", `ALARM(a) ALARM(a)`: "unexpected 'ALARM'",
		`alarm(a)`: "unexpected 'alarm'", `ALARM(a) AND`: "ends too early", `ALARM("a`: "unexpected", `(ALARM(a)`: "ends too early",
		`ALARM(x) OR OK("y")`: "alarms [x, y] in the alarm rule do not exist", `ALARM(self)`: "refers to itself",
	} {
		_, err := s.PutCompositeAlarm(t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: new("self"), AlarmRule: &rule})
		if oracle.Code(err) != "ValidationError" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", rule, err, want)
		}
	}
}

func FuzzRulesParseOrFailButNeverHang(f *testing.F) {
	f.Add(`ALARM("a") AND (NOT OK(b) OR TRUE)`)
	f.Add(`((((`)
	f.Fuzz(func(t *testing.T, rule string) {
		s := withAlarms(t, "a")
		_, err := s.PutCompositeAlarm(t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: new("c"), AlarmRule: &rule})
		if err != nil && oracle.Code(err) != "ValidationError" {
			t.Errorf("%q: %v", rule, err)
		}
	})
}

func TestHistoryRecordsTransitionsOnly(t *testing.T) {
	s := withAlarms(t, "a")
	client := cloudwatch.NewFromConfig(oracle.Config(s.Wire()))
	for _, state := range []types.StateValue{"OK", "OK", "ALARM"} {
		if _, err := client.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: new("a"), StateValue: state, StateReason: new("r")}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := client.DescribeAlarmHistory(t.Context(), &cloudwatch.DescribeAlarmHistoryInput{AlarmName: new("a"), HistoryItemType: "StateUpdate"})
	if err != nil || len(out.AlarmHistoryItems) != 2 {
		t.Fatalf("%+v %v", out, err)
	}
	for i, want := range []string{"Alarm updated from OK to ALARM", "Alarm updated from INSUFFICIENT_DATA to OK"} {
		if got := *out.AlarmHistoryItems[i].HistorySummary; got != want {
			t.Errorf("item %d is %q, want %q", i, got, want)
		}
	}
}

func TestPagesOfAlarmsAreTheWhole(t *testing.T) {
	s := withAlarms(t, "a", "b", "c", "other")
	client := cloudwatch.NewFromConfig(oracle.Config(s.Wire()))
	if _, err := client.PutCompositeAlarm(t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: new("bb"), AlarmRule: new("ALARM(a)")}); err != nil {
		t.Fatal(err)
	}
	var got []string
	pages := cloudwatch.NewDescribeAlarmsPaginator(client, &cloudwatch.DescribeAlarmsInput{MaxRecords: new(int32(2)), AlarmTypes: []types.AlarmType{"MetricAlarm", "CompositeAlarm"}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.MetricAlarms {
			got = append(got, *a.AlarmName)
		}
		for _, a := range page.CompositeAlarms {
			got = append(got, *a.AlarmName)
		}
	}
	if strings.Join(got, " ") != "a b c bb other" { // metric alarms come first within a page
		t.Errorf("pages gave %v", got)
	}
}

const alarmProperties = `{"AlarmName":"errors","AlarmDescription":"d","ComparisonOperator":"GreaterThanOrEqualToThreshold","EvaluationPeriods":1,"Threshold":1,
	"TreatMissingData":"notBreaching","AlarmActions":["arn:aws:sns:us-east-1:123456789012:t"],"OKActions":["arn:aws:sns:us-east-1:123456789012:t"],
	"Metrics":[{"Id":"rate","Expression":"IF(errors > 3, 100 * errors / calls, 0)","Label":"l"},
	{"Id":"errors","ReturnData":false,"MetricStat":{"Period":300,"Stat":"Sum","Metric":{"Namespace":"AWS/Lambda","MetricName":"Errors","Dimensions":[{"Name":"FunctionName","Value":"f"}]}}},
	{"Id":"calls","ReturnData":false,"MetricStat":{"Period":300,"Stat":"Sum","Metric":{"Namespace":"AWS/Lambda","MetricName":"Invocations"}}}]}`

func TestAlarmsLiveAsResources(t *testing.T) {
	s := service.New(oracle.Host())
	stack := oracle.NewStack(t, s.Resources())
	made := stack.Create("AWS::CloudWatch::Alarm", "Alarm", alarmProperties)
	if made.PhysicalID != "errors" || made.Attributes["Arn"] != "arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors" {
		t.Errorf("became %+v", made)
	}
	if _, err := stack.Try("AWS::CloudWatch::Alarm", "Alarm", alarmProperties); err == nil {
		t.Error("a taken name was taken over")
	}
	stack.Update("AWS::CloudWatch::Alarm", "Alarm", "errors", alarmProperties, strings.Replace(alarmProperties, `"Threshold":1`, `"Threshold":2.5`, 1))
	rule := `{"AlarmName":"verdict","AlarmRule":"ALARM(\"errors\")","AlarmDescription":"d"}`
	stack.Create("AWS::CloudWatch::CompositeAlarm", "Verdict", rule)
	if err := stack.TryDelete("AWS::CloudWatch::Alarm", "Alarm", "errors", alarmProperties); err == nil || err.Error() != "Cannot delete errors as there are composite alarm(s) depending on it." {
		t.Errorf("delete under a composite alarm: %v", err)
	}
	stack.Delete("AWS::CloudWatch::CompositeAlarm", "Verdict", "verdict", rule)
	stack.Delete("AWS::CloudWatch::Alarm", "Alarm", "errors", alarmProperties)
	for change, want := range map[string]string{
		`"ReturnData":false,|`:     "return data",
		`"EvaluationPeriods":1,|`:  "EvaluationPeriods",
		`"Threshold":1,|`:          "Threshold",
		`notBreaching|maybe`:       "TreatMissingData",
		`"Id":"calls"|"Id":"rate"`: "not unique",
		`"Label"|"Lable"`:          "#/Metrics/0: extraneous key [Lable] is not permitted",
	} {
		from, to, _ := strings.Cut(change, "|")
		if _, err := stack.Try("AWS::CloudWatch::Alarm", "Alarm", strings.Replace(alarmProperties, from, to, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", change, err, want)
		}
	}
}

func TestDashboardsLiveAsResources(t *testing.T) {
	s := service.New(oracle.Host())
	stack := oracle.NewStack(t, s.Resources())
	body := `{"DashboardName":"board","DashboardBody":"{\"widgets\":[{\"type\":\"text\"}]}"}`
	stack.Create("AWS::CloudWatch::Dashboard", "Board", body)
	out, err := cloudwatch.NewFromConfig(oracle.Config(s.Wire())).ListDashboards(t.Context(), &cloudwatch.ListDashboardsInput{DashboardNamePrefix: new("bo")})
	if err != nil || len(out.DashboardEntries) != 1 || *out.DashboardEntries[0].Size != int64(len(`{"widgets":[{"type":"text"}]}`)) {
		t.Errorf("listed as %+v %v", out, err)
	}
	stack.Delete("AWS::CloudWatch::Dashboard", "Board", "board", body)
	for _, bad := range []string{`not json`, `{}`, `{\"widgets\":[{}]}`} {
		if _, err := stack.Try("AWS::CloudWatch::Dashboard", "Bad", fmt.Sprintf(`{"DashboardName":"bad","DashboardBody":"%s"}`, bad)); err == nil {
			t.Errorf("the body %s was taken", bad)
		}
	}
}

func TestTheCLIUnderstandsAnswers(t *testing.T) {
	s := withAlarms(t, "a")
	for _, c := range []struct{ command, want string }{
		{"describe-alarms --alarm-name-prefix a", `"Threshold":5`},
		{"list-tags-for-resource --resource-arn arn:aws:cloudwatch:us-east-1:123456789012:alarm:a", `{"Tags":[]}`},
		{"list-dashboards", `"DashboardEntries":[]`},
	} {
		out, err := oracle.AWS(t, s.Wire(), append([]string{"cloudwatch"}, strings.Fields(c.command)...)...)
		text, _ := json.Marshal(out)
		if err != nil || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: %s %v", c.command, text, err)
		}
	}
}
