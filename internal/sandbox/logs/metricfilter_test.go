package logs_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestEventsBecomeMetrics(t *testing.T) {
	h := oracle.Host()
	var mu sync.Mutex
	var measured []string
	h.Meter = func(data ...host.Datum) {
		mu.Lock()
		defer mu.Unlock()
		for _, d := range data {
			measured = append(measured, fmt.Sprintf("%s %s %v %v %s", d.Namespace, d.Name, d.Dimensions, d.Value, d.Unit))
		}
	}
	service := logs.New(h)
	c := cloudwatchlogs.NewFromConfig(oracle.Config(service.Wire()))
	create(t, c, "g")
	filter := func(name, pattern string, m types.MetricTransformation) {
		m.MetricName, m.MetricNamespace = &name, aws.String("N")
		_, err := c.PutMetricFilter(t.Context(), &cloudwatchlogs.PutMetricFilterInput{
			LogGroupName: g, FilterName: &name, FilterPattern: &pattern, MetricTransformations: []types.MetricTransformation{m},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	filter("errors", "ERROR", types.MetricTransformation{MetricValue: aws.String("1"), DefaultValue: aws.Float64(0), Unit: types.StandardUnitCount})
	filter("latency", "{ $.latency = * }", types.MetricTransformation{MetricValue: aws.String("$.latency"), Dimensions: map[string]string{"path": "$.path"}})
	filter("size", "[..., size]", types.MetricTransformation{MetricValue: aws.String("$size")})
	if err := service.Append("g", "s", host.LogLine{At: time.Now(), Message: `{"latency":20.5,"path":"/a"}`}, host.LogLine{At: time.Now(), Message: "sent 7"}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"AWS/Logs IncomingBytes [] 86 Bytes", "AWS/Logs IncomingBytes [{LogGroupName g}] 86 Bytes",
		"AWS/Logs IncomingLogEvents [] 2 Count", "AWS/Logs IncomingLogEvents [{LogGroupName g}] 2 Count",
		"N errors [] 0 Count", "N latency [{path /a}] 20.5 ", "N size [] 7 ",
	}
	if slices.Sort(measured); !slices.Equal(measured, want) {
		t.Errorf("measured %q", measured)
	}
	_, err := c.PutMetricFilter(t.Context(), &cloudwatchlogs.PutMetricFilterInput{
		LogGroupName: g, FilterName: aws.String("bad"), FilterPattern: aws.String("{ $.a }"),
		MetricTransformations: []types.MetricTransformation{{MetricName: g, MetricNamespace: g, MetricValue: aws.String("1")}},
	})
	if oracle.Code(err) != "InvalidParameterException" {
		t.Errorf("a filter with a bad pattern: %v", err)
	}
}

func TestAPatternCanBeTried(t *testing.T) {
	c, _ := client(t)
	out, err := c.TestMetricFilter(t.Context(), &cloudwatchlogs.TestMetricFilterInput{FilterPattern: aws.String("[a, b=2]"), LogEventMessages: []string{"1 3", "1 2"}})
	if err != nil || len(out.Matches) != 1 || out.Matches[0].EventNumber != 2 || out.Matches[0].ExtractedValues["$b"] != "2" {
		t.Errorf("%+v, %v", out, err)
	}
}
