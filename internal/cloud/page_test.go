package cloud_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/problem"
)

// pages answers everything with a page of its own, and counts how often.
func pages(t *testing.T, status int, kind string) (*cloud.Session, *atomic.Int64) {
	asked := &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html><h1>a proxy's page</h1></html>"))
	}))
	t.Cleanup(server.Close)
	withKeys(t, server.URL)
	session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
	if err != nil {
		t.Fatal(err)
	}
	return session, asked
}

// A proxy in front of a server that is away is asked again, but not as often as a
// server that throttles.
func TestAPageInPlaceOfAnAnswerIsAskedForThreeTimes(t *testing.T) {
	session, asked := pages(t, http.StatusBadGateway, "text/html; charset=utf-8")
	_, err := session.Identity(t.Context())
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || !strings.Contains(p.Message, "STS GetCallerIdentity failed: the server answered 502 Bad Gateway, and nothing that can be read") || !strings.Contains(p.Hint, "AWS_ENDPOINT_URL") {
		t.Errorf("got %v (%+v)", err, p)
	}
	if asked.Load() != 3 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// S3's client makes an error's code of the status where the answer has none.
func TestAnAnswerOfS3WithoutAnErrorIsNoErrorOfS3(t *testing.T) {
	bucket := "b"
	create := func(ctx context.Context, c *s3.Client) error {
		_, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket})
		return err
	}
	head := func(ctx context.Context, c *s3.Client) error {
		_, err := c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
		return err
	}
	for name, c := range map[string]struct {
		status int
		call   func(context.Context, *s3.Client) error
		says   string
		code   string
		kind   problem.Kind
	}{
		"a page for a 404":                      {404, create, "S3 CreateBucket failed: the server answered 404 Not Found, and nothing that can be read", "", problem.Failed},
		"a page for a 501":                      {501, create, "S3 CreateBucket failed: the server answered 501 Not Implemented, and nothing that can be read", "", problem.Failed},
		"no body, as always":                    {404, head, "S3 HeadBucket: NotFound", "NotFound", problem.NotFound},
		"no body for what S3 does not answer":   {501, head, "S3 HeadBucket failed: the server answered 501 Not Implemented, and nothing that can be read", "", problem.Failed},
		"no body for a proxy that finds nobody": {502, head, "S3 HeadBucket failed: the server answered 502 Bad Gateway, and nothing that can be read", "", problem.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			session, _ := pages(t, c.status, "text/html")
			err := c.call(t.Context(), session.S3())
			p, ok := errors.AsType[*problem.Error](err)
			if !ok || !strings.Contains(p.Message, c.says) || p.Kind != c.kind || cloud.Code(err) != c.code {
				t.Errorf("got %v, code %q", err, cloud.Code(err))
			}
			if c.kind == problem.Failed && !strings.Contains(p.Hint, "AWS_ENDPOINT_URL") {
				t.Errorf("hint %q", p.Hint)
			}
		})
	}
}
