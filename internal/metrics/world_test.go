package metrics_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
	"github.com/keyvex/keyvex/internal/secrets"
	"github.com/keyvex/keyvex/lambdas/aiprocessor"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/bundle"
	"github.com/keyvex/keyvex/lambdas/emailprocessor"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/store"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// world is a deployed environment whose AI and email processors are the real ones,
// run in this process, so that all of it lives in a bubble.
type world struct {
	t       *testing.T
	env     platform.Environment
	box     *sandbox.Sandbox
	session *cloud.Session
	// tamper may answer a request in AWS's place; nil lets all pass.
	tamper atomic.Pointer[func(*http.Request) *http.Response]
	// work replaces what the analytics processor does.
	work atomic.Pointer[func(context.Context) error]
	// stall is how long the provider takes before its first word, in nanoseconds.
	stall atomic.Int64
	jobs  atomic.Int64
	life
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, "staging")
}

func newWorldOf(t *testing.T, name string) *world {
	t.Helper()
	env, err := platform.ParseEnvironment(name)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, env: env}
	functions := runner.InProcess{
		string(platform.AIProcessor): w.aiProcessor, string(platform.EmailProcessor): w.emailProcessor,
		string(platform.AnalyticsProcessor): w.other, string(platform.WebSocketHandler): w.other,
	}
	if w.box, err = sandbox.New(sandbox.Options{Functions: functions}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.box.Close() })
	w.session, err = cloud.Open(t.Context(), cloud.Options{Environment: env, Local: &cloud.Local{
		Endpoint: wire.LocalEndpoint, Region: sandbox.DefaultRegion, AccessKeyID: sandbox.DefaultAccessKey, SecretKey: sandbox.DefaultSecret, Transport: w,
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.deploy("1", nil)
	w.set(platform.AISecret, `{"openai_api_key":"sk-`+strings.Repeat("a", 48)+`","anthropic_api_key":"sk-ant-`+strings.Repeat("a", 48)+`"}`)
	w.set(platform.IntegrationsSecret, `{"sendgrid_api_key":"SG.`+strings.Repeat("a", 22)+"."+strings.Repeat("b", 43)+`"}`)
	return w
}

// RoundTrip lets a test stand between keyvex and AWS.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if tamper := w.tamper.Load(); tamper != nil {
		if answer := (*tamper)(r); answer != nil {
			return answer, nil
		}
	}
	return w.box.Transport().RoundTrip(r)
}

// lines sends what a function prints to its log.
type lines struct{ out func([]string) }

func (l lines) Write(p []byte) (int, error) {
	l.out(strings.Split(strings.TrimSuffix(string(p), "\n"), "\n"))
	return len(p), nil
}

// handler is what the runtime client makes of a function's handler.
func handler[In, Out any](handle func(context.Context, In) (Out, error)) runner.Handler {
	return func(ctx context.Context, in runner.Invocation) ([]byte, error) {
		var event In
		if err := json.Unmarshal(in.Payload, &event); err != nil {
			return nil, err
		}
		out, err := handle(ctx, event)
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
}

// providers reaches the stand-ins of the AI and mail providers without a socket.
func (w *world) providers() *http.Client {
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		if err := clock.Sleep(r.Context(), clock.Wall{}, time.Duration(w.stall.Load())); err != nil {
			return nil, err
		}
		if status := int(w.mail.Load()); status != 0 && strings.HasSuffix(r.URL.Path, "/mail/send") {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"errors":[{"message":"no"}]}`)), Request: r}, nil
		}
		return wire.Transport{Handler: w.box.Providers.Handler()}.RoundTrip(r)
	})}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

const providerBase = wire.LocalEndpoint + host.ProviderPath

func (w *world) aiProcessor(spec runner.Spec) (runner.Handler, error) {
	out, cfg, wall := lines{spec.Output}, w.box.SDKConfig(), clock.Wall{}
	return handler(aiprocessor.New(aiprocessor.Processor{
		Log: slog.New(slog.NewJSONHandler(out, nil)), Clock: wall, Sender: nobody{},
		Table:     store.New(dynamodb.NewFromConfig(cfg), spec.Variables[platform.FunctionTable]),
		Secrets:   secret.New(secretsmanager.NewFromConfig(cfg), spec.Variables[platform.FunctionSecret], wall),
		Providers: provider.New(w.providers(), providerBase+"openai/v1", providerBase+"anthropic"),
		Metrics:   emf.New(out, w.env.Name),
		Queue:     batch.Queue{Client: sqs.NewFromConfig(cfg), URL: spec.Variables[platform.FunctionQueueURL]},
	}).Handle), nil
}

func (w *world) emailProcessor(spec runner.Spec) (runner.Handler, error) {
	out, cfg, wall := lines{spec.Output}, w.box.SDKConfig(), clock.Wall{}
	return handler(emailprocessor.New(emailprocessor.Processor{
		Log: slog.New(slog.NewJSONHandler(out, nil)), Clock: wall, From: "team@example.com",
		Table:   store.New(dynamodb.NewFromConfig(cfg), spec.Variables[platform.FunctionTable]),
		Secret:  secret.New(secretsmanager.NewFromConfig(cfg), spec.Variables[platform.FunctionSecret], wall),
		Sender:  emailprocessor.SendGrid{Host: strings.TrimSuffix(providerBase, "/") + "/sendgrid", HTTP: w.providers(), Now: wall.Now},
		Metrics: emf.New(out, w.env.Name),
		Queue:   batch.Queue{Client: sqs.NewFromConfig(cfg), URL: spec.Variables[platform.FunctionQueueURL]},
	}).Handle), nil
}

// other works for 20 ms, or does what the test says.
func (w *world) other(spec runner.Spec) (runner.Handler, error) {
	return func(ctx context.Context, _ runner.Invocation) ([]byte, error) {
		if work := w.work.Load(); work != nil {
			if err := (*work)(ctx); err != nil {
				spec.Output([]string{`{"level":"ERROR","msg":"the event failed","error":"` + err.Error() + `"}`})
				return nil, err
			}
		}
		return []byte("{}"), clock.Sleep(ctx, clock.Wall{}, 20*time.Millisecond)
	}, nil
}

// nobody listens on a socket.
type nobody struct{}

func (nobody) Send(context.Context, *slog.Logger, []string, any) {}

func (w *world) set(s platform.Secret, value string) {
	w.t.Helper()
	name := w.env.SecretName(s)
	if _, err := w.session.SecretsManager().PutSecretValue(w.t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) deployer() *deploy.Deployer {
	s := w.session
	return deploy.New(deploy.Clients{
		CloudFormation: s.CloudFormation(), SSM: s.SSM(), S3: s.S3(), IAM: s.IAM(), APIGateway: s.APIGateway(),
	}, deploy.Settings{Account: sandbox.DefaultAccount, Region: sandbox.DefaultRegion, Loopback: true, Clock: clock.Wall{}, Random: rand.Reader})
}

// deploy brings the stacks to a release of the real templates, which change may alter.
func (w *world) deploy(build string, change func(stack platform.Stack, body string) string) error {
	w.t.Helper()
	r := deploy.Release{Environment: w.env, Build: build}
	zips, err := bundle.Native("test")
	if err != nil {
		w.t.Fatal(err)
	}
	var bundles []platform.Bundle
	for _, z := range zips {
		content, err := z.Content()
		if err != nil {
			w.t.Fatal(err)
		}
		bundles = append(bundles, z.Bundle)
		r.Assets = append(r.Assets, deploy.Asset{Key: z.Key(), Size: int64(len(content)), Open: func() (io.ReadSeekCloser, error) {
			return closer{bytes.NewReader(content)}, nil
		}})
	}
	templates, err := assembly.Instantiate(w.env, bundles, build)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, t := range templates {
		body, hash := string(t.Body), t.Hash
		if change != nil {
			if changed := change(t.Stack, body); changed != body {
				body, hash = changed, strings.Repeat("f", 64)
			}
		}
		r.Templates = append(r.Templates, deploy.Template{Stack: t.Stack, Name: t.Name, Body: body, Hash: hash})
	}
	d := w.deployer()
	if _, err := d.Bootstrap(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	plan, err := d.Plan(w.t.Context(), r, deploy.PlanOptions{})
	if err != nil {
		w.t.Fatal(err)
	}
	var failure error
	for _, err := range d.Deploy(w.t.Context(), plan, deploy.Options{}) {
		if err != nil {
			failure = err
		}
	}
	if failure != nil && change == nil {
		w.t.Fatal(failure)
	}
	return failure
}

type closer struct{ *bytes.Reader }

func (closer) Close() error { return nil }

func (w *world) clients() metrics.Clients {
	s := w.session
	reader := &window.Reader{API: s.Logs()}
	groups, err := logs.FindGroups(w.env, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	groups = groups[:len(platform.Functions)]
	return metrics.Clients{
		Metrics: s.CloudWatch(), Alarms: s.CloudWatch(), Parameters: s.SSM(), Consumers: s.Lambda(), Stacks: w.deployer(),
		Queues: queues.New(queues.Clients{SQS: s.SQS(), Logs: s.Logs(), Metrics: s.CloudWatch(), Consumers: s.Lambda()},
			queues.Settings{Environment: w.env, Clock: clock.Wall{}, Folder: w.t.TempDir()}),
		Secrets: &secrets.Vault{API: s.SecretsManager(), Environment: w.env, Clock: clock.Wall{}}, Trail: s.CloudTrail(),
		Errors: func(ctx context.Context, from, to time.Time) ([]invocation.ErrorGroup, error) {
			found, _, err := invocation.Errors(ctx, reader, window.Span{Groups: groups, From: from, To: to})
			return found, err
		},
		Reports: func(ctx context.Context, f platform.Function, from, until time.Time) ([]invocation.Report, bool, error) {
			group := groups[slices.Index(platform.Functions, f)]
			return invocation.Reports(ctx, reader, window.Span{Groups: []logs.Group{group}, From: from, To: until.Add(-time.Millisecond)})
		},
	}
}

func (w *world) collector(budget float64) *metrics.Collector {
	return metrics.New(w.clients(), metrics.Settings{
		Environment: w.env, Account: sandbox.DefaultAccount, Region: sandbox.DefaultRegion, Clock: clock.Wall{}, Budget: budget,
	})
}

// send puts a message into a queue, as the REST API would.
func (w *world) send(q platform.Queue, body string) {
	w.t.Helper()
	url, ok := w.box.SQS.QueueURL("arn:aws:sqs:us-east-1:" + sandbox.DefaultAccount + ":" + w.env.QueueName(q))
	if !ok {
		w.t.Fatal("there is no queue " + q)
	}
	if _, err := w.box.SQS.SendMessage(w.t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) job(prompt string) {
	w.send(platform.AIProcessing, fmt.Sprintf(`{"version":1,"jobId":"job-%d","userId":"user_1","kind":"chat","provider":"openai","input":{"prompt":%q}}`, w.jobs.Add(1), prompt))
}

func (w *world) lead(address string) {
	w.send(platform.Email, fmt.Sprintf(`{"version":1,"leadId":"lead-%d","toolId":"tool_1","email":%q}`, w.jobs.Add(1), address))
}

// measure records what a service of AWS would that nobody calls here.
func (w *world) measure(namespace, name string, value float64, unit string, dimensions ...string) {
	w.record(host.Datum{Namespace: namespace, Name: name, Value: value, Unit: unit}, dimensions)
}

func (w *world) measureAt(at time.Time, namespace, name string, value float64, dimensions ...string) {
	w.record(host.Datum{Namespace: namespace, Name: name, Value: value, Unit: "Milliseconds", At: at}, dimensions)
}

func (w *world) record(d host.Datum, dimensions []string) {
	for i := 0; i < len(dimensions); i += 2 {
		d.Dimensions = append(d.Dimensions, host.Dimension{Name: dimensions[i], Value: dimensions[i+1]})
	}
	w.box.CloudWatch.Record(d)
}

// socket is the WebSocket API's id.
func (w *world) socket() string {
	key := w.env.ParameterName(platform.WebSocketAPIID)
	out, err := w.box.SSM.GetParameters(context.Background(), &ssm.GetParametersInput{Names: []string{key}})
	if err != nil || len(out.Parameters) != 1 {
		w.t.Error("there is no socket", err)
		return ""
	}
	return *out.Parameters[0].Value
}
