package secrets

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Verdict is what a provider said of a key.
type Verdict string

// The verdicts.
const (
	Accepted  Verdict = "accepted by the provider"
	Rejected  Verdict = "refused by the provider"
	Unchecked Verdict = "not checked: there is no call for it"
)

// probe is a provider's cheapest call that needs the key: a GET that costs nothing.
type probe struct {
	provider, base, path string
	authorize            func(header http.Header, key string)
}

func bearer(header http.Header, key string) { header.Set("Authorization", "Bearer "+key) }

// From the providers' API references: list models, list scopes, retrieve balance, list
// photos.
func probeOf(path string) (probe, bool) {
	p, ok := map[string]probe{
		"ai.openai_api_key": {"openai", "https://api.openai.com", "/v1/models", bearer},
		"ai.anthropic_api_key": {"anthropic", "https://api.anthropic.com", "/v1/models", func(header http.Header, key string) {
			header.Set("X-Api-Key", key)
			header.Set("Anthropic-Version", "2023-06-01")
		}},
		"integrations.sendgrid_api_key":  {"sendgrid", "https://api.sendgrid.com", "/v3/scopes", bearer},
		"integrations.stripe_secret_key": {"stripe", "https://api.stripe.com", "/v1/balance", bearer},
		"integrations.unsplash_access_key": {"unsplash", "https://api.unsplash.com", "/photos?per_page=1", func(header http.Header, key string) {
			header.Set("Authorization", "Client-ID "+key)
		}},
	}[path]
	return p, ok
}

// verifyPatience is how long a provider may take.
const verifyPatience = 15 * time.Second

// Verify asks the key's provider whether it takes the value, and nobody else: it does not
// follow where an answer leads. base gives the base URL of
// a provider's stand-in by its name, "openai"; nil asks the providers themselves. net/http
// is given a string with the value, which nobody can wipe.
func Verify(ctx context.Context, client *http.Client, base func(provider string) string, key platform.SecretKey, value Value) (Verdict, error) {
	p, ok := probeOf(key.Path())
	if !ok {
		return Unchecked, nil
	}
	if base != nil {
		p.base = base(p.provider)
	}
	asker := *client
	asker.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ctx, cancel := context.WithTimeout(ctx, verifyPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+p.path, nil)
	if err != nil {
		return Unchecked, err
	}
	p.authorize(request.Header, string(value.Bytes()))
	response, err := asker.Do(request)
	if err != nil {
		return Unchecked, problem.New(problem.Failed, "%s could not be asked about %s", p.provider, key.Path()).
			WithHint("leave out --verify, or try again").WithCause(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20)) // so that the connection can be closed in order
	switch code := response.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return Rejected, nil
	case code < http.StatusMultipleChoices:
		return Accepted, nil
	case code == http.StatusNotFound && base != nil: // a stand-in that has no such call
		return Unchecked, nil
	}
	return Unchecked, problem.New(problem.Failed, "%s answered %d about %s", p.provider, response.StatusCode, key.Path()).
		WithHint("leave out --verify, or try again")
}
