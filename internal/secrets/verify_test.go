package secrets

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox"
)

// The headers are those of the providers' own API references.
func TestEachProviderIsAskedInItsOwnWay(t *testing.T) {
	for path, want := range map[string]struct{ call, header, value string }{
		"ai.openai_api_key":                {"GET /openai/v1/models", "Authorization", "Bearer k"},
		"ai.anthropic_api_key":             {"GET /anthropic/v1/models", "X-Api-Key", "k"},
		"integrations.sendgrid_api_key":    {"GET /sendgrid/v3/scopes", "Authorization", "Bearer k"},
		"integrations.stripe_secret_key":   {"GET /stripe/v1/balance", "Authorization", "Bearer k"},
		"integrations.unsplash_access_key": {"GET /unsplash/photos", "Authorization", "Client-ID k"},
	} {
		status := http.StatusOK
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if call := r.Method + " " + r.URL.Path; call != want.call || r.Header.Get(want.header) != want.value {
				t.Errorf("%s was asked by %s, %s: %q", path, call, want.header, r.Header.Get(want.header))
			}
			w.WriteHeader(status)
		}))
		base := func(provider string) string { return server.URL + "/" + provider }
		for code, verdict := range map[int]Verdict{200: Accepted, 401: Rejected, 403: Rejected, 404: Unchecked} {
			status = code
			if got, err := Verify(t.Context(), server.Client(), base, key(t, path), NewValue([]byte("k"))); err != nil || got != verdict {
				t.Errorf("%s, %d: %s, %v", path, code, got, err)
			}
		}
		for _, status = range []int{429, 500} {
			if _, err := Verify(t.Context(), server.Client(), base, key(t, path), NewValue([]byte("k"))); !problem.Is(err, problem.Failed) {
				t.Errorf("%s, %d: %v", path, status, err)
			}
		}
		server.Close()
		_, err := Verify(t.Context(), http.DefaultClient, base, key(t, path), NewValue([]byte(canary)))
		if !problem.Is(err, problem.Failed) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s, nobody there: %v", path, err)
		}
	}
	if got, err := Verify(t.Context(), nil, nil, key(t, "database.encryption_key"), Value{}); got != Unchecked || err != nil {
		t.Error(got, err)
	}
}

// TestAKeyGoesToItsProviderAlone: net/http would take most headers along to wherever a
// provider, or somebody in its place, sends it.
func TestAKeyGoesToItsProviderAlone(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("it was sent on: %v", r.Header) }))
	defer elsewhere.Close()
	provider := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	defer provider.Close()
	for _, k := range platform.SecretKeys() {
		if _, ok := probeOf(k.Path()); !ok {
			continue
		}
		_, err := Verify(t.Context(), http.DefaultClient, func(string) string { return provider.URL }, k, NewValue([]byte("k")))
		if !problem.Is(err, problem.Failed) {
			t.Errorf("%s: %v", k.Path(), err)
		}
	}
}

func TestAProviderThatDoesNotAnswerIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		_, err := Verify(t.Context(), silent, nil, key(t, "ai.openai_api_key"), NewValue([]byte("k")))
		if !problem.Is(err, problem.Failed) {
			t.Error(err)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTheStandInsJudgeKeys(t *testing.T) {
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	client := &http.Client{Transport: box.Transport()}
	base := func(provider string) string { return sandbox.ProviderBase("http://localhost:4599", provider) }
	for path, prefix := range map[string]string{"ai.openai_api_key": "sk-", "ai.anthropic_api_key": "sk-ant-"} {
		for name, want := range map[string]Verdict{"goodgoodgoodgoodgood": Accepted, "revokedrevokedrevoked": Rejected} {
			got, err := Verify(t.Context(), client, base, key(t, path), NewValue([]byte(prefix+name)))
			if got != want || err != nil {
				t.Errorf("%s %s: %s, %v", path, name, got, err)
			}
		}
	}
}

// TestEveryProviderKeyButOneCanBeVerified names the one for which there is no call: the
// Unsplash secret signs users in, and opens nothing by itself.
func TestEveryProviderKeyButOneCanBeVerified(t *testing.T) {
	for _, k := range platform.SecretKeys() {
		if _, ok := probeOf(k.Path()); ok != (k.Kind == platform.ProviderKey && k.Name != "unsplash_secret_key") {
			t.Errorf("%s: %v", k.Path(), ok)
		}
	}
}
