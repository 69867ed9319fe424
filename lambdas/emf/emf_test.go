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
