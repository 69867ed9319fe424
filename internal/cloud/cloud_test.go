package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// TestMain takes the variables of the machine's user out of the tests.
func TestMain(m *testing.M) {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "KEYVEX_") {
			_ = os.Unsetenv(name)
		}
	}
	os.Exit(m.Run())
}

// isolate takes the machine's AWS configuration out of the test.
func isolate(t *testing.T) {
	t.Helper()
	nowhere := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{"AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere, "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
}

func withKeys(t *testing.T, endpoint string) {
	t.Helper()
	isolate(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-central-1")
	if endpoint != "" { // set to nothing, it would still hide the endpoints of a profile
		t.Setenv("AWS_ENDPOINT_URL", endpoint)
	}
}

func environment(t *testing.T, name string) platform.Environment {
	t.Helper()
	env, err := platform.ParseEnvironment(name)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func queryError(status int, code, message string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code, message)
	})
}

func TestAWSErrorsBecomeProblemsOfTheRightKind(t *testing.T) {
	for _, test := range []struct {
		status        int
		code, message string
		kind          problem.Kind
		says          string
	}{
		{400, "ValidationError", "Stack with id X does not exist", problem.NotFound, "Stack with id X does not exist"},
		{400, "ValidationError", "Template format error: nonsense.", problem.Failed, "CloudFormation DescribeStacks: ValidationError: Template format error: nonsense"},
		{403, "AccessDenied", "User: u is not authorized", problem.Credentials, "is not authorized"},
		{403, "ExpiredToken", "The security token included in the request is expired", problem.Credentials, "does not accept the credentials"},
		{403, "SignatureDoesNotMatch", "computed differs", problem.Credentials, "SignatureDoesNotMatch"},
	} {
		t.Run(test.code+" "+test.message, func(t *testing.T) {
			server := httptest.NewServer(queryError(test.status, test.code, test.message))
			defer server.Close()
			withKeys(t, server.URL)
			session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
			if err != nil {
				t.Fatal(err)
			}
			_, err = session.CloudFormation().DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
			p, ok := errors.AsType[*problem.Error](err)
			if !ok || p.Kind != test.kind || !strings.Contains(p.Message, test.says) {
				t.Fatalf("got %v (%+v), want kind %d saying %q", err, p, test.kind, test.says)
			}
			if api, ok := errors.AsType[smithy.APIError](err); !ok || api.ErrorCode() != test.code {
				t.Fatalf("the API error %s is out of reach in %v", test.code, err)
			}
		})
	}
}

func TestAnErrorNamesServiceAndOperationWhateverTheProtocol(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if w.Header().Set("Smithy-Protocol", r.Header.Get("Smithy-Protocol")); r.Header.Get("Smithy-Protocol") == "" {
			w.Header().Set("X-Amzn-Errortype", "AccessDenied")
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "\xa1\x66__type\x6cAccessDenied") // CBOR: a map of one text
	}))
	defer server.Close()
	withKeys(t, server.URL)
	session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
	if err != nil {
		t.Fatal(err)
	}
	_, alarms := session.CloudWatch().DescribeAlarms(t.Context(), nil)
	_, queues := session.SQS().ListQueues(t.Context(), nil)
	for want, err := range map[string]error{"CloudWatch DescribeAlarms: AccessDenied": alarms, "SQS ListQueues: AccessDenied": queues} {
		if p, ok := errors.AsType[*problem.Error](err); !ok || !strings.HasPrefix(p.Message, want) || p.Kind != problem.Credentials {
			t.Errorf("%v, not %s", p, want)
		}
	}
}

func TestAnUnreachableEndpointIsNamed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	withKeys(t, "http://"+address)
	session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err = session.Identity(ctx)
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || p.Kind != problem.Failed || !strings.Contains(p.Message, address) || !strings.Contains(p.Message, "refused") {
		t.Fatalf("got %v", err)
	}
}

func TestNoRegionIsAUsageProblem(t *testing.T) {
	isolate(t)
	_, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
	if !problem.Is(err, problem.Usage) {
		t.Fatalf("got %v", err)
	}
}

func TestNoCredentialsAreACredentialsProblem(t *testing.T) {
	isolate(t)
	session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging"), Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = session.Identity(t.Context())
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || p.Kind != problem.Credentials || p.Hint == "" {
		t.Fatalf("got %v", err)
	}
}

func TestAMissingProfileIsNamed(t *testing.T) {
	isolate(t)
	_, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging"), Region: "us-east-1", Profile: "ghost"})
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || p.Kind != problem.Credentials || !strings.Contains(p.Message, "ghost") {
		t.Fatalf("got %v", err)
	}
}

func TestALoopbackEndpointNeverPassesForProduction(t *testing.T) {
	for _, variable := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDFORMATION", "AWS_ENDPOINT_URL_S3"} {
		for _, endpoint := range []string{"http://127.0.0.1:5000", "http://localhost:4566", "http://[::1]:80", "http://0.0.0.0:1"} {
			withKeys(t, "")
			t.Setenv(variable, endpoint)
			_, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "production")})
			if !problem.Is(err, problem.Refused) {
				t.Errorf("%s=%s: got %v", variable, endpoint, err)
			}
			if _, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")}); err != nil {
				t.Errorf("%s=%s for a development tier: %v", variable, endpoint, err)
			}
			t.Setenv(variable, "")
		}
	}
}

func TestTheLocalSessionIgnoresTheMachinesConfiguration(t *testing.T) {
	withKeys(t, "http://203.0.113.1:1")
	t.Setenv("AWS_PROFILE", "ghost")
	t.Setenv("AWS_CA_BUNDLE", "/nonexistent")
	var authorization string
	session, err := cloud.Open(t.Context(), cloud.Options{
		Environment: environment(t, platform.Local),
		Local: &cloud.Local{
			Endpoint: "http://127.0.0.1:4599", Region: "us-west-2", AccessKeyID: "LOCALKEY", SecretKey: "s",
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				authorization = r.Header.Get("Authorization")
				if r.URL.Host != "127.0.0.1:4599" {
					t.Errorf("asked %s", r.URL.Host)
				}
				return nil, &net.OpError{Op: "dial", Err: errors.New("stop here")}
			}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = session.Identity(ctx)
	_, _ = session.SSM().GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("x")}, func(o *ssm.Options) { o.RetryMaxAttempts = 1 })
	if !strings.Contains(authorization, "LOCALKEY") || !strings.Contains(authorization, "us-west-2") {
		t.Fatalf("signed as %q", authorization)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func stsServer(calls *atomic.Int32) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::731900001188:user/u</Arn><Account>731900001188</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	}))
}

func TestAPinnedAccountStopsAnyoneElseFromWriting(t *testing.T) {
	var calls atomic.Int32
	server := stsServer(&calls)
	defer server.Close()
	withKeys(t, server.URL)
	for account, kind := range map[string]problem.Kind{"": 0, "731900001188": 0, "482100000912": problem.Refused} {
		session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging"), Account: account})
		if err != nil {
			t.Fatal(err)
		}
		_, err = session.Writable(t.Context())
		if (kind == 0) != (err == nil) || kind != 0 && !problem.Is(err, kind) {
			t.Errorf("pinned to %q: got %v", account, err)
		}
	}
}

func TestTheIdentityIsAskedForOnce(t *testing.T) {
	var calls atomic.Int32
	server := stsServer(&calls)
	defer server.Close()
	withKeys(t, server.URL)
	session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := session.Identity(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if calls.Load() != 1 {
		t.Fatalf("%d calls", calls.Load())
	}
}

func TestAReadOnlySessionSendsNoWrite(t *testing.T) {
	var calls atomic.Int32
	server := stsServer(&calls)
	defer server.Close()
	withKeys(t, server.URL)
	session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging"), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = session.SSM().PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("a"), Value: aws.String("b"), Type: types.ParameterTypeString})
	if !problem.Is(err, problem.Refused) || calls.Load() != 0 {
		t.Fatalf("got %v after %d calls", err, calls.Load())
	}
	if _, err := session.Identity(t.Context()); err != nil {
		t.Fatalf("a read was refused: %v", err)
	}
}
