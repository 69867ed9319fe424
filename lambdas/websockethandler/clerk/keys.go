package clerk

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

const (
	// keep is how long the keys are used without being fetched again.
	keep = time.Hour
	// pause must lie between two fetches: tokens with made-up key ids must not make
	// us ask the issuer each time.
	pause = 30 * time.Second
	// patience bounds a fetch; the browser is waiting.
	patience = 5 * time.Second
	// maxDocument bounds what is read of the answer, in bytes.
	maxDocument = 1 << 20
	// leastBits is the smallest modulus that RFC 7518 allows for RS256.
	leastBits = 2048
)

var (
	errUnknownKey = errors.New("the token is signed with an unknown key")
	errNoKeys     = errors.New("the issuer's keys cannot be read")
)

// keySet is the issuer's public keys (RFC 7517), as they were fetched last. When
// they cannot be fetched again the old ones go on.
type keySet struct {
	url    string
	client *http.Client
	clock  clock.Clock

	mu sync.Mutex
	// fetched is when keys came, tried when they were last asked for.
	fetched, tried time.Time
	keys           map[string]*rsa.PublicKey
}

// key gives the key of an id, and fetches the set when it is old or lacks the id.
func (s *keySet) key(ctx context.Context, id string) (*rsa.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	found, ok := s.keys[id]
	if ok && now.Sub(s.fetched) < keep {
		return found, nil
	}
	if s.tried.IsZero() || now.Sub(s.tried) >= pause {
		s.tried = now
		if keys, err := s.fetch(ctx); err == nil {
			s.keys, s.fetched = keys, now
			found, ok = keys[id]
		}
	}
	switch {
	case ok:
		return found, nil
	case s.keys == nil:
		return nil, errNoKeys
	}
	return nil, errUnknownKey
}

func (s *keySet) fetch(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	document, err := io.ReadAll(io.LimitReader(response.Body, maxDocument))
	if err != nil {
		return nil, err
	}
	return parse(document)
}

// jwk is one key of the set.
type jwk struct{ Kty, Kid, Use, Alg, N, E string }

// parse reads the set's RSA keys for signatures and skips all others. A set without
// one is an error: it would lock everybody out.
func parse(document []byte) (map[string]*rsa.PublicKey, error) {
	var set struct{ Keys []jwk }
	if err := json.Unmarshal(document, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, one := range set.Keys {
		if key, ok := one.rsa(); ok {
			keys[one.Kid] = key
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the set has no key for RS256")
	}
	return keys, nil
}

func (k jwk) rsa() (*rsa.PublicKey, bool) {
	if k.Kty != "RSA" || k.Kid == "" || k.Use != "" && k.Use != "sig" || k.Alg != "" && k.Alg != "RS256" {
		return nil, false
	}
	modulus, err1 := base64.RawURLEncoding.DecodeString(k.N)
	exponent, err2 := base64.RawURLEncoding.DecodeString(k.E)
	if err1 != nil || err2 != nil || len(exponent) > 4 {
		return nil, false
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(new(big.Int).SetBytes(exponent).Int64())}
	return key, key.N.BitLen() >= leastBits && key.E >= 3
}

// secure accepts https URLs, and http ones of this machine.
func secure(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return errors.New("the address of the issuer's keys is no URL")
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme == "https" || u.Scheme == "http" && local {
		return nil
	}
	return errors.New("the issuer's keys have to be fetched by https")
}
