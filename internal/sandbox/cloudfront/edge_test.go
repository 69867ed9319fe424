package cloudfront_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/authority"
	"github.com/keyvex/keyvex/internal/sandbox/clocks"
	service "github.com/keyvex/keyvex/internal/sandbox/cloudfront"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// bucket is S3 with one bucket, "b".
type bucket struct {
	mu      sync.Mutex
	policy  string
	objects map[string]string
	asked   int
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.URL.RawQuery == "policy" {
		_, _ = io.WriteString(w, b.policy)
		return
	}
	b.asked++
	body, ok := b.objects[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Etag", `"e-`+body+`"`)
	if strings.Contains(r.URL.Path, "short") {
		w.Header().Set("Cache-Control", "max-age=60")
	}
	_, _ = io.WriteString(w, body)
}

func (b *bucket) put(path, body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.objects[path] = body
}

// world is a distribution on a port of its own.
type world struct {
	*service.Service
	bucket  *bucket
	clock   *clocks.Offset
	ca      *authority.Authority
	id      string
	address string
}

func serve(t *testing.T) *world {
	t.Helper()
	w := &world{bucket: &bucket{objects: map[string]string{"/b/index.html": "index", "/b/a.txt": "0123456789", "/b/tools/x y.js": "tool", "/b/short.txt": "s"}}}
	h := oracle.Host()
	w.clock = clocks.NewOffset(clock.Wall{})
	h.Clock = w.clock
	h.Listen = func(string) (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }
	var err error
	if w.ca, err = authority.Open("", clock.Wall{}); err != nil {
		t.Fatal(err)
	}
	w.Service = service.New(h, service.Siblings{Objects: w.bucket, TLS: w.ca.TLS})
	t.Cleanup(w.Close)
	stack := oracle.NewStack(t, w.Resources())
	access := stack.Create("AWS::CloudFront::OriginAccessControl", "Access", control)
	policy := stack.Create("AWS::CloudFront::ResponseHeadersPolicy", "Headers", headers)
	properties := strings.Replace(fmt.Sprintf(distribution, access.Attributes["Id"], policy.PhysicalID), `"Enabled":true`, `"Enabled":true,"DefaultRootObject":"index.html"`, 1)
	made, err := stack.Try("AWS::CloudFront::Distribution", "Cdn", properties)
	if err != nil {
		t.Fatal(err)
	}
	w.id, w.address = made.PhysicalID, made.Attributes["DomainName"].(string)
	w.bucket.policy = fmt.Sprintf(`{"Statement":[{"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject",
		"Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::123456789012:distribution/%s"}}}]}`, w.id)
	return w
}

func (w *world) get(t *testing.T, method, path string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+w.address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response, string(body)
}

func TestADistributionServesItsBucket(t *testing.T) {
	w := serve(t)
	for _, c := range []struct {
		method, path string
		header       []string
		status       int
		body, cache  string
	}{
		{"GET", "/", nil, 200, "index", "Miss from cloudfront"},
		{"GET", "/", nil, 200, "index", "Hit from cloudfront"},
		{"GET", "/a.txt", nil, 200, "0123456789", "Miss from cloudfront"},
		{"GET", "/a.txt", []string{"Range", "bytes=2-4"}, 206, "234", "Hit from cloudfront"},
		{"GET", "/a.txt", []string{"Range", "bytes=99-"}, 416, "invalid range: failed to overlap\n", "Hit from cloudfront"},
		{"GET", "/a.txt", []string{"If-None-Match", `"e-0123456789"`}, 304, "", "Hit from cloudfront"},
		{"HEAD", "/a.txt", nil, 200, "", "Hit from cloudfront"},
		{"GET", "/tools/x%20y.js", nil, 200, "tool", "Miss from cloudfront"},
		{"GET", "/none", nil, 403, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", "Error from cloudfront"},
		{"PUT", "/a.txt", nil, 403, "This distribution is not configured to allow the HTTP request method that was used for this request.\n", "Error from cloudfront"},
	} {
		response, body := w.get(t, c.method, c.path, c.header...)
		if response.StatusCode != c.status || body != c.body || response.Header.Get("X-Cache") != c.cache {
			t.Errorf("%s %s %v: %d %q %s", c.method, c.path, c.header, response.StatusCode, body, response.Header.Get("X-Cache"))
		}
	}
	response, _ := w.get(t, "GET", "/a.txt", "Origin", "https://a")
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN", "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
		"Access-Control-Allow-Origin": "https://a", "Content-Type": "text/plain",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if response, _ := w.get(t, "GET", "/a.txt", "Origin", "https://other"); response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another origin may read")
	}
	if response, _ := w.get(t, "OPTIONS", "/tools/a", "Origin", "https://a"); response.StatusCode != 200 || response.Header.Get("Access-Control-Allow-Methods") != "GET,HEAD" {
		t.Errorf("preflight: %v", response.Header)
	}
	if response, _ := w.get(t, "GET", "/a.txt", "Host", "evil.example"); response.StatusCode != 421 {
		t.Errorf("a rebound host name gets %d", response.StatusCode)
	}
}

func TestObjectsAreKeptAsLongAsTheyAreFresh(t *testing.T) {
	w := serve(t)
	cache := func(path string) string {
		response, body := w.get(t, "GET", path)
		return body + " " + response.Header.Get("X-Cache")[:3]
	}
	cache("/short.txt")
	w.bucket.put("/b/short.txt", "new")
	if got := cache("/short.txt"); got != "s Hit" {
		t.Errorf("at once: %s", got)
	}
	w.clock.Advance(61 * time.Second)
	if got := cache("/short.txt"); got != "new Mis" {
		t.Errorf("after its minute: %s", got)
	}
	cache("/a.txt")
	w.bucket.put("/b/a.txt", "new")
	w.clock.Advance(23 * time.Hour)
	if got := cache("/a.txt"); got != "0123456789 Hit" {
		t.Errorf("within the policy's day: %s", got)
	}
	client := cloudfront.NewFromConfig(oracle.Config(w.Wire()))
	batch := &types.InvalidationBatch{CallerReference: new("1"), Paths: &types.Paths{Quantity: new(int32(1)), Items: []string{"/a*"}}}
	made, err := client.CreateInvalidation(t.Context(), &cloudfront.CreateInvalidationInput{DistributionId: &w.id, InvalidationBatch: batch})
	if err != nil {
		t.Fatal(err)
	}
	if got := cache("/a.txt"); got != "new Mis" {
		t.Errorf("after its invalidation: %s", got)
	}
	got, err := client.GetInvalidation(t.Context(), &cloudfront.GetInvalidationInput{DistributionId: &w.id, Id: made.Invalidation.Id})
	if err != nil || *got.Invalidation.Status != "Completed" || got.Invalidation.InvalidationBatch.Paths.Items[0] != "/a*" {
		t.Errorf("the invalidation is %+v %v", got, err)
	}
	list, err := client.ListInvalidations(t.Context(), &cloudfront.ListInvalidationsInput{DistributionId: &w.id})
	if err != nil || len(list.InvalidationList.Items) != 1 {
		t.Errorf("the list is %+v %v", list, err)
	}
}

func TestABucketThatDoesNotLetTheDistributionInIsNotServed(t *testing.T) {
	w := serve(t)
	for _, policy := range []string{"", strings.Replace(w.bucket.policy, w.id, "EOTHER", 1), strings.Replace(w.bucket.policy, "Allow", "Deny", 1)} {
		w.bucket.mu.Lock()
		w.bucket.policy = policy
		w.bucket.mu.Unlock()
		w.clock.Advance(time.Minute)
		if response, _ := w.get(t, "GET", "/a.txt"); response.StatusCode != 403 || w.bucket.asked > 0 {
			t.Errorf("%s: %d", policy, response.StatusCode)
		}
	}
}

func TestTheSamePortSpeaksTLS(t *testing.T) {
	w := serve(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(w.ca.CAPEM())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + w.address + "/a.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); string(body) != "0123456789" {
		t.Errorf("got %s", body)
	}
	if response, body := w.get(t, "GET", "/a.txt"); response.StatusCode != 200 || body != "0123456789" {
		t.Errorf("plain HTTP gives %d", response.StatusCode)
	}
	w.Close()
	if _, err := net.Dial("tcp", w.address); err == nil {
		t.Error("the port is open after the end")
	}
}
