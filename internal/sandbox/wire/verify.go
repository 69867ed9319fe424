package wire

import (
	"crypto/hmac"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// Verifier checks Signature Version 4, in the Authorization header or presigned.
type Verifier struct {
	// Secret gives the secret access key of an access key id, and false for one
	// that does not exist.
	Secret func(accessKey string) (string, bool)
	// Clock must be the wall, which clients sign by; nil is that.
	Clock clock.Clock

	keys sync.Map // scope and secret to derived key
}

// maxSkew is how far a client's clock may be off (Signature Version 4, "Date handling").
const maxSkew = 15 * time.Minute

const timeLayout = "20060102T150405Z"

// unsigned are the operations that AWS takes without a signature.
var unsigned = []string{"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"}

// signature is what a request says of its own signature.
type signature struct {
	scope         scope
	at            time.Time
	expires       time.Duration // of a presigned request, else 0
	signedHeaders string
	value         string
}

func (v *Verifier) verify(x *exchange) error {
	if x.call.AccessKey == "" {
		if slices.Contains(unsigned, x.call.Operation) {
			return nil
		}
		return x.denial(missingToken)
	}
	s, ok := readSignature(x.request)
	if !ok {
		return x.denial(incomplete)
	}
	secret, known := v.Secret(s.scope.accessKey)
	if !known {
		return x.denial(unknownKey)
	}
	if err := v.checkTime(x, s); err != nil {
		return err
	}
	hash, err := x.payloadHash(s)
	if err != nil {
		return err
	}
	canonical := canonicalRequest(x.request, s, hash)
	if !hmac.Equal([]byte(v.sign(s, secret, canonical)), []byte(s.value)) {
		return x.denial(badSignature)
	}
	return nil
}

func (v *Verifier) sign(s signature, secret, canonical string) string {
	type derived struct {
		scope  scope
		secret string
	}
	key, ok := v.keys.Load(derived{s.scope, secret})
	if !ok {
		key = signingKey(secret, s.scope)
		v.keys.Store(derived{s.scope, secret}, key)
	}
	toSign := strings.Join([]string{
		algorithm, s.at.Format(timeLayout),
		s.scope.date + "/" + s.scope.region + "/" + s.scope.service + "/aws4_request",
		hexHash([]byte(canonical)),
	}, "\n")
	return hex.EncodeToString(mac(key.([]byte), toSign))
}

func (v *Verifier) checkTime(x *exchange, s signature) error {
	now := v.now()
	late := now.Sub(s.at)
	if late < -maxSkew || s.expires == 0 && late > maxSkew {
		return x.skewed(s.at, now)
	}
	if s.expires > 0 && late > s.expires {
		return x.denial(expired)
	}
	return nil
}

func (v *Verifier) now() time.Time {
	if v.Clock == nil {
		return clock.Wall{}.Now()
	}
	return v.Clock.Now()
}

func readSignature(r *http.Request) (signature, bool) {
	s := signature{scope: scopeOf(r)}
	stamp := r.Header.Get("X-Amz-Date")
	if header, ok := strings.CutPrefix(r.Header.Get("Authorization"), algorithm); ok {
		s.signedHeaders, s.value = authorizationPart(header, "SignedHeaders"), authorizationPart(header, "Signature")
	} else {
		query := r.URL.Query()
		s.signedHeaders, s.value, stamp = query.Get("X-Amz-SignedHeaders"), query.Get("X-Amz-Signature"), query.Get("X-Amz-Date")
		seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
		if err != nil || seconds < 1 || seconds > 7*24*3600 {
			return s, false
		}
		s.expires = time.Duration(seconds) * time.Second
	}
	at, err := time.Parse(timeLayout, stamp)
	s.at = at
	hostSigned := slices.Contains(strings.Split(s.signedHeaders, ";"), "host")
	return s, err == nil && s.value != "" && hostSigned && strings.HasPrefix(stamp, s.scope.date)
}

// payloadHash is the hash that was signed, once it is known to be the body's.
func (x *exchange) payloadHash(s signature) (string, error) {
	stated := x.request.Header.Get("X-Amz-Content-Sha256")
	if stated == "" && s.expires > 0 {
		if stated = x.request.URL.Query().Get("X-Amz-Content-Sha256"); stated == "" && s.scope.service == "s3" {
			return "UNSIGNED-PAYLOAD", nil
		}
	}
	if stated == "UNSIGNED-PAYLOAD" || strings.HasPrefix(stated, "STREAMING-") {
		return stated, nil
	}
	if x.packed == nil { // a Raw handler reads the body itself
		x.request.Body = &hashedBody{body: x.request.Body, stated: stated, hash: newHash()}
		if stated == "" {
			stated = hexHash(nil)
		}
		return stated, nil
	}
	actual := hexHash(x.packed)
	if stated != "" && stated != actual {
		return "", x.denial(badSignature)
	}
	return actual, nil
}

func formatLength(n int64) string { return strconv.FormatInt(max(n, 0), 10) }
