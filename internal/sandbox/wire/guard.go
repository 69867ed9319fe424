package wire

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// foreign says why a request is refused for where it comes from or goes to, or "".
//
// The sandbox listens on loopback only; the Host is checked because a web page can
// have its own host name resolve to loopback (DNS rebinding). The Origin is checked
// because a browser sends simple requests and opens WebSockets for any page. Whoever
// signs has the key, and may be a page of this machine. Without a signature only
// pages of the web application count: those of the default origins, and those that
// the APIs and buckets name themselves. A page of another local port is none.
func (r *Router) foreign(request *http.Request) string {
	if !isLoopback(request.Host) {
		return "this is the local platform of keyvex, not " + request.Host
	}
	origin := request.Header.Get("Origin")
	if origin == "" || slices.Contains(DefaultOrigins(), origin) {
		return ""
	}
	if u, err := url.Parse(origin); err == nil && isLoopback(u.Host) && scopeOf(request).accessKey != "" {
		return ""
	}
	if r.Origins != nil && slices.Contains(r.Origins(), origin) {
		return ""
	}
	return "the local platform of keyvex answers no pages of " + origin
}

// DefaultOrigins are those of a Next.js application that is being developed.
func DefaultOrigins() []string { return []string{"http://localhost:3000", "http://127.0.0.1:3000"} }

// streamPrefix is what SDKs put before the host name for StartLiveTail. No page can
// have a name of its own that becomes a loopback one without it.
const streamPrefix = "stream-"

// isLoopback accepts localhost, names below it, and loopback addresses, with any
// port.
func isLoopback(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
	name = strings.TrimPrefix(name, streamPrefix)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
