package clerk_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/providers"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
	"github.com/keyvex/keyvex/lambdas/websockethandler/clerk"
)

const (
	issuer = "https://clerk.example.com"
	origin = "https://app.example.com"
)

var generated = sync.OnceValue(func() []*rsa.PrivateKey {
	var keys []*rsa.PrivateKey
	for range 2 {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys = append(keys, key)
	}
	return keys
})

// server is an issuer whose published keys may change or be away.
type server struct {
	keys    map[string]*rsa.PrivateKey
	fetches int
	away    bool
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	s.fetches++
	if s.away || r.URL.String() != issuer+"/.well-known/jwks.json" {
		return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}, nil
	}
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	for id, key := range s.keys {
		set.Keys = append(set.Keys, map[string]string{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id,
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		})
	}
	document, err := json.Marshal(set)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(document))}, err
}

func claims(change map[string]any) jwt.MapClaims {
	now := time.Now()
	out := jwt.MapClaims{"iss": issuer, "sub": "user_1", "azp": origin, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	maps.Copy(out, change)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

func signed(t *testing.T, method jwt.SigningMethod, kid string, key any, c jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func verifier(t *testing.T, s *server, audience string) *clerk.Verifier {
	t.Helper()
	v, err := clerk.New(clerk.Settings{Issuer: issuer, Audience: audience, Origins: []string{"https://other.example.com", origin}}, &http.Client{Transport: s}, clock.Wall{})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOnlyGoodTokensAreLetIn(t *testing.T) {
	keys := generated()
	synctest.Test(t, func(t *testing.T) {
		s := &server{keys: map[string]*rsa.PrivateKey{"k1": keys[0]}}
		now := time.Now()
		for name, test := range map[string]struct {
			change   map[string]any
			audience string
			good     bool
		}{
			"as Clerk makes them":      {nil, "", true},
			"expired":                  {map[string]any{"exp": now.Add(-6 * time.Second).Unix()}, "", false},
			"expired within leeway":    {map[string]any{"exp": now.Add(-4 * time.Second).Unix()}, "", true},
			"without expiry":           {map[string]any{"exp": nil}, "", false},
			"not valid yet":            {map[string]any{"nbf": now.Add(time.Minute).Unix()}, "", false},
			"issued in the future":     {map[string]any{"iat": now.Add(time.Minute).Unix()}, "", false},
			"another issuer":           {map[string]any{"iss": issuer + "/"}, "", false},
			"no issuer":                {map[string]any{"iss": nil}, "", false},
			"another application":      {map[string]any{"azp": "https://evil.example.com"}, "", false},
			"no application":           {map[string]any{"azp": nil}, "", false},
			"nobody":                   {map[string]any{"sub": ""}, "", false},
			"an audience nobody wants": {map[string]any{"aud": "x"}, "", true},
			"the audience":             {map[string]any{"aud": []string{"y", "x"}}, "x", true},
			"another audience":         {map[string]any{"aud": "y"}, "x", false},
			"no audience":              {nil, "x", false},
		} {
			user, err := verifier(t, s, test.audience).Verify(t.Context(), signed(t, jwt.SigningMethodRS256, "k1", keys[0], claims(test.change)))
			if (err == nil) != test.good || test.good && user != "user_1" {
				t.Errorf("%s: got %q, %v", name, user, err)
			}
		}
	})
}

func TestForgedTokensAreRefused(t *testing.T) {
	keys := generated()
	s := &server{keys: map[string]*rsa.PrivateKey{"k1": keys[0]}}
	good := signed(t, jwt.SigningMethodRS256, "k1", keys[0], claims(nil))
	public := keys[0].N.Bytes()
	parts := strings.Split(good, ".")
	for name, token := range map[string]string{
		"signed with another key":  signed(t, jwt.SigningMethodRS256, "k1", keys[1], claims(nil)),
		"another algorithm":        signed(t, jwt.SigningMethodRS512, "k1", keys[0], claims(nil)),
		"PSS":                      signed(t, jwt.SigningMethodPS256, "k1", keys[0], claims(nil)),
		"HMAC with the public key": signed(t, jwt.SigningMethodHS256, "k1", public, claims(nil)),
		"no algorithm":             signed(t, jwt.SigningMethodNone, "k1", jwt.UnsafeAllowNoneSignatureType, claims(nil)),
		"no signature":             parts[0] + "." + parts[1] + ".",
		"another's claims":         parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"CANARY"}`)) + "." + parts[2],
		"no token":                 "CANARY",
		"nothing":                  "",
		"too long":                 strings.Repeat("CANARY", 2000),
	} {
		user, err := verifier(t, s, "").Verify(t.Context(), token)
		if err == nil || user != "" || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: got %q, %v", name, user, err)
		}
	}
}

func TestKeysAreFetchedSeldomFollowRotationsAndOutliveTheIssuer(t *testing.T) {
	keys := generated()
	synctest.Test(t, func(t *testing.T) {
		s := &server{keys: map[string]*rsa.PrivateKey{"k1": keys[0]}}
		v := verifier(t, s, "")
		try := func(kid string, key *rsa.PrivateKey, good bool, fetches int) {
			t.Helper()
			_, err := v.Verify(t.Context(), signed(t, jwt.SigningMethodRS256, kid, key, claims(nil)))
			if (err == nil) != good || s.fetches != fetches {
				t.Fatalf("got %v after %d fetches", err, s.fetches)
			}
		}
		try("k1", keys[0], true, 1)
		try("k1", keys[0], true, 1)
		for range 5 {
			try("made-up", keys[1], false, 1) // fetched a moment ago
		}
		time.Sleep(31 * time.Second)
		s.keys["k2"] = keys[1]
		try("k2", keys[1], true, 2)
		time.Sleep(2 * time.Hour)
		s.away = true
		try("k1", keys[0], true, 3) // stale, but better than nobody
		try("k1", keys[0], true, 3)
		time.Sleep(31 * time.Second)
		s.away = false
		delete(s.keys, "k1")
		try("k1", keys[0], false, 4) // withdrawn
	})
}

func TestKeysComeByHTTPSExceptFromThisMachine(t *testing.T) {
	for address, good := range map[string]bool{
		"https://clerk.example.com": true, "http://127.0.0.1:4599/x": true, "http://localhost:1": true, "http://[::1]:1": true,
		"http://clerk.example.com": false, "http://127.0.0.1.example.com": false, "ftp://127.0.0.1": false, "clerk.example.com": false, "": false,
	} {
		_, err := clerk.New(clerk.Settings{Issuer: issuer, JWKS: address}, http.DefaultClient, clock.Wall{})
		if address == "" {
			_, err = clerk.New(clerk.Settings{}, http.DefaultClient, clock.Wall{})
		}
		if (err == nil) != good {
			t.Errorf("%q: got %v", address, err)
		}
	}
}

// The platform's stand-in signs without this package's library.
func TestTheStandInsTokensAreGood(t *testing.T) {
	stand := providers.New(oracle.Host(), "secret")
	token, err := stand.Token("user_2", origin, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	iss, _ := parsed.Claims.GetIssuer()
	v, err := clerk.New(clerk.Settings{Issuer: iss, JWKS: wire.LocalEndpoint + host.ProviderPath + "clerk/.well-known/jwks.json", Origins: []string{origin}},
		&http.Client{Transport: wire.Transport{Handler: stand.Handler()}}, clock.Wall{})
	if err != nil {
		t.Fatal(err)
	}
	if user, err := v.Verify(t.Context(), token); err != nil || user != "user_2" {
		t.Fatalf("got %q, %v", user, err)
	}
}

func FuzzAnyTokenIsRefused(f *testing.F) {
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	v, err := clerk.New(clerk.Settings{Issuer: issuer, Origins: []string{origin}}, &http.Client{Transport: &server{}}, clock.Wall{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if user, err := v.Verify(t.Context(), token); err == nil {
			t.Fatalf("%q is let in as %q", token, user)
		}
	})
}
