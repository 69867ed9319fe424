// Package oracle helps the tests of the sandbox's services: it makes a host, lets
// SDK clients reach a service in process, drives resource types as CloudFormation
// would, and starts an AWS server that is not ours to compare answers with.
package oracle

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Region is where the tests are.
const Region = "us-east-1"

// Account is moto's, so that ARNs can be compared.
const Account = "123456789012"

// Host gives ground to a service under test: state in memory, repeatable ids.
func Host() *host.Host {
	return &host.Host{
		Account: Account, Region: Region, Endpoint: wire.LocalEndpoint,
		Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{}), State: state.Memory(),
	}
}

// Config lets SDK clients reach the services in process.
func Config(services ...*wire.Service) aws.Config {
	router := &wire.Router{}
	router.Add(services...)
	return wire.SDKConfig(router, Region, keys)
}

// AWS runs the aws CLI, a client that is not ours, against the services and gives
// its JSON, or the error that it printed. The test is skipped, with a message, on a
// machine without it.
func AWS(t *testing.T, service *wire.Service, arguments ...string) (map[string]any, error) {
	t.Helper()
	path, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the aws CLI is not installed: no client that is not ours")
	}
	router := &wire.Router{}
	router.Add(service)
	server := httptest.NewServer(router)
	defer server.Close()
	command := exec.CommandContext(t.Context(), path, append([]string{"--endpoint-url", server.URL, "--output", "json"}, arguments...)...)
	command.Env = environment(t)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	var answer map[string]any
	if len(bytes.TrimSpace(output)) > 0 {
		err = json.Unmarshal(output, &answer)
	}
	return answer, err
}

// environment is a user's who has a region and keys, and nothing of this machine's AWS.
func environment(t *testing.T) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_REGION=" + Region, "AWS_DEFAULT_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "PYENV_VERSION=" + os.Getenv("PYENV_VERSION"),
	}
}

var keys = credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", "")

// Moto starts moto_server and lets SDK clients reach it. The test is skipped, with
// a message, on a machine without it.
func Moto(t *testing.T) aws.Config {
	t.Helper()
	path, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not installed: nothing to compare with")
	}
	server := exec.CommandContext(t.Context(), path, "-H", "127.0.0.1", "-p", "0") // a port that was free before could be another's by then
	said, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	server.Stderr, server.Env = server.Stdout, environment(t)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	endpoint := listensAt(t, said)
	return aws.Config{Region: Region, Credentials: keys, BaseEndpoint: &endpoint, HTTPClient: &http.Client{Transport: plainBodies{}}}
}

var running = regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)

// listensAt reads what moto_server says up to where it listens. The rest is read and
// forgotten, so that the server can go on saying it.
func listensAt(t *testing.T, said io.Reader) string {
	t.Helper()
	var all []string
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if match := running.FindStringSubmatch(lines.Text()); match != nil {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return match[1]
		}
		all = append(all, lines.Text())
	}
	t.Fatalf("moto_server does not listen: %s", strings.Join(all, "\n"))
	return ""
}

// plainBodies hides what else a body can do than be read: of the SDK's it may end a
// connection before the answer was read whole (see plainBodies of package cloud).
type plainBodies struct{}

func (plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.Clone(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// Code is the AWS error code of an error, "" for none.
func Code(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e.Code
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return err.Error()
}

// Status is the HTTP status of an SDK client's error, 200 for none.
func Status(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if e, ok := errors.AsType[interface {
		error
		HTTPStatusCode() int
	}](err); ok {
		return e.HTTPStatusCode()
	}
	return 0
}

// Step is one call to compare: the same for both servers.
type Step[C any] struct {
	Name string
	// Call gives what is to be compared of the answer: counts, names, whatever
	// does not contain ids.
	Call func(client C) (any, error)
}

// Compare makes the calls at both servers, in order, and holds error codes,
// statuses and answers against each other.
func Compare[C any](t *testing.T, ours, theirs C, steps []Step[C]) {
	t.Helper()
	for _, step := range steps {
		got, gotErr := step.Call(ours)
		want, wantErr := step.Call(theirs)
		if Code(gotErr) != Code(wantErr) || Status(gotErr) != Status(wantErr) {
			t.Errorf("%s: got error %v, moto's is %v", step.Name, gotErr, wantErr)
			continue
		}
		if gotErr == nil && text(got) != text(want) {
			t.Errorf("%s: got %s, moto gives %s", step.Name, text(got), text(want))
		}
	}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// Stack drives resource types as the CloudFormation engine does.
type Stack struct {
	t     *testing.T
	types map[string]resource.Type
}

// NewStack knows the given types.
func NewStack(t *testing.T, types ...[]resource.Type) *Stack {
	t.Helper()
	s := &Stack{t: t, types: map[string]resource.Type{}}
	for _, list := range types {
		for _, typ := range list {
			s.types[typ.Name] = typ
		}
	}
	return s
}

// Type finds a type.
func (s *Stack) Type(name string) resource.Type {
	s.t.Helper()
	typ, ok := s.types[name]
	if !ok {
		s.t.Fatalf("no resource type %s", name)
	}
	return typ
}

func (s *Stack) request(logical, id string, properties map[string]any) resource.Request {
	return resource.Request{
		StackName: "Keyvex-test-Stack", StackID: "arn:aws:cloudformation:us-east-1:123456789012:stack/Keyvex-test-Stack/1",
		LogicalID: logical, Token: logical, PhysicalID: id, Properties: properties,
		Tags: map[string]string{"aws:cloudformation:stack-name": "Keyvex-test-Stack"},
	}
}

// Properties reads properties from JSON.
func Properties(t *testing.T, text string) map[string]any {
	t.Helper()
	var properties map[string]any
	if err := json.Unmarshal([]byte(text), &properties); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return properties
}

// Try creates a resource from properties in JSON.
func (s *Stack) Try(typ, logical, properties string) (resource.Result, error) {
	s.t.Helper()
	return s.Type(typ).Create(s.t.Context(), s.request(logical, "", Properties(s.t, properties)))
}

// Create creates a resource that must come to be, and checks that Read gives back
// every property but the write-only ones.
func (s *Stack) Create(typ, logical, properties string) resource.Result {
	s.t.Helper()
	result, err := s.Try(typ, logical, properties)
	if err != nil {
		s.t.Fatalf("create %s: %v", typ, err)
	}
	s.ReadsBack(typ, result.PhysicalID, properties)
	return result
}

// ReadsBack checks that Read gives the properties, but for the write-only ones.
func (s *Stack) ReadsBack(typ, id, properties string) {
	s.t.Helper()
	live, ok, err := s.Type(typ).Read(s.t.Context(), id)
	if err != nil || !ok {
		s.t.Fatalf("read %s %s: found %v, %v", typ, id, ok, err)
	}
	wanted := Properties(s.t, properties)
	for _, name := range s.Type(typ).WriteOnly {
		delete(wanted, name)
	}
	delete(wanted, "Tags") // the stack's stand among them
	for name, want := range wanted {
		if text(live[name]) != text(want) {
			s.t.Errorf("%s.%s reads as %s, want %s", typ, name, text(live[name]), text(want))
		}
	}
}

// Update changes a resource in place.
func (s *Stack) Update(typ, logical, id, before, after string) resource.Result {
	s.t.Helper()
	r := s.request(logical, id, Properties(s.t, after))
	r.Previous = Properties(s.t, before)
	result, err := s.Type(typ).Update(s.t.Context(), r)
	if err != nil {
		s.t.Fatalf("update %s: %v", typ, err)
	}
	if result.PhysicalID != id {
		s.t.Errorf("update of %s changed its physical id from %s to %s", typ, id, result.PhysicalID)
	}
	s.ReadsBack(typ, id, after)
	return result
}

// TryDelete deletes a resource.
func (s *Stack) TryDelete(typ, logical, id, properties string) error {
	s.t.Helper()
	return s.Type(typ).Delete(s.t.Context(), s.request(logical, id, Properties(s.t, properties)))
}

// Delete deletes a resource, twice: the second time it is gone already.
func (s *Stack) Delete(typ, logical, id, properties string) {
	s.t.Helper()
	for range 2 {
		if err := s.TryDelete(typ, logical, id, properties); err != nil {
			s.t.Errorf("delete %s %s: %v", typ, id, err)
		}
	}
	if _, ok, err := s.Type(typ).Read(s.t.Context(), id); ok || err != nil {
		s.t.Errorf("%s %s is still there after its deletion (%v)", typ, id, err)
	}
}
