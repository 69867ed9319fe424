package oracle

import (
	"crypto/tls"
	"testing"

	"github.com/alicebob/miniredis/v2"
)

// Redis starts a Redis server that asks for TLS and AUTH, as the platform's cache
// does, for tests of its clients.
func Redis(t *testing.T, config *tls.Config, token string) *miniredis.Miniredis {
	t.Helper()
	server := miniredis.NewMiniRedis()
	server.RequireAuth(token)
	if err := server.StartTLS(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}
