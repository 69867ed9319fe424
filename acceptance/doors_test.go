package acceptance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/coder/websocket"
)

// whoami is a call that only the holder of the key may make.
func whoami(t *testing.T, endpoint string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(whoamiBody))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

const whoamiBody = "Action=GetCallerIdentity&Version=2011-06-15"

// signed signs a call at a time.
func signed(t *testing.T, r *http.Request, key aws.Credentials, when time.Time) *http.Request {
	t.Helper()
	sum := sha256.Sum256([]byte(whoamiBody))
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), "sts", "us-east-1", when); err != nil {
		t.Fatal(err)
	}
	return r
}

func answered(t *testing.T, r *http.Request) (status int, body string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(content)
}

// No other user of the machine has the key, and no request without it is answered.
func TestOnlyTheHolderOfTheKeyIsAnswered(t *testing.T) {
	h := quick(t)
	config := h.aws()
	endpoint := *config.BaseEndpoint
	key, err := config.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := key
	other.SecretAccessKey = strings.Repeat("x", 40)
	stranger := key
	stranger.AccessKeyID = "AKIAIOSFODNN7EXAMPLE"
	changed := signed(t, whoami(t, endpoint), key, time.Now())
	changed.Body, changed.ContentLength = io.NopCloser(strings.NewReader("Action=GetSessionToken&Version=2011-06-15")), int64(len("Action=GetSessionToken&Version=2011-06-15"))
	rebound := signed(t, whoami(t, endpoint), key, time.Now())
	rebound.Host = "evil.example:4599"
	foreign := signed(t, whoami(t, endpoint), key, time.Now())
	foreign.Header.Set("Origin", "https://evil.example")
	for _, c := range []struct {
		name    string
		request *http.Request
		status  int
		says    string
	}{
		{"signed", signed(t, whoami(t, endpoint), key, time.Now()), 200, "<Account>000000000000</Account>"},
		{"unsigned", whoami(t, endpoint), 403, "MissingAuthenticationToken"},
		{"with another secret", signed(t, whoami(t, endpoint), other, time.Now()), 403, "SignatureDoesNotMatch"},
		{"with a key of elsewhere", signed(t, whoami(t, endpoint), stranger, time.Now()), 403, "InvalidClientTokenId"},
		{"signed an hour ago", signed(t, whoami(t, endpoint), key, time.Now().Add(-time.Hour)), 403, "SignatureDoesNotMatch"},
		{"with another body", changed, 403, "SignatureDoesNotMatch"},
		{"to another host", rebound, 403, "not evil.example"},
		{"of another page", foreign, 403, "answers no pages"},
	} {
		if status, body := answered(t, c.request); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
}

func TestPagesOfElsewhereReachNoDoor(t *testing.T) {
	a := newApplication(t)
	client := s3.NewPresignClient(s3.NewFromConfig(a.home.aws(), pathStyle))
	upload, err := client.PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(a.vars["S3_USER_UPLOADS_BUCKET"]), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	for _, door := range []struct {
		name, method, address string
		// signed doors open for other pages of this machine: they were given the key's
		// signature.
		signed bool
	}{
		{"REST", http.MethodPost, a.vars["REST_API_ENDPOINT"] + "/v1/leads", false},
		{"REST's preflight", http.MethodOptions, a.vars["REST_API_ENDPOINT"] + "/v1/leads", false},
		{"a presigned upload", http.MethodPut, upload.URL, true},
		{"a provider", http.MethodGet, a.vars["AWS_ENDPOINT_URL"] + "/_aws/providers/clerk/.well-known/jwks.json", false},
		{"the platform itself", http.MethodGet, a.vars["AWS_ENDPOINT_URL"] + "/", false},
	} {
		for _, origin := range []string{"https://evil.example", "http://localhost:8080", "null", "http://localhost:3000.evil.example"} {
			if door.signed && origin == "http://localhost:8080" {
				continue
			}
			r, err := http.NewRequestWithContext(t.Context(), door.method, door.address, bytes.NewReader(nil))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Origin", origin)
			if status, body := answered(t, r); status != http.StatusForbidden || !strings.Contains(body, "answers no pages") {
				t.Errorf("%s for %s: %d %s", door.name, origin, status, body)
			}
		}
		r, err := http.NewRequestWithContext(t.Context(), door.method, door.address, bytes.NewReader(nil))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "evil.example"
		if status, body := answered(t, r); status != http.StatusForbidden || !strings.Contains(body, "not evil.example") {
			t.Errorf("%s by a rebound name: %d %s", door.name, status, body)
		}
	}
	for origin, opens := range map[string]bool{"https://evil.example": false, "http://localhost:8080": false, page: true} {
		if got := opened(t, a.vars["WEBSOCKET_API_ENDPOINT"], origin); got != opens {
			t.Errorf("the socket opens for %s: %v", origin, got)
		}
	}
}

// opened reports whether a page of that origin gets a socket; who does not gets 403.
func opened(t *testing.T, address, origin string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	socket, response, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}}})
	if err == nil {
		_ = socket.CloseNow()
		return true
	}
	if response == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("%s: %v", origin, err)
	}
	return false
}

// Every port, the functions' and the caches' too, is this machine's alone, and the
// folder with the key its user's alone.
func TestEveryPortIsLoopbackAndEveryFileItsUsersAlone(t *testing.T) {
	a := newApplication(t)
	state := filepath.Join(a.home.dir, "keyvex", "state")
	if info, err := os.Stat(state); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v %v", info.Mode(), err)
	}
	if info, err := os.Stat(filepath.Join(state, "identity.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info.Mode(), err)
	}
	endpoint, err := url.Parse(a.vars["AWS_ENDPOINT_URL"])
	if err != nil {
		t.Fatal(err)
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, port := range []string{endpoint.Port(), a.vars["REDIS_PORT"], a.vars["CLOUDFRONT_DOMAIN"][strings.LastIndex(a.vars["CLOUDFRONT_DOMAIN"], ":")+1:]} {
		for _, address := range addresses {
			network, ok := address.(*net.IPNet)
			if !ok || network.IP.IsLoopback() || network.IP.IsLinkLocalUnicast() {
				continue
			}
			tried++
			if socket, err := net.DialTimeout("tcp", net.JoinHostPort(network.IP.String(), port), time.Second); err == nil {
				_ = socket.Close()
				t.Errorf("port %s answers at %s", port, network.IP)
			}
		}
	}
	if tried == 0 {
		t.Log("this machine has no address but its loopback ones")
	}
}
