package emf_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/emf"
)

// The expected document follows the format's specification in the CloudWatch User Guide.
func TestALineIsOneDocumentOfTheFormat(t *testing.T) {
	var out bytes.Buffer
	at := time.UnixMilli(1700000000123)
	emf.New(&out, "dev").Put(at, []emf.Dimension{{Name: platform.MetricProvider, Value: "openai"}, {Name: platform.MetricModel, Value: ""}},
		emf.Milliseconds(platform.ProviderTotal, 1500*time.Microsecond), emf.Count(platform.ProviderErrors, 2))
	const want = `{"_aws":{"Timestamp":1700000000123,"CloudWatchMetrics":[{"Namespace":"Keyvex",
		"Dimensions":[["Environment"],["Environment","Provider"]],
		"Metrics":[{"Name":"ProviderTotal","Unit":"Milliseconds"},{"Name":"ProviderErrors","Unit":"Count"}]}]},
		"Environment":"dev","Provider":"openai","ProviderTotal":1.5,"ProviderErrors":2}`
	if bytes.Count(out.Bytes(), []byte("\n")) != 1 || !same(t, out.Bytes(), []byte(want)) {
		t.Fatalf("wrote %s", out.String())
	}
}

func same(t *testing.T, a, b []byte) bool {
	var left, right any
	if err := json.Unmarshal(a, &left); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &right); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(left, right)
}

func TestADurationIsNeverNegative(t *testing.T) {
	var out bytes.Buffer
	emf.New(&out, "dev").Put(time.UnixMilli(0), nil, emf.Milliseconds(platform.JobWait, -time.Second))
	if !bytes.Contains(out.Bytes(), []byte(`"JobWait":0`)) {
		t.Fatalf("wrote %s", out.String())
	}
}

// Members of the document that no metric and no dimension names are properties of
// the log event alone ("Root node" in the specification).
func TestAPropertyIsAMemberOfEveryLineAndOfNoMetric(t *testing.T) {
	var out bytes.Buffer
	w := emf.New(&out, "dev")
	w.With("jobId", "j-1").With("", "x").With("y", "").Put(time.UnixMilli(1), nil, emf.Count(platform.JobsAccepted, 1))
	w.Put(time.UnixMilli(1), nil, emf.Count(platform.JobsAccepted, 1))
	lines := bytes.SplitAfter(out.Bytes(), []byte("\n"))
	const bare = `"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"Keyvex","Dimensions":[["Environment"]],
		"Metrics":[{"Name":"JobsAccepted","Unit":"Count"}]}]},"Environment":"dev","JobsAccepted":1`
	if !same(t, lines[0], []byte(`{"jobId":"j-1",`+bare+`}`)) || !same(t, lines[1], []byte(`{`+bare+`}`)) {
		t.Fatalf("wrote %s", out.String())
	}
}
