package sandbox

import (
	"context"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// newRouter puts all services behind one handler.
func (s *Sandbox) newRouter() *wire.Router {
	r := &wire.Router{
		Verifier: &wire.Verifier{Secret: s.secretOf},
		Before:   s.refuseUnsaved,
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

// refuseUnsaved makes a typed operation fail if what it changed could not be
// written.
func (s *Sandbox) refuseUnsaved(_ context.Context, c *wire.Call) (func(error) error, error) {
	if c.Operation == "" {
		return nil, nil // a Raw handler looks after itself
	}
	return func(err error) error {
		if unsaved := s.host.State.Err(); unsaved != nil {
			return unsaved
		}
		return err
	}, nil
}
