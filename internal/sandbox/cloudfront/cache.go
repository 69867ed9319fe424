package cloudfront

import (
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// entry is an origin's answer.
type entry struct {
	status          int
	header          http.Header
	body            []byte
	stored, expires time.Time
}

// cache keeps answers until they expire or there are too many bytes of them.
type cache struct {
	entries map[string]*entry
	bytes   int
}

// What the cache holds at most, and of one object.
const (
	maxCache  = 64 << 20
	maxObject = 8 << 20
)

func (c *cache) get(key string, now time.Time) (*entry, bool) {
	e, ok := c.entries[key]
	if ok && now.Before(e.expires) {
		return e, true
	}
	c.drop(key)
	return nil, false
}

func (c *cache) put(key string, e *entry) {
	c.drop(key)
	if len(e.body) > maxObject || !e.expires.After(e.stored) {
		return
	}
	for other := range c.entries {
		if c.bytes+len(e.body) <= maxCache {
			break
		}
		c.drop(other)
	}
	c.entries[key] = e
	c.bytes += len(e.body)
}

func (c *cache) drop(key string) {
	if e, ok := c.entries[key]; ok {
		delete(c.entries, key)
		c.bytes -= len(e.body)
	}
}

// invalidate drops what a path of an invalidation names: one object, or with "*" at
// its end all that begin so.
func (c *cache) invalidate(pattern string) {
	prefix, wild := strings.CutSuffix(path.Join("/", pattern), "*")
	for key := range c.entries {
		if key == prefix || wild && strings.HasPrefix(key, prefix) {
			c.drop(key)
		}
	}
}

// ttls are a cache policy's, in seconds.
type ttls struct{ least, usual, most int64 }

// errorTTL is how long CloudFront keeps an error that it is told nothing about.
const errorTTL = 10 * time.Second

// lifetime is how long an answer is kept: as its Cache-Control says, within the
// policy's bounds (CloudFront Developer Guide, "Manage how long content stays in the
// cache").
func (t ttls) lifetime(status int, header http.Header) time.Duration {
	if status >= http.StatusBadRequest {
		return errorTTL
	}
	seconds := t.usual
	for directive := range strings.SplitSeq(strings.ToLower(header.Get("Cache-Control")), ",") {
		name, v, _ := strings.Cut(strings.TrimSpace(directive), "=")
		n, err := strconv.ParseInt(v, 10, 64)
		switch {
		case name == "no-store" || name == "no-cache" || name == "private":
			return time.Duration(t.least) * time.Second
		case name == "s-maxage" && err == nil:
			return time.Duration(min(max(n, t.least), t.most)) * time.Second
		case name == "max-age" && err == nil:
			seconds = n
		}
	}
	return time.Duration(min(max(seconds, t.least), t.most)) * time.Second
}

// ttlsOf are those of the behaviour's cache policy, an own or a managed one.
func (s *Service) ttlsOf(b behavior) ttls {
	const day, year = 24 * 3600, 365 * 24 * 3600
	id := value(b.CachePolicyId)
	if own, ok := s.caches.Get("/" + id); ok {
		c := own.Properties.CachePolicyConfig
		return ttls{*c.MinTTL, *c.DefaultTTL, *c.MaxTTL}
	}
	if managedCaches[id] == "Managed-CachingDisabled" {
		return ttls{}
	}
	return ttls{1, day, year}
}
