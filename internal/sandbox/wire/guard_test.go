package wire_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// No page of elsewhere and no rebound host name gets in; the application's own pages
// do, and so does who has the key.
func TestOnlyTheApplicationsPagesGetInUnsigned(t *testing.T) {
	router := &wire.Router{
		Fallback: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
		Origins:  func() []string { return []string{"https://app.example.com"} },
	}
	const signed = "AWS4-HMAC-SHA256 Credential=AKIA/20261122/us-east-1/none/aws4_request, SignedHeaders=host, Signature=x"
	for _, c := range []struct {
		name, host, origin, authorization string
		want                              int
	}{
		{"no browser", "127.0.0.1:4599", "", "", 204},
		{"the application", "127.0.0.1:4599", "http://localhost:3000", "", 204},
		{"the application by number", "localhost:4599", "http://127.0.0.1:3000", "", 204},
		{"an origin that an API names", "127.0.0.1:4599", "https://app.example.com", "", 204},
		{"another page", "127.0.0.1:4599", "https://evil.example", "", 403},
		{"the application's name with another scheme", "127.0.0.1:4599", "https://localhost:3000", "", 403},
		{"a page of another local port", "127.0.0.1:4599", "http://localhost:8080", "", 403},
		{"the platform's own origin", "127.0.0.1:4599", "http://127.0.0.1:4599", "", 403},
		{"a page in a sandboxed frame", "127.0.0.1:4599", "null", "", 403},
		{"a name below the application's", "127.0.0.1:4599", "http://localhost:3000.evil.example", "", 403},
		{"a rebound host name", "evil.example:4599", "", "", 403},
		{"a rebound host name of the application's page", "evil.example:4599", "http://localhost:3000", "", 403},
		{"a signed call of a local page", "127.0.0.1:4599", "http://localhost:8080", signed, 404},
		{"a signed call of another page", "127.0.0.1:4599", "https://evil.example", signed, 403},
	} {
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			request := httptest.NewRequest(method, "http://127.0.0.1:4599/_aws/execute-api/a/dev", nil)
			request.Host = c.host
			if c.origin != "" {
				request.Header.Set("Origin", c.origin)
			}
			if c.authorization != "" {
				request.Header.Set("Authorization", c.authorization)
			}
			recorder := httptest.NewRecorder()
			router.ServeHTTP(recorder, request)
			if recorder.Code != c.want {
				t.Errorf("%s: %s gives %d, not %d", c.name, method, recorder.Code, c.want)
			}
		}
	}
}
