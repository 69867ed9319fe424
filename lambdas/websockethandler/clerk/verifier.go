// Package clerk verifies Clerk's session tokens: JSON Web Tokens that Clerk signs
// with RS256 and whose "azp" names the web application's origin.
//
// Source: "Manual JWT verification" in Clerk's documentation.
package clerk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/keyvex/keyvex/internal/clock"
)

// leeway is by how much the issuer's clock and ours may differ.
const leeway = 5 * time.Second

// maxToken is the longest token that is read, in bytes; Clerk's have about 900.
const maxToken = 8 << 10

// Settings say which tokens are good.
type Settings struct {
	// Issuer is what "iss" must be, to the letter.
	Issuer string
	// JWKS is the URL of the issuer's keys; empty for {Issuer}/.well-known/jwks.json.
	JWKS string
	// Audience must be in "aud"; empty to ask for none.
	Audience string
	// Origins are what "azp" may be.
	Origins []string
}

// Verifier checks tokens.
type Verifier struct {
	settings Settings
	keys     *keySet
	parser   *jwt.Parser
}

// New makes a verifier that fetches no key until a token needs one.
func New(settings Settings, client *http.Client, c clock.Clock) (*Verifier, error) {
	url := settings.JWKS
	if url == "" {
		url = strings.TrimSuffix(settings.Issuer, "/") + "/.well-known/jwks.json"
	}
	if err := secure(url); err != nil {
		return nil, err
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}),
		jwt.WithIssuer(settings.Issuer), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway), jwt.WithTimeFunc(c.Now),
	}
	if settings.Audience != "" {
		options = append(options, jwt.WithAudience(settings.Audience))
	}
	return &Verifier{settings: settings, keys: &keySet{url: url, client: client, clock: c}, parser: jwt.NewParser(options...)}, nil
}

type claims struct {
	jwt.RegisteredClaims
	AuthorizedParty string `json:"azp"`
}

// Verify gives the user that a token is about. Its errors say what is wrong with
// the token, and quote nothing of it.
func (v *Verifier) Verify(ctx context.Context, token string) (string, error) {
	if len(token) > maxToken {
		return "", fmt.Errorf("the token has %d bytes, at most %d are read", len(token), maxToken)
	}
	var found claims
	_, err := v.parser.ParseWithClaims(token, &found, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		return v.keys.key(ctx, kid)
	})
	if err != nil {
		return "", reason(err)
	}
	if !slices.Contains(v.settings.Origins, found.AuthorizedParty) {
		return "", errors.New("the token is for another application")
	}
	if found.Subject == "" {
		return "", errors.New("the token names no user")
	}
	return found.Subject, nil
}

// reason says in words of our own what is wrong: the parser's may quote.
func reason(err error) error {
	for _, known := range []struct {
		err   error
		words string
	}{
		{errUnknownKey, errUnknownKey.Error()}, {errNoKeys, errNoKeys.Error()},
		{jwt.ErrTokenExpired, "the token has expired"},
		{jwt.ErrTokenNotValidYet, "the token is not valid yet"}, {jwt.ErrTokenUsedBeforeIssued, "the token is not issued yet"},
		{jwt.ErrTokenInvalidIssuer, "the token has another issuer"}, {jwt.ErrTokenInvalidAudience, "the token has another audience"},
		{jwt.ErrTokenRequiredClaimMissing, "the token lacks a claim"},
		{jwt.ErrTokenSignatureInvalid, "the token's signature or algorithm is wrong"},
		{jwt.ErrTokenMalformed, "the token is none"},
	} {
		if errors.Is(err, known.err) {
			return errors.New(known.words)
		}
	}
	return errors.New("the token cannot be verified")
}
