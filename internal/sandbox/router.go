package sandbox

import (
	"context"
	"net/http"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// newRouter puts all services behind one handler.
func (s *Sandbox) newRouter() *wire.Router {
	r := &wire.Router{
		Verifier: &wire.Verifier{Secret: s.secretOf},
		Before:   s.before,
		Fallback: http.HandlerFunc(s.unsigned),
		Origins:  s.origins,
		Observe:  s.observe,
		Err:      s.host.State.Err,
		Clock:    s.options.Clock,
		Random:   s.options.Random,
	}
	r.Add(s.Services.wired()...)
	return r
}

// secretOf finds the secret of the account's own key, or of temporary credentials.
func (s *Sandbox) secretOf(accessKey string) (string, bool) {
	if accessKey == s.options.AccessKey {
		return s.options.Secret, true
	}
	secret, _, ok := s.STS.Credential(accessKey)
	return secret, ok
}

// before lets faults strike, and answers a typed operation only when what it
// changed has been written, or with the reason why it has not.
func (s *Sandbox) before(ctx context.Context, c *wire.Call) (func(error) error, error) {
	fault, err := s.Faults.Hook(ctx, c)
	if err != nil || c.Operation == "" {
		return fault, err // a Raw handler looks after its state itself
	}
	return func(err error) error {
		if unsaved := s.host.State.Saved(); unsaved != nil {
			return unsaved
		}
		if fault != nil {
			return fault(err)
		}
		return err
	}, nil
}

// observe has the services measure what became of their calls.
func (s *Sandbox) observe(c wire.Call) { s.DynamoDB.Observe(&c) }

// unsigned serves requests that name no service.
func (s *Sandbox) unsigned(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, host.ProviderPath) {
		s.Providers.Handler().ServeHTTP(w, r)
		return
	}
	if s.APIGateway.ServeExecute(w, r) || s.APIGatewayV2.ServeExecute(w, r) || s.S3.Preflight(w, r) || s.S3.ServePresigned(w, r, s.secretOf) {
		return
	}
	http.Error(w, "this is the local platform of keyvex; requests to it are signed", http.StatusForbidden)
}

// origins are the web pages' that the REST API's stages and the buckets name.
func (s *Sandbox) origins() []string { return append(s.APIGateway.Origins(), s.S3.Origins()...) }
