package cloud_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/problem"
)

// asked is what a server was asked.
type asked struct {
	mu      sync.Mutex
	actions []string
	headers []http.Header
}

func (a *asked) last() (action string, header http.Header) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.actions) == 0 {
		return "", http.Header{}
	}
	return a.actions[len(a.actions)-1], a.headers[len(a.headers)-1]
}

// ServeHTTP is STS, CloudFormation and Parameter Store of account 731900001188.
func (a *asked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	action := form.Get("Action") + r.Header.Get("X-Amz-Target")
	a.mu.Lock()
	a.actions, a.headers = append(a.actions, action), append(a.headers, r.Header)
	a.mu.Unlock()
	switch action {
	case "AssumeRole":
		fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token of %s</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
			form.Get("RoleArn"), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	case "GetCallerIdentity":
		fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::731900001188:user/u</Arn><Account>731900001188</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	case "AmazonSSM.GetParameters":
		fmt.Fprint(w, `{"Parameters":[]}`)
	case "DescribeStacks":
		fmt.Fprint(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>`)
	default:
		fmt.Fprintf(w, `<%[1]sResponse><%[1]sResult/></%[1]sResponse>`, action)
	}
}

func serve(t *testing.T) (endpoint string, a *asked) {
	a = &asked{}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return server.URL, a
}

// configure writes the AWS configuration file and gives its path.
func configure(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", path)
	return path
}

func open(t *testing.T, o cloud.Options) *cloud.Session {
	t.Helper()
	o.Environment = environment(t, "staging")
	session, err := cloud.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func describe(t *testing.T, s *cloud.Session) error {
	t.Helper()
	_, err := s.CloudFormation().DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
	return err
}

func parameters(t *testing.T, s *cloud.Session) error {
	t.Helper()
	_, err := s.SSM().GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{"a"}})
	return err
}

// Each way to set an endpoint, against two servers: "one" is where CloudFormation
// is to be asked, "other" where Parameter Store is.
func TestEndpointsPerServiceAndProfile(t *testing.T) {
	for name, c := range map[string]struct {
		config    string
		variables map[string]string
	}{
		"a variable for one service":    {"", map[string]string{"AWS_ENDPOINT_URL": "OTHER", "AWS_ENDPOINT_URL_CLOUDFORMATION": "ONE"}},
		"the profile's":                 {"[default]\nendpoint_url = OTHER\n", map[string]string{"AWS_ENDPOINT_URL_CLOUDFORMATION": "ONE"}},
		"the profile's services":        {"[default]\nservices = mine\nendpoint_url = OTHER\n[services mine]\ncloudformation =\n  endpoint_url = ONE\n", nil},
		"a variable before the profile": {"[default]\nendpoint_url = http://203.0.113.1\n", map[string]string{"AWS_ENDPOINT_URL": "OTHER", "AWS_ENDPOINT_URL_CLOUDFORMATION": "ONE"}},
	} {
		t.Run(name, func(t *testing.T) {
			one, askedOne := serve(t)
			other, askedOther := serve(t)
			fill := strings.NewReplacer("ONE", one, "OTHER", other)
			withKeys(t, "")
			if c.config != "" {
				configure(t, fill.Replace(c.config))
			}
			for key, value := range c.variables {
				t.Setenv(key, fill.Replace(value))
			}
			session := open(t, cloud.Options{})
			if err := errors.Join(describe(t, session), parameters(t, session)); err != nil {
				t.Fatal(err)
			}
			first, _ := askedOne.last()
			second, _ := askedOther.last()
			if first != "DescribeStacks" || second != "AmazonSSM.GetParameters" {
				t.Errorf("one was asked %q, the other %q", first, second)
			}
			if !session.Loopback() {
				t.Error("the endpoints on this machine are not noticed")
			}
		})
	}
}

func TestConfiguredEndpointsCanBeIgnored(t *testing.T) {
	one, _ := serve(t)
	withKeys(t, one)
	t.Setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
	session := open(t, cloud.Options{})
	if session.Endpoint() != "" || session.Loopback() {
		t.Errorf("the endpoint is %q", session.Endpoint())
	}
}

func TestASessionTokenIsSentAlong(t *testing.T) {
	endpoint, server := serve(t)
	withKeys(t, endpoint)
	t.Setenv("AWS_SESSION_TOKEN", "a-session-token")
	if err := describe(t, open(t, cloud.Options{})); err != nil {
		t.Fatal(err)
	}
	if _, header := server.last(); header.Get("X-Amz-Security-Token") != "a-session-token" {
		t.Errorf("sent %v", header)
	}
}

func TestProfilesGiveCredentialsAndRegion(t *testing.T) {
	for name, c := range map[string]struct{ config, key, token string }{
		"keys":               {"[profile work]\nregion = eu-west-3\naws_access_key_id = WORKKEY\naws_secret_access_key = s\n", "WORKKEY", ""},
		"an assumed role":    {"[profile base]\naws_access_key_id = BASEKEY\naws_secret_access_key = s\n[profile work]\nregion = eu-west-3\nrole_arn = arn:aws:iam::731900001188:role/r\nsource_profile = base\n", "ASSUMED", "token of arn:aws:iam::731900001188:role/r"},
		"credential_process": {"[profile work]\nregion = eu-west-3\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"PROCESSKEY\", \"SecretAccessKey\": \"s\", \"SessionToken\": \"t\"}'\n", "PROCESSKEY", "t"},
	} {
		for _, by := range []string{"AWS_PROFILE", "--profile"} {
			t.Run(name+" by "+by, func(t *testing.T) {
				endpoint, server := serve(t)
				isolate(t)
				_ = os.Unsetenv("AWS_ACCESS_KEY_ID") // empty, and yet set, it would be taken for credentials
				configure(t, c.config)
				t.Setenv("AWS_ENDPOINT_URL", endpoint)
				options := cloud.Options{}
				if by == "AWS_PROFILE" {
					t.Setenv("AWS_PROFILE", "work")
				} else {
					options.Profile = "work"
				}
				session := open(t, options)
				if err := describe(t, session); err != nil {
					t.Fatal(err)
				}
				_, header := server.last()
				if signed := header.Get("Authorization"); !strings.Contains(signed, "Credential="+c.key+"/") || !strings.Contains(signed, "/eu-west-3/") {
					t.Errorf("signed as %q", signed)
				}
				if got := header.Get("X-Amz-Security-Token"); got != c.token {
					t.Errorf("token %q, want %q", got, c.token)
				}
				if session.Region() != "eu-west-3" {
					t.Errorf("region %q", session.Region())
				}
			})
		}
	}
}

func TestBadProfilesAreCredentialProblems(t *testing.T) {
	for name, c := range map[string]struct{ config, profile, says, hint string }{
		"names nothing":        {"", "ghost", `there is no AWS profile "ghost"`, "list-profiles"},
		"a role without base":  {"[profile work]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = ghost\n", "work", "ghost", ""},
		"a process that fails": {"[profile work]\ncredential_process = false\n", "work", "the AWS credentials cannot be used", "aws sso login"},
		"an expired SSO session": {"[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = us-east-1\n[profile work]\nsso_session = corp\nsso_account_id = 731900001188\nsso_role_name = dev\n",
			"work", "the session of profile work ended", "aws sso login --profile work"},
		"an old SSO profile": {"[profile work]\nsso_start_url = https://corp.example/start\nsso_region = us-east-1\nsso_account_id = 731900001188\nsso_role_name = dev\n",
			"work", "the session of profile work ended", "aws sso login --profile work"},
	} {
		for _, token := range []string{"none", "expired"} {
			t.Run(name+" token "+token, func(t *testing.T) {
				endpoint, _ := serve(t)
				isolate(t)
				home := t.TempDir()
				t.Setenv("HOME", home)
				configure(t, c.config)
				t.Setenv("AWS_PROFILE", c.profile)
				t.Setenv("AWS_ENDPOINT_URL", endpoint)
				if token == "expired" {
					expiredToken(t, home)
				}
				session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging"), Region: "us-east-1"})
				if err == nil {
					_, err = session.Identity(t.Context())
				}
				p, ok := errors.AsType[*problem.Error](err)
				if !ok || p.Kind != problem.Credentials || !strings.Contains(p.Message, c.says) || !strings.Contains(p.Hint, c.hint) {
					t.Errorf("got %v (%+v)", err, p)
				}
			})
		}
	}
}

// expiredToken is what aws sso login leaves, of long ago, under both of its names:
// the hash of the session's name, and of the start URL.
func expiredToken(t *testing.T, home string) {
	t.Helper()
	folder := filepath.Join(home, ".aws", "sso", "cache")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"corp", "https://corp.example/start"} {
		sum := sha1.Sum([]byte(key))
		text := `{"accessToken": "t", "expiresAt": "2020-01-01T00:00:00Z", "region": "us-east-1", "startUrl": "https://corp.example/start"}`
		if err := os.WriteFile(filepath.Join(folder, hex.EncodeToString(sum[:])+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// pemOf writes a certificate to a file.
func pemOf(t *testing.T, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// stranger is the certificate of a CA that has signed nothing.
func stranger(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "stranger"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestTheCABundleDecidesWhomToTrust(t *testing.T) {
	server := httptest.NewUnstartedServer(&asked{})
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	own := server.Certificate().Raw
	for name, c := range map[string]struct {
		bundle string
		says   string
		kind   problem.Kind
	}{
		"the right one": {bundle: pemOf(t, own)},
		"a wrong one":   {pemOf(t, stranger(t)), "certificate", problem.Failed},
		"none":          {"", "certificate", problem.Failed},
		"a missing one": {filepath.Join(t.TempDir(), "nothing.pem"), "nothing.pem", problem.Credentials},
		"no PEM at all": {configure(t, "nonsense"), "", problem.Credentials},
	} {
		t.Run(name, func(t *testing.T) {
			withKeys(t, server.URL)
			t.Setenv("AWS_CA_BUNDLE", c.bundle)
			session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
			if err == nil {
				_, err = session.Identity(t.Context())
			}
			if c.kind == 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			p, ok := errors.AsType[*problem.Error](err)
			if !ok || p.Kind != c.kind || !strings.Contains(p.Message, c.says) || !strings.Contains(p.Hint, "AWS_CA_BUNDLE") {
				t.Errorf("got %v (%+v)", err, p)
			}
		})
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then a server notices that its client is gone
		<-r.Context().Done()
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	withKeys(t, server.URL)
	t.Setenv("KEYVEX_PATIENCE", "100ms")
	began := time.Now()
	_, err := open(t, cloud.Options{}).Identity(t.Context())
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || p.Kind != problem.Failed || !strings.Contains(p.Message, "does not answer: STS GetCallerIdentity was given up after 100ms") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

// A server that falls silent within an answer is as stuck as one that does not begin it.
func TestAServerThatFallsSilentIsGivenUp(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked.Add(1)
		_, _ = io.WriteString(w, "<GetCallerIdentityResponse>")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	withKeys(t, server.URL)
	t.Setenv("KEYVEX_PATIENCE", "1s") // its answer has to begin within that
	_, err := open(t, cloud.Options{}).Identity(t.Context())
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || p.Kind != problem.Failed || !strings.Contains(p.Message, "does not answer: STS GetCallerIdentity was given up after 1s") || asked.Load() != 1 {
		t.Errorf("asked %d times: %v\n%#v", asked.Load(), err, errors.Unwrap(err))
	}
}
