package providers

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// signingKey is Clerk's key as it is kept: made once, so that tokens and cached key
// sets outlive a restart.
type signingKey struct {
	ID string
	// PKCS1 is the private key in DER.
	PKCS1 []byte
}

const (
	keyBits = 2048
	keyName = "key"
)

// Tokens live for a minute, as Clerk's do, and a day at most.
const (
	tokenTTL    = 60 * time.Second
	maxTokenTTL = 24 * time.Hour
)

// key gives the key, and makes it when it is first needed.
func (s *Service) key() (string, *rsa.PrivateKey, error) {
	s.signing.Lock()
	defer s.signing.Unlock()
	if kept, ok := s.keys.Get(keyName); ok {
		key, err := x509.ParsePKCS1PrivateKey(kept.PKCS1)
		return kept.ID, key, err
	}
	key, err := rsa.GenerateKey(s.host.Random, keyBits)
	if err != nil {
		return "", nil, err
	}
	id := "ins_" + s.host.ID(host.MixedID, 27)
	s.keys.Set(keyName, signingKey{ID: id, PKCS1: x509.MarshalPKCS1PrivateKey(key)})
	return id, key, nil
}

// Token makes a session token of Clerk's (version 1 of its claims) for a user, as
// the application at the origin azp would get it. A ttl below zero gives a token
// that has expired.
func (s *Service) Token(user, azp string, ttl time.Duration) (string, error) {
	if user == "" || ttl > maxTokenTTL {
		return "", errors.New("a token needs a user, and lives for a day at most")
	}
	id, key, err := s.key()
	if err != nil {
		return "", err
	}
	now := s.host.Clock.Now()
	claims := object{
		"iss": s.host.Provider("clerk"), "sub": user, "sid": "sess_" + s.host.ID(host.MixedID, 27),
		"iat": now.Unix(), "nbf": now.Add(-10 * time.Second).Unix(), "exp": now.Add(ttl).Unix(),
	}
	if azp != "" {
		claims["azp"] = azp
	}
	return sign(key, object{"alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": id, "typ": "JWT"}, claims)
}

// sign makes a JSON web token (RFC 7515, RFC 7519).
func sign(key *rsa.PrivateKey, header, claims object) (string, error) {
	first, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	second, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed := encoded(first) + "." + encoded(second)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	return signed + "." + encoded(signature), err
}

func encoded(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func (s *Service) keySet(w http.ResponseWriter, _ *http.Request) {
	id, key, err := s.key()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, object{"keys": []object{{
		"use": "sig", "kty": "RSA", "kid": id, "alg": "RS256",
		"n": encoded(key.N.Bytes()), "e": encoded(big.NewInt(int64(key.E)).Bytes()),
	}}})
}

func (s *Service) mintToken(w http.ResponseWriter, r *http.Request) {
	if s.secret == "" || subtle.ConstantTimeCompare([]byte(bearer(r)), []byte(s.secret)) != 1 {
		clerkError(w, http.StatusUnauthorized, "authentication_invalid", "Invalid authentication")
		return
	}
	ttl := tokenTTL
	if wanted := r.URL.Query().Get("ttl"); wanted != "" {
		var err error
		if ttl, err = time.ParseDuration(wanted); err != nil {
			clerkError(w, http.StatusUnprocessableEntity, "form_param_format_invalid", "ttl is a duration, 60s")
			return
		}
	}
	token, err := s.Token(r.URL.Query().Get("user"), r.URL.Query().Get("azp"), ttl)
	if err != nil {
		clerkError(w, http.StatusUnprocessableEntity, "form_param_value_invalid", err.Error())
		return
	}
	answer(w, http.StatusOK, object{"object": "token", "jwt": token})
}

func clerkError(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, object{"errors": []object{{"code": code, "message": message, "long_message": message}}})
}
