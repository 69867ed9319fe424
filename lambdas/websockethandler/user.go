package websockethandler

import (
	"context"
	"errors"

	"github.com/keyvex/keyvex/internal/platform"
)

// Why a client may not connect.
var (
	errNoToken    = errors.New("no token")
	errNoVerifier = errors.New("no issuer of session tokens is configured")
)

// user is whom a connection belongs to.
func (h Handler) user(ctx context.Context, token string) (string, error) {
	switch {
	case token == "" && h.DebugUser != "" && h.Tier == platform.Development:
		return h.DebugUser, nil
	case token == "":
		return "", errNoToken
	case h.Verify == nil:
		return "", errNoVerifier
	}
	return h.Verify(ctx, token)
}
