package cli_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
)

// denying is the environment of a keyvex to which AWS denies the calls that refused
// tells, by their target and body.
func denying(t *testing.T, environ []string, refused func(target, body string) bool) []string {
	t.Helper()
	const variable = "AWS_ENDPOINT_URL="
	var out []string
	for _, v := range environ {
		if endpoint, ok := strings.CutPrefix(v, variable); ok {
			to, err := url.Parse(endpoint)
			if err != nil {
				t.Fatal(err)
			}
			proxy := httputil.NewSingleHostReverseProxy(to)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err == nil && refused(r.Header.Get("X-Amz-Target"), string(body)) {
					w.Header().Set("Content-Type", "application/x-amz-json-1.1")
					w.WriteHeader(http.StatusBadRequest)
					_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","Message":"no"}`)
					return
				}
				r.Body = io.NopCloser(bytes.NewReader(body))
				proxy.ServeHTTP(w, r)
			}))
			t.Cleanup(server.Close)
			v = variable + server.URL
		}
		out = append(out, v)
	}
	return out
}

func TestAnImportThatOneOfTheSecretsRefusesWritesNone(t *testing.T) {
	environ := deployed(t)
	const both = "OPENAI_API_KEY=" + typedKey + "\nSTRIPE_SECRET_KEY=sk_test_0123456789\n"
	earlier := strings.ReplaceAll(strings.ReplaceAll(both, "typed", "early"), "0123456789", "9876543210")
	if out, err := keyvex(environ, earlier, "secrets", "import", "-", "-e", "alpha", "--yes"); err != nil {
		t.Fatal(out)
	}
	refusing := denying(t, environ, func(target, body string) bool {
		return target == "secretsmanager.PutSecretValue" && strings.Contains(body, "keyvex/integrations/alpha")
	})
	out, err := keyvex(refusing, both, "secrets", "import", "-", "-e", "alpha", "--yes")
	if err == nil || !strings.Contains(out, "written: none; not written: alpha ai, alpha integrations") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, _ := keyvex(environ, "", "secrets", "get", "ai.openai_api_key", "-e", "alpha"); strings.Contains(out, "typed") {
		t.Errorf("the other secret was written: %s", out)
	}
}

func TestWhatIsWrittenAndCannotBeForgottenIsSaidToBeWritten(t *testing.T) {
	environ := deployed(t)
	if out, err := keyvex(environ, "", "deploy", "-e", "beta", "--yes", "--stack", "Security"); err != nil {
		t.Fatal(out)
	}
	if out, err := keyvex(environ, "sk-leakedleakedleakedleaked", "secrets", "set", "ai.openai_api_key", "-e", "alpha,beta", "--yes"); err != nil {
		t.Fatal(out)
	}
	refusing := denying(t, environ, func(target, body string) bool {
		return target == "secretsmanager.UpdateSecretVersionStage" && strings.Contains(body, "AWSPREVIOUS")
	})
	out, err := keyvex(refusing, typedKey, "secrets", "set", "ai.openai_api_key", "-e", "alpha,beta", "--yes", "--leaked")
	if err == nil || !strings.Contains(out, "written: alpha ai; not written: beta ai") || !strings.Contains(out, "a rollback could still bring the old one back") {
		t.Errorf("%v\n%s", err, out)
	}
}
