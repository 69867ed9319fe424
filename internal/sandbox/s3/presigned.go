package s3

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what Signature Version 2 is made of
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// ServePresigned serves a URL presigned with Signature Version 2, which S3 still
// takes in its older regions and which `aws s3 presign` and boto3 still make. It
// reports false for any other request. Secret finds the secret of an access key.
func (s *Service) ServePresigned(w http.ResponseWriter, r *http.Request, secret func(string) (string, bool)) bool {
	query := r.URL.Query()
	key := query.Get("AWSAccessKeyId")
	if key == "" || !query.Has("Signature") {
		return false
	}
	expires, err := strconv.ParseInt(query.Get("Expires"), 10, 64)
	known, ok := secret(key)
	mac := hmac.New(sha1.New, []byte(known))
	mac.Write([]byte(stringToSign(pathStyle(r))))
	wanted := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	switch {
	case !ok:
		writeError(w, r, failure("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", http.StatusForbidden))
	case err != nil || time.Unix(expires, 0).Before(clock.Wall{}.Now()):
		writeError(w, r, failure("AccessDenied", "Request has expired", http.StatusForbidden))
	case !hmac.Equal([]byte(wanted), []byte(query.Get("Signature"))):
		writeError(w, r, failure("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. "+
			"Check your key and signing method.", http.StatusForbidden))
	default:
		for _, name := range []string{"AWSAccessKeyId", "Signature", "Expires"} {
			query.Del(name)
		}
		r.URL.RawQuery = query.Encode()
		s.ServeHTTP(w, r)
	}
	return true
}

// stringToSign is what such a URL's signature is over ("Signing and authenticating
// REST requests (AWS signature version 2)").
func stringToSign(r *http.Request) string {
	var b strings.Builder
	for _, line := range []string{r.Method, r.Header.Get("Content-MD5"), r.Header.Get("Content-Type"), r.URL.Query().Get("Expires")} {
		b.WriteString(line + "\n")
	}
	var names []string
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Amz-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(strings.ToLower(name) + ":" + strings.Join(r.Header[name], ",") + "\n")
	}
	b.WriteString(r.URL.EscapedPath())
	b.WriteString(signedQuery(r))
	return b.String()
}

// signedQuery are the parameters that the signature covers.
func signedQuery(r *http.Request) string {
	var parts []string
	for name, values := range r.URL.Query() {
		if !slices.Contains(signedParameters, name) && !strings.HasPrefix(name, "response-") {
			continue
		}
		if values[0] != "" {
			name += "=" + values[0]
		}
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return ""
	}
	slices.Sort(parts)
	return "?" + strings.Join(parts, "&")
}

var signedParameters = []string{
	"acl", "cors", "delete", "lifecycle", "location", "logging", "notification", "partNumber", "policy", "requestPayment",
	"tagging", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
}
