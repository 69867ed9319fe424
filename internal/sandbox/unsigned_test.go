package sandbox

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/faults"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// asked sends an unsigned request to a sandbox with a rule, and gives the answer and how
// often the provider was called; status is 0 for a lost connection.
func asked(t *testing.T, path string, rules ...faults.Rule) (status int, body string, calls int) {
	t.Helper()
	box, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	if err := box.Faults.Set(rules...); err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: box.Transport()}
	response, err := client.Get("http://localhost:4599" + path)
	if err == nil {
		defer response.Body.Close()
		read, _ := io.ReadAll(response.Body)
		status, body = response.StatusCode, string(read)
	}
	return status, body, box.Providers.Calls("openai")
}

func TestFaultsStrikeTheAPIsAndTheStandInsThatTheyName(t *testing.T) {
	api, provider := host.ExecuteAPIPath+"id/dev/v1/jobs", host.ProviderPath+"openai/v1/models"
	for name, test := range map[string]struct {
		path   string
		rule   faults.Rule
		status int
		body   string
		calls  int
	}{
		"the API, as API Gateway throttles":  {api, faults.Rule{Kind: faults.Throttle}, 429, `{"message":"Too Many Requests"}`, 0},
		"the API, as it fails":               {api, faults.Rule{Kind: faults.ServerError, Service: "execute-api"}, 500, `{"message":"Internal server error"}`, 0},
		"the API, no answer":                 {api, faults.Rule{Kind: faults.Drop}, 0, "", 0},
		"the API, another method":            {api, faults.Rule{Kind: faults.Throttle, Operation: "POST"}, 403, "signed", 0},
		"the API, another service":           {api, faults.Rule{Kind: faults.Throttle, Service: "sqs"}, 403, "signed", 0},
		"a stand-in by name":                 {provider, faults.Rule{Kind: faults.Throttle, Service: "openai"}, 429, "rate_limit_exceeded", 0},
		"a stand-in by a pattern":            {provider, faults.Rule{Kind: faults.ServerError, Service: "open*"}, 503, "server_is_overloaded", 0},
		"a stand-in that is not named":       {provider, faults.Rule{Kind: faults.Throttle}, 401, "invalid_api_key", 1},
		"a stand-in whose answer is lost":    {provider, faults.Rule{Kind: faults.Drop, Service: "openai", After: true}, 0, "", 1},
		"a stand-in whose answer comes late": {provider, faults.Rule{Kind: faults.Latency, Service: "openai", Latency: time.Minute, After: true}, 401, "invalid_api_key", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				test.rule.Probability = 1
				status, body, calls := asked(t, test.path, test.rule)
				if status != test.status || !strings.Contains(body, test.body) || calls != test.calls {
					t.Errorf("%d %q after %d calls, want %d %q after %d", status, body, calls, test.status, test.body, test.calls)
				}
				if took := time.Since(begun); took != test.rule.Latency {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}
