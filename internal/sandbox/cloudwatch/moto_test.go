package cloudwatch_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	service "github.com/keyvex/keyvex/internal/sandbox/cloudwatch"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// moto's CloudWatch does not speak the SDK's protocol: the CLI asks both.
func TestMetricsAreMotosToo(t *testing.T) {
	theirs := *oracle.Moto(t).BaseEndpoint
	s := service.New(oracle.Host())
	defer s.Close()
	start := clock.Wall{}.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	stamp := func(minutes int) string { return start.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339) }
	var data []string
	for i := range 10 {
		data = append(data, fmt.Sprintf(`{"MetricName":"Jobs","Dimensions":[{"Name":"Queue","Value":"q"}],"Unit":"Count","Value":%d,"Timestamp":"%s"}`, i*i, stamp(i)))
	}
	var queries []string
	for _, stat := range []string{"Sum", "Average", "Minimum", "Maximum", "SampleCount"} {
		for _, period := range []int{60, 300, 600} {
			queries = append(queries, fmt.Sprintf(`{"Id":"m%s%d","MetricStat":{"Metric":{"Namespace":"App","MetricName":"Jobs","Dimensions":[{"Name":"Queue","Value":"q"}]},"Period":%d,"Stat":"%s"}}`, stat, period, period, stat))
		}
	}
	for _, arguments := range [][]string{
		{"put-metric-data", "--namespace", "App", "--metric-data", "[" + strings.Join(data, ",") + "]"},
		{"list-metrics", "--namespace", "App", "--metric-name", "Jobs"},
		{"get-metric-statistics", "--namespace", "App", "--metric-name", "Jobs", "--dimensions", "Name=Queue,Value=q", "--start-time", stamp(0), "--end-time", stamp(10),
			"--period", "300", "--statistics", "Sum", "Average", "Minimum", "Maximum", "SampleCount", "--query", "sort_by(Datapoints,&Timestamp)[].[Timestamp,Sum,Average,Minimum,Maximum,SampleCount,Unit]"},
		{"get-metric-data", "--start-time", stamp(0), "--end-time", stamp(10), "--scan-by", "TimestampAscending", "--metric-data-queries", "[" + strings.Join(queries, ",") + "]",
			"--query", "MetricDataResults[].[Id,StatusCode,Timestamps,Values]"},
	} {
		ours, ourErr := askCLI(t, s, "", arguments)
		motos, motosErr := askCLI(t, s, theirs, arguments)
		if ourErr != nil || motosErr != nil || ours != motos {
			t.Errorf("%s: got %s (%v), moto gives %s (%v)", arguments[0], ours, ourErr, motos, motosErr)
		}
	}
}

// askCLI asks the service, or another server at an endpoint, and gives the answer.
func askCLI(t *testing.T, s *service.Service, endpoint string, arguments []string) (string, error) {
	t.Helper()
	all := append([]string{"cloudwatch"}, arguments...)
	if endpoint != "" {
		all = append(all, "--endpoint-url", endpoint) // the last one counts
	}
	if slices.Contains(all, "--query") {
		last := slices.Index(all, "--query") + 1
		all[last] = "{answer:" + all[last] + "}"
	}
	answer, err := oracle.AWS(t, s.Wire(), all...)
	text, _ := json.Marshal(answer)
	return string(text), err
}

func TestTheCLIPutsAndReadsMetrics(t *testing.T) {
	s := service.New(oracle.Host())
	defer s.Close()
	now := clock.Wall{}.Now().UTC()
	stamp := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }
	if _, err := oracle.AWS(t, s.Wire(), "cloudwatch", "put-metric-data", "--namespace", "App", "--metric-name", "Jobs", "--dimensions", "Queue=q",
		"--unit", "Count", "--value", "4.5", "--timestamp", stamp(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := oracle.AWS(t, s.Wire(), "cloudwatch", "put-metric-data", "--namespace", "App", "--metric-data",
		`[{"MetricName":"Jobs","Dimensions":[{"Name":"Queue","Value":"q"}],"Unit":"Count","Values":[1,2.5],"Counts":[2,1],"Timestamp":"`+stamp(0)+`"}]`); err != nil {
		t.Fatal(err)
	}
	answer, err := oracle.AWS(t, s.Wire(), "cloudwatch", "get-metric-statistics", "--namespace", "App", "--metric-name", "Jobs", "--dimensions", "Name=Queue,Value=q",
		"--start-time", stamp(-time.Hour), "--end-time", stamp(time.Minute), "--period", "7200", "--statistics", "Sum", "SampleCount", "Maximum")
	text, _ := json.Marshal(answer)
	for _, want := range []string{`"Sum":9`, `"SampleCount":4`, `"Maximum":4.5`, `"Unit":"Count"`, `"Label":"Jobs"`} {
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("statistics are %s (%v), want %s", text, err, want)
		}
	}
	answer, err = oracle.AWS(t, s.Wire(), "cloudwatch", "get-metric-data", "--start-time", stamp(-time.Hour), "--end-time", stamp(time.Minute), "--metric-data-queries",
		`[{"Id":"m1","MetricStat":{"Metric":{"Namespace":"App","MetricName":"Jobs","Dimensions":[{"Name":"Queue","Value":"q"}]},"Period":60,"Stat":"p50"}},{"Id":"e1","Expression":"m1*10"}]`)
	text, _ = json.Marshal(answer)
	if err != nil || !strings.Contains(string(text), `"Values":[1]`) || !strings.Contains(string(text), `"Values":[10]`) {
		t.Errorf("data are %s (%v)", text, err)
	}
	answer, err = oracle.AWS(t, s.Wire(), "cloudwatch", "list-metrics", "--namespace", "App", "--recently-active", "PT3H")
	text, _ = json.Marshal(answer)
	if err != nil || !strings.Contains(string(text), `"MetricName":"Jobs"`) {
		t.Errorf("the list is %s (%v)", text, err)
	}
}
