package s3

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http/httptest"
	"testing"
)

// The example of a query string request in Amazon's "Signing and authenticating
// REST requests (AWS signature version 2)".
func TestTheDocumentedExampleOfAPresignedURL(t *testing.T) {
	r := httptest.NewRequest("GET", "/johnsmith/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620", nil)
	mac := hmac.New(sha1.New, []byte("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
	mac.Write([]byte(stringToSign(r)))
	if got := base64.StdEncoding.EncodeToString(mac.Sum(nil)); got != r.URL.Query().Get("Signature") {
		t.Errorf("%q gives %s", stringToSign(r), got)
	}
}
