package wire_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

var keys = aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}

// reader stands for a service with a handler of its own, which reads the body.
func reader() *wire.Service {
	return &wire.Service{Name: "s3", Protocols: []wire.Protocol{wire.RESTXML}, Raw: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})}
}

func signable() *wire.Router {
	queue := &wire.Service{Name: "sqs", Protocols: []wire.Protocol{wire.JSON10}, TargetPrefix: "AmazonSQS"}
	wire.Handle(queue, func(context.Context, *sqs.ListQueuesInput) (*sqs.ListQueuesOutput, error) {
		return &sqs.ListQueuesOutput{}, nil
	})
	tokens := &wire.Service{Name: "sts", Protocols: []wire.Protocol{wire.Query}, Version: "2011-06-15"}
	wire.Handle(tokens, func(context.Context, *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		return &sts.GetCallerIdentityOutput{}, nil
	})
	wire.Handle(tokens, func(context.Context, *sts.AssumeRoleWithWebIdentityInput) (*sts.AssumeRoleWithWebIdentityOutput, error) {
		return &sts.AssumeRoleWithWebIdentityOutput{}, nil
	})
	r := &wire.Router{Verifier: &wire.Verifier{Secret: func(key string) (string, bool) { return secretKey, key == accessKey }}}
	r.Add(queue, tokens, reader())
	return r
}

func jsonRequest(body string) *http.Request {
	r := httptest.NewRequest("POST", "http://localhost:4599/?b=2&a=%20x&a=1+1&flag", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AmazonSQS.ListQueues")
	r.Header.Set("X-Amz-Meta", "  two   spaces ")
	return r
}

func queryRequest(body string) *http.Request {
	r := httptest.NewRequest("POST", "http://127.0.0.1/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

func sha(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// sign uses the SDK's signer, which is the other party of these tests.
func sign(t testing.TB, r *http.Request, c aws.Credentials, service, hash string, at time.Time) *http.Request {
	t.Helper()
	err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" }).
		SignHTTP(t.Context(), c, r, hash, service, "eu-west-1", at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func answer(h http.Handler, r *http.Request) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestSignaturesOfTheSDKsSignerAreAccepted(t *testing.T) {
	router, now := signable(), time.Now()
	who := "Action=GetCallerIdentity&Version=2011-06-15"
	odd := httptest.NewRequest("PUT", "http://localhost/bucket/a%20b/%C3%A9+(1)~", strings.NewReader("content"))
	odd.Header.Set("X-Amz-Content-Sha256", sha("content"))
	unsigned := httptest.NewRequest("PUT", "http://localhost/bucket/x", strings.NewReader("content"))
	unsigned.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	for name, r := range map[string]*http.Request{
		"json":             sign(t, jsonRequest("{}"), keys, "sqs", sha("{}"), now),
		"query":            sign(t, queryRequest(who), keys, "sts", sha(who), now),
		"14 minutes off":   sign(t, jsonRequest("{}"), keys, "sqs", sha("{}"), now.Add(-14*time.Minute)),
		"s3":               sign(t, odd, keys, "s3", sha("content"), now),
		"unsigned payload": sign(t, unsigned, keys, "s3", "UNSIGNED-PAYLOAD", now),
		"web identity":     queryRequest("Action=AssumeRoleWithWebIdentity&Version=2011-06-15"),
	} {
		if status, body := answer(router, r); status != http.StatusOK {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestPresignedRequestsHoldUntilTheyExpire(t *testing.T) {
	router := signable()
	presign := func(at time.Time) *http.Request {
		r := httptest.NewRequest("GET", "http://localhost/bucket/a%20b?X-Amz-Expires=60&response-content-type=a%2Fb", nil)
		signed, _, err := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).
			PresignHTTP(t.Context(), keys, r, "UNSIGNED-PAYLOAD", "s3", "eu-west-1", at)
		if err != nil {
			t.Fatal(err)
		}
		return httptest.NewRequest("GET", signed, nil)
	}
	if status, body := answer(router, presign(time.Now().Add(-50*time.Second))); status != http.StatusOK {
		t.Errorf("within its time: %d %s", status, body)
	}
	if status, body := answer(router, presign(time.Now().Add(-70*time.Second))); status != http.StatusForbidden || !strings.Contains(body, "AccessDenied") {
		t.Errorf("after its time: %d %s", status, body)
	}
	changed := presign(time.Now())
	changed.URL.Path = "/bucket/other"
	changed.URL.RawPath = ""
	if status, body := answer(router, changed); status != http.StatusForbidden || !strings.Contains(body, "SignatureDoesNotMatch") {
		t.Errorf("for another key: %d %s", status, body)
	}
}

func TestBadSignaturesAreRefusedInTheServicesWords(t *testing.T) {
	router, now := signable(), time.Now()
	who := "Action=GetCallerIdentity&Version=2011-06-15"
	stranger := aws.Credentials{AccessKeyID: "AKIASTRANGER", SecretAccessKey: secretKey}
	thief := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: "another"}
	swapped := sign(t, jsonRequest("{}"), keys, "sqs", sha("{}"), now)
	swapped.Body = io.NopCloser(strings.NewReader(`{"MaxResults":1}`))
	header := sign(t, jsonRequest("{}"), keys, "sqs", sha("{}"), now)
	header.Header.Set("X-Amz-Meta", "changed")
	stream := httptest.NewRequest("PUT", "http://localhost/bucket/x", strings.NewReader("another"))
	stream.Header.Set("X-Amz-Content-Sha256", sha("content"))
	half := jsonRequest("{}")
	half.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+accessKey+"/20261122/eu-west-1/sqs/aws4_request")
	for _, c := range []struct {
		name   string
		r      *http.Request
		status int
		code   string
	}{
		{"unknown key, json", sign(t, jsonRequest("{}"), stranger, "sqs", sha("{}"), now), 400, "UnrecognizedClientException"},
		{"unknown key, query", sign(t, queryRequest(who), stranger, "sts", sha(who), now), 403, "InvalidClientTokenId"},
		{"unknown key, s3", sign(t, httptest.NewRequest("GET", "http://localhost/b", nil), stranger, "s3", sha(""), now), 403, "InvalidAccessKeyId"},
		{"wrong secret, json", sign(t, jsonRequest("{}"), thief, "sqs", sha("{}"), now), 400, "InvalidSignatureException"},
		{"wrong secret, query", sign(t, queryRequest(who), thief, "sts", sha(who), now), 403, "SignatureDoesNotMatch"},
		{"another body", swapped, 400, "InvalidSignatureException"},
		{"another header", header, 400, "InvalidSignatureException"},
		{"another body, streamed", sign(t, stream, keys, "s3", sha("content"), now), 400, "SHA-256"},
		{"old", sign(t, jsonRequest("{}"), keys, "sqs", sha("{}"), now.Add(-16*time.Minute)), 400, "Signature expired"},
		{"early", sign(t, jsonRequest("{}"), keys, "sqs", sha("{}"), now.Add(16*time.Minute)), 400, "not yet current"},
		{"unsigned, json", jsonRequest("{}"), 400, "MissingAuthenticationTokenException"},
		{"unsigned, query", queryRequest(who), 403, "MissingAuthenticationToken"},
		{"incomplete", half, 400, "IncompleteSignatureException"},
		{"nothing at all", httptest.NewRequest("GET", "http://localhost/", nil), 403, "MissingAuthenticationToken"},
	} {
		status, body := answer(router, c.r)
		if status != c.status || !strings.Contains(body, c.code) {
			t.Errorf("%s: %d %s, expected %d %s", c.name, status, body, c.status, c.code)
		}
	}
}

func TestForeignHostsAndOriginsAreRefused(t *testing.T) {
	router := &wire.Router{Fallback: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })}
	for _, c := range []struct {
		host, origin string
		status       int
	}{
		{"localhost:4599", "", 418}, {"127.0.0.1", "", 418}, {"[::1]:80", "", 418}, {"bucket.localhost:4599", "", 418},
		{"localhost", "http://localhost:3000", 418}, {"127.8.9.1:1", "", 418}, {"127.8.9.1:1", "https://127.0.0.1", 403},
		{"evil.example", "", 403}, {"localhost.evil.example:4599", "", 403}, {"10.0.0.1:4599", "", 403}, {"", "", 403},
		{"localhost", "https://evil.example", 403}, {"localhost", "null", 403}, {"localhost", "http://localhost.evil.example", 403},
	} {
		r := httptest.NewRequest("GET", "http://localhost/", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if status, _ := answer(router, r); status != c.status {
			t.Errorf("host %q, origin %q: %d", c.host, c.origin, status)
		}
	}
}

func FuzzVerifierRefusesWhatIsNotSigned(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential="+accessKey+"/20261122/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=00", "20261122T200000Z", "")
	f.Add("AWS4-HMAC-SHA256 Credential=////, SignedHeaders=;, Signature=", "", "X-Amz-Credential=a%2Fb%2Fc%2Fsqs%2Fd")
	router := signable()
	f.Fuzz(func(t *testing.T, authorization, date, query string) {
		r := jsonRequest("{}")
		r.Body = io.NopCloser(bytes.NewReader([]byte("{}")))
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Amz-Date", date)
		r.URL.RawQuery = query
		if status, body := answer(router, r); status < 400 {
			t.Errorf("accepted: %s", body)
		}
	})
}
