package cloudfront

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// ServeHTTP answers a viewer from the cache or the origin. A viewer protocol policy
// that redirects to HTTPS is not applied: plain HTTP is what tools on this machine
// can do without trusting a certificate.
func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := e.service
	d, ok := s.distributions.Get(record.Key("", e.id))
	c := d.Properties.DistributionConfig
	w.Header().Set("Via", "1.1 "+e.address+" (CloudFront)")
	w.Header().Set("X-Amz-Cf-Id", s.host.ID(host.MixedID, 54)+"==")
	w.Header().Set("X-Amz-Cf-Pop", "LOCAL1-C1")
	b := c.behaviorOf(r.URL.Path)
	switch {
	case !local(r):
		http.Error(w, "this is the local platform of keyvex, not "+r.Host, http.StatusMisdirectedRequest)
		return
	case !ok || c.Enabled == nil || !*c.Enabled || !slices.Contains(methods(b).Items, types.Method(r.Method)):
		e.refuse(w, "This distribution is not configured to allow the HTTP request method that was used for this request.")
		return
	}
	s.addHeaders(w.Header(), value(b.ResponseHeadersPolicyId), r.Header.Get("Origin"), r.Method == http.MethodOptions)
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusOK)
		return
	}
	got, hit := e.fetch(r, c, b)
	e.answer(w, r, got, hit)
}

func (e *edge) refuse(w http.ResponseWriter, why string) {
	w.Header().Set("X-Cache", "Error from cloudfront")
	http.Error(w, why, http.StatusForbidden)
}

// behaviorOf is the first whose path pattern fits, or the default.
func (c config) behaviorOf(path string) behavior {
	for _, b := range c.CacheBehaviors {
		if matches(strings.TrimPrefix(value(b.PathPattern), "/"), strings.TrimPrefix(path, "/")) {
			return b
		}
	}
	return c.DefaultCacheBehavior
}

// matches compares with a pattern in which "*" is any run of characters, slashes
// too, and "?" any one.
func matches(pattern, path string) bool {
	for i := range len(pattern) {
		switch {
		case pattern[i] == '*':
			for j := range len(path) - i + 1 {
				if matches(pattern[i+1:], path[i+j:]) {
					return true
				}
			}
			return false
		case i >= len(path) || pattern[i] != '?' && pattern[i] != path[i]:
			return false
		}
	}
	return len(pattern) == len(path)
}

// fetch gives the whole object, from the cache if it is there.
func (e *edge) fetch(r *http.Request, c config, b behavior) (got *entry, hit bool) {
	path := r.URL.Path
	if path == "/" && value(c.DefaultRootObject) != "" {
		path = "/" + strings.TrimPrefix(*c.DefaultRootObject, "/")
	}
	now := e.service.host.Clock.Now()
	e.mu.Lock()
	got, hit = e.cache.get(path, now)
	e.mu.Unlock()
	if hit {
		return got, true
	}
	got = e.service.ask(r.Context(), e.id, c, b, path)
	got.stored, got.expires = now, now.Add(e.service.ttlsOf(b).lifetime(got.status, got.header))
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cache.put(path, got)
	return got, false
}

// objectHeaders are those of an origin's answer that viewers see.
var objectHeaders = []string{
	"Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Etag", "Last-Modified", "Expires",
	"X-Amz-Server-Side-Encryption", "X-Amz-Version-Id", "X-Amz-Request-Id",
}

// answer sends what is asked of the object: the whole, a range, or that it has not
// changed.
func (e *edge) answer(w http.ResponseWriter, r *http.Request, got *entry, hit bool) {
	for _, name := range objectHeaders {
		if v := got.header.Values(name); len(v) > 0 {
			w.Header()[name] = v
		}
	}
	for name, v := range got.header {
		if strings.HasPrefix(name, "X-Amz-Meta-") {
			w.Header()[name] = v
		}
	}
	w.Header().Set("X-Cache", "Miss from cloudfront")
	if hit {
		age := e.service.host.Clock.Now().Sub(got.stored)
		w.Header().Set("X-Cache", "Hit from cloudfront")
		w.Header().Set("Age", strconv.Itoa(int(age/time.Second)))
	}
	counted := &countingWriter{ResponseWriter: w}
	if got.status == http.StatusOK {
		modified, _ := http.ParseTime(got.header.Get("Last-Modified"))
		http.ServeContent(counted, r, "", modified, bytes.NewReader(got.body))
	} else {
		w.Header().Set("X-Cache", "Error from cloudfront")
		w.Header().Set("Content-Length", strconv.Itoa(len(got.body)))
		counted.WriteHeader(got.status)
		if r.Method != http.MethodHead {
			_, _ = counted.Write(got.body) // a viewer that has left misses nothing
		}
	}
	e.measure(counted)
}

// countingWriter notes what a viewer got.
type countingWriter struct {
	http.ResponseWriter
	status, bytes int
}

func (w *countingWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}

// measure publishes CloudFront's default metrics.
func (e *edge) measure(w *countingWriter) {
	dimensions := []host.Dimension{{Name: "DistributionId", Value: e.id}, {Name: "Region", Value: "Global"}}
	percent := func(is bool) float64 {
		if is {
			return 100
		}
		return 0
	}
	for _, d := range []host.Datum{
		{Name: "Requests", Value: 1, Unit: "None"},
		{Name: "BytesDownloaded", Value: float64(w.bytes), Unit: "None"},
		{Name: "4xxErrorRate", Value: percent(w.status >= 400 && w.status < 500), Unit: "Percent"},
		{Name: "5xxErrorRate", Value: percent(w.status >= 500), Unit: "Percent"},
		{Name: "TotalErrorRate", Value: percent(w.status >= 400), Unit: "Percent"},
	} {
		d.Namespace, d.Dimensions = "AWS/CloudFront", dimensions
		e.service.host.Measure(d)
	}
}
