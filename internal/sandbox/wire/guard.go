package wire

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// foreign says why a request is refused for where it comes from or goes to, or "".
// The sandbox listens on loopback only; the names are checked because a web page
// can have its own host name resolve to loopback (DNS rebinding).
func foreign(r *http.Request) string {
	if !isLoopback(r.Host) {
		return "this is the local platform of keyvex, not " + r.Host
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return ""
	}
	if u, err := url.Parse(origin); err != nil || !isLoopback(u.Host) {
		return "the local platform of keyvex answers no pages of " + origin
	}
	return ""
}

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
