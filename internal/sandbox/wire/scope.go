package wire

import (
	"net/http"
	"strings"
)

// scope is who signed a request, and for what: the parts of SigV4's credential.
type scope struct{ accessKey, date, region, service string }

const algorithm = "AWS4-HMAC-SHA256"

// scopeOf reads the credential of the Authorization header or, for a presigned
// request, of the query; the zero scope when there is none.
func scopeOf(r *http.Request) scope {
	credential := ""
	if header, ok := strings.CutPrefix(r.Header.Get("Authorization"), algorithm); ok {
		credential = authorizationPart(header, "Credential")
	} else if strings.Contains(r.URL.RawQuery, "X-Amz-Credential=") {
		credential = r.URL.Query().Get("X-Amz-Credential")
	}
	parts := strings.Split(credential, "/")
	if n := len(parts); n >= 5 {
		return scope{strings.Join(parts[:n-4], "/"), parts[n-4], parts[n-3], parts[n-2]}
	}
	return scope{}
}

// authorizationPart finds "name=value" in the list after the algorithm.
func authorizationPart(header, name string) string {
	for part := range strings.SplitSeq(header, ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(part), name+"="); ok {
			return value
		}
	}
	return ""
}
