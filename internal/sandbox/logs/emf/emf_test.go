package emf

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

var at = time.UnixMilli(1574109732004)

func datum(name string, value float64, unit string, dimensions ...string) host.Datum {
	d := host.Datum{Namespace: "lambda-function-metrics", Name: name, Value: value, Unit: unit, At: at}
	for i := 0; i < len(dimensions); i += 2 {
		d.Dimensions = append(d.Dimensions, host.Dimension{Name: dimensions[i], Value: dimensions[i+1]})
	}
	return d
}

// The first is the specification's example.
func TestMetricsOfTheSpecification(t *testing.T) {
	const example = `{"_aws": {"Timestamp": 1574109732004, "CloudWatchMetrics": [{"Namespace": "lambda-function-metrics",
		"Dimensions": [["functionVersion"]], "Metrics": [{"Name": "time", "Unit": "Milliseconds", "StorageResolution": 60}]}]},
		"functionVersion": "$LATEST", "time": 100, "requestId": "989ffbf8-9ace-4817-a57c-e4dd734019ee"}`
	with := func(from, to string) string {
		if !strings.Contains(example, from) {
			t.Fatalf("the example has no %s", from)
		}
		return strings.Replace(example, from, to, 1)
	}
	whole := []host.Datum{datum("time", 100, "Milliseconds", "functionVersion", "$LATEST")}
	for name, tc := range map[string]struct {
		message string
		want    []host.Datum
	}{
		"example":             {example, whole},
		"high resolution":     {with("60", "1"), whole},
		"event time":          {with(`"Timestamp": 1574109732004, `, ""), whole},
		"values":              {with(": 100", ": [1, 2.5]"), []host.Datum{datum("time", 1, "Milliseconds", "functionVersion", "$LATEST"), datum("time", 2.5, "Milliseconds", "functionVersion", "$LATEST")}},
		"sets":                {with(`["functionVersion"]`, `[], ["requestId", "functionVersion"]`), []host.Datum{datum("time", 100, "Milliseconds"), datum("time", 100, "Milliseconds", "functionVersion", "$LATEST", "requestId", "989ffbf8-9ace-4817-a57c-e4dd734019ee")}},
		"no unit":             {with(`"Unit": "Milliseconds", `, ""), []host.Datum{datum("time", 100, "", "functionVersion", "$LATEST")}},
		"missing dimension":   {with(`["functionVersion"]`, `["nothing"]`), nil},
		"number as dimension": {with(`["functionVersion"]`, `["time"]`), nil},
		"missing metric":      {with(`"Name": "time"`, `"Name": "nothing"`), nil},
		"text as metric":      {with(": 100", `: "100"`), nil},
		"null in values":      {with(": 100", `: [1, null]`), nil},
		"bad resolution":      {with("60", "30"), nil},
		"no namespace":        {with(`"Namespace": "lambda-function-metrics",`, ""), nil},
		"no JSON":             {example[1:], nil},
		"other":               {`{"_aws": 1}`, nil},
		"no metadata":         {`{"a": "_aws"}`, nil},
	} {
		if got := Parse(tc.message, at); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"_aws":{"CloudWatchMetrics":[{"Namespace":"n","Dimensions":[["a"]],"Metrics":[{"Name":"m"}]}]},"a":"b","m":[1]}`)
	f.Fuzz(func(_ *testing.T, message string) { Parse(message, at) })
}
