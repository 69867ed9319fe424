package sandbox

import (
	"context"
	"net/http"

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
// changed, and that it was called, has been written, or with the reason why it has not.
func (s *Sandbox) before(ctx context.Context, c *wire.Call) (func(error) error, error) {
	fault, err := s.Faults.Hook(ctx, c)
	if err != nil || c.Operation == "" {
		return fault, err // a Raw handler looks after its state itself
	}
	return func(err error) error {
		s.CloudTrail.Record(c, err)
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

// origins are the web pages' that the REST API's stages and the buckets name.
func (s *Sandbox) origins() []string { return append(s.APIGateway.Origins(), s.S3.Origins()...) }
