package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
)

// fakeGround is everything around the stacks: S3, IAM and API Gateway.
type fakeGround struct {
	S3
	RoleStore
	mu        sync.Mutex
	objects   map[string]int64
	bucket    bool
	role      bool
	gateway   string
	made      []string
	deletions int
	lifecycle int
}

func (g *fakeGround) HeadBucket(context.Context, *s3.HeadBucketInput, ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
	if !g.bucket {
		return nil, &smithy.GenericAPIError{Code: "NotFound"}
	}
	return &s3.HeadBucketOutput{}, nil
}

func (g *fakeGround) HeadObject(_ context.Context, in *s3.HeadObjectInput, _ ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	size, ok := g.objects[*in.Key]
	if !ok {
		return nil, &smithy.GenericAPIError{Code: "NotFound"}
	}
	return &s3.HeadObjectOutput{ContentLength: &size}, nil
}

func (g *fakeGround) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	size, err := io.Copy(io.Discard, in.Body)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.objects[*in.Key] = size
	return &s3.PutObjectOutput{}, err
}

func (g *fakeGround) GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	if !g.role {
		return nil, &smithy.GenericAPIError{Code: "NoSuchEntity"}
	}
	return &iam.GetRoleOutput{}, nil
}

func (g *fakeGround) GetAccount(context.Context, *apigateway.GetAccountInput, ...func(*apigateway.Options)) (*apigateway.GetAccountOutput, error) {
	return &apigateway.GetAccountOutput{CloudwatchRoleArn: &g.gateway}, nil
}

func (g *fakeGround) UpdateAccount(_ context.Context, in *apigateway.UpdateAccountInput, _ ...func(*apigateway.Options)) (*apigateway.UpdateAccountOutput, error) {
	g.gateway = aws.ToString(in.PatchOperations[0].Value)
	return &apigateway.UpdateAccountOutput{}, nil
}

type testWorld struct {
	t      *testing.T
	server *fakeServer
	ground *fakeGround
	env    platform.Environment
	seed   uint64
}

func newWorld(t *testing.T, environment string) *testWorld {
	env, err := platform.ParseEnvironment(environment)
	if err != nil {
		t.Fatal(err)
	}
	// What the server still does ends before the bubble does.
	t.Cleanup(func() { time.Sleep(1000 * time.Hour) })
	return &testWorld{t: t, server: newFake(), env: env, ground: &fakeGround{
		objects: map[string]int64{}, bucket: true, gateway: "arn:aws:iam::000000000000:role/logs",
	}}
}

// deployer is a new process's: nothing is kept from the one before.
func (w *testWorld) deployer(api CloudFormation) *Deployer {
	w.seed++
	seed := [32]byte{byte(w.seed), byte(w.seed >> 8)}
	return New(Clients{CloudFormation: api, SSM: w.server, S3: w.ground, IAM: w.ground, APIGateway: w.ground}, Settings{
		Account: "000000000000", Region: "eu-west-1", Loopback: true, Clock: clock.Wall{}, Random: rand.NewChaCha8(seed),
	})
}

// resources of the test's templates: stack, logical id, type.
var testResources = map[platform.Stack]map[string]string{
	platform.Security:   {"Role": "AWS::IAM::Role"},
	platform.Database:   {"Redis": "AWS::ElastiCache::ReplicationGroup", "Table": "AWS::DynamoDB::Table"},
	platform.Storage:    {"Uploads": "AWS::S3::Bucket"},
	platform.Compute:    {"Ai": "AWS::Lambda::Function"},
	platform.API:        {"Rest": "AWS::ApiGateway::RestApi"},
	platform.Monitoring: {"Dashboard": "AWS::CloudWatch::Dashboard"},
}

// release makes six small templates that keep the platform's contract; version
// changes all of them, edits some.
func (w *testWorld) release(version string, edits ...func(platform.Stack, map[string]any)) Release {
	r := Release{Environment: w.env, Build: version}
	for _, s := range platform.Stacks {
		resources, parameters := map[string]any{}, map[string]any{}
		for id, kind := range testResources[s] {
			resources[id] = map[string]any{"Type": kind, "Properties": map[string]any{"Version": version}}
		}
		for _, c := range platform.Contracts {
			if c.Owner == s {
				resources["Publish"+c.Parameter] = map[string]any{"Type": "AWS::SSM::Parameter", "Properties": map[string]any{
					"Name": w.env.ParameterName(c.Key), "Value": "value of " + string(c.Key) + " " + version,
				}}
			}
		}
		for _, c := range platform.ReadsOf(s) {
			parameters[c.Parameter] = map[string]any{"Type": "AWS::SSM::Parameter::Value<String>", "Default": w.env.ParameterName(c.Key)}
		}
		if s == platform.Monitoring {
			parameters[platform.ParameterAlarmEmail] = map[string]any{"Type": "String", "Default": ""}
		}
		body := map[string]any{"Resources": resources, "Parameters": parameters}
		for _, edit := range edits {
			edit(s, body)
		}
		hash, _ := json.Marshal(body)
		body["Outputs"] = map[string]any{
			platform.OutputTemplateHash: map[string]any{"Value": string(hash)},
			platform.OutputBuild:        map[string]any{"Value": version},
		}
		raw, _ := json.Marshal(body)
		r.Templates = append(r.Templates, Template{Stack: s, Name: w.env.StackName(s), Body: string(raw), Hash: string(hash)})
	}
	r.Assets = []Asset{{Key: "ai-processor/" + version + ".zip", Size: 3, Open: func() (io.ReadSeekCloser, error) {
		return nopCloser{bytes.NewReader([]byte("zip"))}, nil
	}}}
	return r
}

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }

// outcome is what a reader of the stream has seen.
type outcome struct {
	events []Event
	result *Result
	err    error
	took   time.Duration
}

func (o outcome) state(s platform.Stack) State {
	for _, r := range o.result.Stacks {
		if r.Stack == s {
			return r.State
		}
	}
	return ""
}

func (o outcome) notices() string {
	var all []string
	for _, e := range o.events {
		if e.Kind == NoticeEvent {
			all = append(all, e.Notice)
		}
	}
	return strings.Join(all, "\n")
}

// deploy plans and deploys, as a new process.
func (w *testWorld) deploy(ctx context.Context, r Release, o Options) outcome {
	return w.deployWith(ctx, w.server, r, o)
}

func (w *testWorld) deployWith(ctx context.Context, api CloudFormation, r Release, o Options) outcome {
	d := w.deployer(api)
	plan, err := d.Plan(ctx, r, PlanOptions{})
	if err != nil {
		return outcome{err: err, result: &Result{}}
	}
	return collectEvents(d.Deploy(ctx, plan, o))
}

func collectEvents(seq func(func(Event, error) bool)) outcome {
	var out outcome
	started := time.Now()
	for e, err := range seq {
		out.events = append(out.events, e)
		out.err = err
		if e.Kind == DoneEvent {
			out.result = e.Result
		}
	}
	out.took = time.Since(started)
	return out
}

// must fails the test unless the outcome is a success.
func (w *testWorld) must(o outcome) outcome {
	w.t.Helper()
	if o.err != nil {
		w.t.Fatalf("deploy failed: %v", o.err)
	}
	return o
}

func (w *testWorld) status(s platform.Stack) string {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	live, err := w.server.find(w.env.StackName(s))
	if err != nil {
		return ""
	}
	return live.status()
}
