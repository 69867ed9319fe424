package cloudfront

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// ask gets the whole object from the behaviour's origin, a bucket.
func (s *Service) ask(ctx context.Context, distribution string, c config, b behavior, path string) *entry {
	for _, o := range c.Origins {
		if o.Id != b.TargetOriginId {
			continue
		}
		bucket, _, isBucket := strings.Cut(o.DomainName, ".s3.")
		if !isBucket {
			return denied("the local platform serves buckets only, not "+o.DomainName, http.StatusBadGateway)
		}
		if !s.mayRead(ctx, distribution, o, bucket) {
			return denied("Access Denied", http.StatusForbidden)
		}
		got := s.get(ctx, bucket, value(o.OriginPath)+path, "")
		if got.status == http.StatusNotFound { // CloudFront may not list the bucket
			return denied("Access Denied", http.StatusForbidden)
		}
		return got
	}
	return denied("Access Denied", http.StatusForbidden)
}

// get asks S3 in process.
func (s *Service) get(ctx context.Context, bucket, path, query string) *entry {
	address := url.URL{Scheme: "http", Host: "localhost", Path: "/" + bucket + path, RawQuery: query}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return denied("Access Denied", http.StatusForbidden)
	}
	response, err := wire.Transport{Handler: s.siblings.Objects}.RoundTrip(request)
	if err != nil {
		return denied("The origin did not answer", http.StatusBadGateway)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return denied("The origin did not answer", http.StatusBadGateway)
	}
	return &entry{status: response.StatusCode, header: response.Header, body: body}
}

// denied is an error in S3's words.
func denied(message string, status int) *entry {
	body := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>%s</Message></Error>", message)
	return &entry{status: status, header: http.Header{"Content-Type": {"application/xml"}}, body: []byte(body)}
}

// mayRead tells that the origin signs its requests, by an origin access control, and
// that the bucket's policy lets the distribution read.
func (s *Service) mayRead(ctx context.Context, distribution string, o origin, bucket string) bool {
	control, ok := s.controls.Get(record.Key("", value(o.OriginAccessControlId)))
	if !ok || control.Properties.OriginAccessControlConfig.SigningBehavior == "never" {
		return false
	}
	got := s.get(ctx, bucket, "", "policy")
	var policy struct{ Statement []statement }
	if got.status != http.StatusOK || json.Unmarshal(got.body, &policy) != nil {
		return false
	}
	for _, st := range policy.Statement {
		if st.allows(s.distributionARN(distribution)) {
			return true
		}
	}
	return false
}

// statement is one of a bucket policy, as far as it can let CloudFront in.
type statement struct {
	Effect    string
	Principal json.RawMessage
	Action    json.RawMessage
	Condition map[string]map[string]json.RawMessage
}

// allows tells that CloudFront may get objects, for that distribution. The condition
// names the distribution in either case of letters, as AWS takes it.
func (st statement) allows(distribution string) bool {
	names := func(raw json.RawMessage, one ...string) bool {
		for _, name := range one {
			if bytes.Contains(raw, []byte(`"`+name+`"`)) {
				return true
			}
		}
		return false
	}
	if st.Effect != "Allow" || !names(st.Principal, "cloudfront.amazonaws.com") || !names(st.Action, "s3:GetObject", "s3:*") {
		return false
	}
	for _, conditions := range st.Condition {
		for name, wanted := range conditions {
			if strings.EqualFold(name, "aws:SourceArn") && !names(wanted, distribution) {
				return false
			}
		}
	}
	return true
}
