package authority_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/authority"
)

// moved is a clock that is ahead.
type moved struct {
	clock.Wall
	by time.Duration
}

func (m *moved) Now() time.Time { return m.Wall.Now().Add(m.by) }

func open(t *testing.T, folder string, c clock.Clock) *authority.Authority {
	t.Helper()
	a, err := authority.Open(folder, c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// handshake connects as a client that trusts the bundle, and gives the server's
// certificate.
func handshake(t *testing.T, server *tls.Config, bundle []byte, name string, now time.Time) (*x509.Certificate, error) {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(bundle) {
		t.Fatal("the bundle has no certificate")
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		if there, err := listener.Accept(); err == nil {
			_ = there.(*tls.Conn).Handshake()
			there.Close()
		}
	}()
	here, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	client := tls.Client(here, &tls.Config{RootCAs: pool, ServerName: name, Time: func() time.Time { return now }})
	if err := client.Handshake(); err != nil {
		return nil, err
	}
	return client.ConnectionState().PeerCertificates[0], nil
}

func TestClientsThatTrustTheBundleReachItsServersByTheirNamesOnly(t *testing.T) {
	a, now := open(t, "", clock.Wall{}), clock.Wall{}.Now()
	config := a.TLS("cache.local")
	for name, good := range map[string]bool{"127.0.0.1": true, "::1": true, "localhost": true, "cache.local": true, "example.com": false} {
		if _, err := handshake(t, config, a.CAPEM(), name, now); (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := handshake(t, config, open(t, "", clock.Wall{}).CAPEM(), "localhost", now); err == nil {
		t.Error("another authority's bundle is good for it")
	}
}

func TestTheAuthorityStaysInItsFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "authority")
	a := open(t, folder, clock.Wall{})
	b := open(t, folder, clock.Wall{})
	bundle, err := os.ReadFile(b.CAFile())
	if err != nil || string(bundle) != string(a.CAPEM()) {
		t.Errorf("the bundle changed: %v", err)
	}
	if _, err := handshake(t, b.TLS(), bundle, "127.0.0.1", clock.Wall{}.Now()); err != nil {
		t.Error(err)
	}
	entries, _ := os.ReadDir(folder)
	for _, entry := range entries {
		info, _ := entry.Info()
		if path := filepath.Join(folder, entry.Name()); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
	}
	if err := os.WriteFile(b.CAFile(), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if mended := open(t, folder, clock.Wall{}); string(mended.CAPEM()) == string(bundle) {
		t.Error("a damaged authority is still in use")
	}
}

func TestCertificatesAreRenewedBeforeTheyExpire(t *testing.T) {
	c := &moved{}
	a := open(t, "", c)
	config := a.TLS()
	first, err := handshake(t, config, a.CAPEM(), "localhost", c.Now())
	if err != nil {
		t.Fatal(err)
	}
	again, err := handshake(t, config, a.CAPEM(), "localhost", c.Now())
	if err != nil || !again.Equal(first) {
		t.Error("a certificate is made for every connection", err)
	}
	for c.by < 2*365*24*time.Hour {
		c.by += 20 * 24 * time.Hour
		if _, err := handshake(t, config, a.CAPEM(), "localhost", c.Now()); err != nil {
			t.Fatalf("after %v: %v", c.by, err)
		}
	}
}
