package deploy

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// local is the embedded AWS in this process, and the real templates.
type local struct {
	t    *testing.T
	env  platform.Environment
	box  *sandbox.Sandbox
	mu   sync.Mutex
	seen []string
	seed byte
}

func newLocal(t *testing.T, environment string, pace float64) *local {
	env, err := platform.ParseEnvironment(environment)
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.New(sandbox.Options{Pace: pace})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	return &local{t: t, env: env, box: box}
}

// RoundTrip counts the requests on their way.
func (l *local) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte{}
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	l.mu.Lock()
	l.seen = append(l.seen, r.Method+" "+r.URL.Path+" "+r.Header.Get("X-Amz-Target")+" "+string(body[:min(len(body), 60)]))
	l.mu.Unlock()
	return l.box.Transport().RoundTrip(r)
}

func (l *local) requests() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.seen)
}

func (l *local) config() aws.Config {
	config := l.box.SDKConfig()
	config.HTTPClient = &http.Client{Transport: l}
	return config
}

func (l *local) deployer() *Deployer {
	l.seed++
	config := l.config()
	return New(Clients{
		CloudFormation: cloudformation.NewFromConfig(config), SSM: ssm.NewFromConfig(config),
		S3:  s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true }),
		IAM: iam.NewFromConfig(config), APIGateway: apigateway.NewFromConfig(config),
	}, Settings{
		Account: sandbox.DefaultAccount, Region: sandbox.DefaultRegion, Loopback: true, Clock: clock.Wall{},
		Random: bytes.NewReader(bytes.Repeat([]byte{l.seed}, 1<<12)),
	})
}

// zipped is a function's zip whose bootstrap nobody runs here.
func zipped(t *testing.T, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f, err := w.Create(platform.LambdaHandler)
	if err == nil {
		_, err = f.Write([]byte(content))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// release is the real templates with small zips.
func (l *local) release(version string) Release {
	l.t.Helper()
	r := Release{Environment: l.env, Build: version}
	var bundles []platform.Bundle
	for i, f := range platform.Functions {
		b := platform.Bundle{Function: f, Hash: strings.Repeat(fmt.Sprint(i+1), 64-len(version)) + version}
		bundles = append(bundles, b)
		content := zipped(l.t, string(f)+version)
		r.Assets = append(r.Assets, Asset{Key: b.Key(), Size: int64(len(content)), Open: func() (io.ReadSeekCloser, error) {
			return nopCloser{bytes.NewReader(content)}, nil
		}})
	}
	templates, err := assembly.Instantiate(l.env, bundles, version)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, t := range templates {
		r.Templates = append(r.Templates, Template{Stack: t.Stack, Name: t.Name, Body: string(t.Body), Hash: t.Hash})
	}
	return r
}

func (l *local) deploy(ctx context.Context, r Release, o Options) outcome {
	l.t.Helper()
	d := l.deployer()
	if _, err := d.Bootstrap(ctx); err != nil {
		return outcome{err: err, result: &Result{}}
	}
	plan, err := d.Plan(ctx, r, PlanOptions{})
	if err != nil {
		return outcome{err: err, result: &Result{}}
	}
	return collectEvents(d.Deploy(ctx, plan, o))
}

func (l *local) must(o outcome) outcome {
	l.t.Helper()
	if o.err != nil {
		l.t.Fatalf("deploy failed: %v", o.err)
	}
	return o
}

// criticalPath is the longest chain of stacks, each taking the time between the
// first and the last of its resources' events by CloudFormation's clock.
func criticalPath(o outcome) time.Duration {
	first, last := map[platform.Stack]time.Time{}, map[platform.Stack]time.Time{}
	for _, e := range o.events {
		if s := e.Stack.Stack; e.Kind == ResourceEvent {
			if first[s].IsZero() {
				first[s] = e.Resource.Time
			}
			last[s] = e.Resource.Time
		}
	}
	until, longest := map[platform.Stack]time.Duration{}, time.Duration(0)
	for _, s := range platform.Stacks {
		for _, dep := range s.DependsOn() {
			until[s] = max(until[s], until[dep])
		}
		until[s] += last[s].Sub(first[s])
		longest = max(longest, until[s])
	}
	return longest
}

func TestSandboxFreshThenUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocal(t, "production", 60)
		got := l.must(l.deploy(t.Context(), l.release("1"), Options{}))
		ratio := float64(got.took) / float64(criticalPath(got))
		t.Logf("fresh: %s, critical path %s: %.3f", got.took, criticalPath(got), ratio)
		if ratio > 1.05 {
			t.Errorf("the deployer adds more than 5 %%: %.3f", ratio)
		}
		for _, r := range got.result.Stacks {
			t.Logf("%-10s %-9s %3d resources %s", r.Stack, r.State, r.Changed, r.Took)
		}
		l.seen = nil
		d := l.deployer()
		plan, err := d.Plan(t.Context(), l.release("1"), PlanOptions{})
		if err != nil || plan.Changed() {
			t.Fatalf("%v, %+v", err, plan)
		}
		l.must(collectEvents(d.Deploy(t.Context(), plan, Options{})))
		if n := len(l.requests()); n != 7 {
			t.Errorf("%d requests:\n%s", n, strings.Join(l.requests(), "\n"))
		}
		rows, err := d.Status(t.Context(), l.release("2"))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row.Status != "CREATE_COMPLETE" || !row.Protected || row.Build != "1" || row.Behind != (row.Stack == platform.Compute) {
				t.Errorf("%+v", row)
			}
		}
	})
}

func TestSandboxDiffThenUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocal(t, "dev", 600)
		l.must(l.deploy(t.Context(), l.release("1"), Options{}))
		r := l.release("2")
		r.Parameters = map[string]string{platform.ParameterAlarmEmail: "ops@example.com"}
		d := l.deployer()
		plan, err := d.Plan(t.Context(), r, PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		diff, err := d.Diff(t.Context(), plan)
		if err != nil {
			t.Fatal(err)
		}
		changed := map[platform.Stack][]string{}
		for _, s := range diff.Stacks {
			for _, c := range s.Resources {
				changed[s.Stack] = append(changed[s.Stack], c.Action+" "+c.LogicalID)
			}
			if !s.Exact {
				t.Errorf("%s is not exact", s.Stack)
			}
		}
		want := map[platform.Stack][]string{
			platform.Compute:    {"Modify AiProcessor", "Modify AnalyticsProcessor", "Modify EmailProcessor", "Modify WebsocketHandler"},
			platform.Monitoring: {"Add AlarmEmailSubscription"},
		}
		if !reflect.DeepEqual(changed, want) {
			t.Errorf("got %v", changed)
		}
		got := l.must(collectEvents(d.Deploy(t.Context(), plan, Options{})))
		if got.state(platform.Compute) != Complete || got.state(platform.Monitoring) != Complete || got.state(platform.Database) != NoChange {
			t.Errorf("%+v", got.result.Stacks)
		}
		envs, err := d.Environments(t.Context())
		if err != nil || len(envs) != 1 || envs[0].Name != "dev" || len(envs[0].Stacks) != 6 {
			t.Errorf("%+v, %v", envs, err)
		}
		outputs, err := d.Outputs(t.Context(), l.env)
		if err != nil || len(outputs) < 12 {
			t.Errorf("%d outputs, %v", len(outputs), err)
		}
	})
}

func TestSandboxDestroyLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocal(t, "dev", 600)
		l.must(l.deploy(t.Context(), l.release("1"), Options{}))
		client := s3.NewFromConfig(l.config(), func(o *s3.Options) { o.UsePathStyle = true })
		bucket := l.env.BucketName(platform.UserUploads, sandbox.DefaultAccount)
		if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("a"), Body: strings.NewReader("a")}); err != nil {
			t.Fatal(err)
		}
		refused := collectEvents(l.deployer().Destroy(t.Context(), l.env, DestroyOptions{}))
		if problem.KindOf(refused.err) != problem.Refused || !strings.Contains(refused.err.Error(), bucket+" (1 object version)") {
			t.Fatal(refused.err)
		}
		got := collectEvents(l.deployer().Destroy(t.Context(), l.env, DestroyOptions{EmptyBuckets: true}))
		if got.err != nil {
			t.Fatal(got.err)
		}
		for _, r := range got.result.Stacks {
			if r.State != Gone {
				t.Errorf("%+v", r)
			}
		}
		again := collectEvents(l.deployer().Destroy(t.Context(), l.env, DestroyOptions{}))
		if problem.KindOf(again.err) != problem.NotFound {
			t.Error(again.err)
		}
		l.must(l.deploy(t.Context(), l.release("1"), Options{}))
	})
}

func TestSandboxProductionIsNotDestroyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLocal(t, "production", 0)
		got := collectEvents(l.deployer().Destroy(t.Context(), l.env, DestroyOptions{EmptyBuckets: true}))
		if problem.KindOf(got.err) != problem.Refused {
			t.Error(got.err)
		}
	})
}

func TestSandboxInterruptedAtAnEventAndRunAgain(t *testing.T) {
	describe := func(l *local) string {
		rows, err := l.deployer().Status(context.Background(), l.release("1"))
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, r := range rows {
			text += fmt.Sprintln(r.Stack, r.Status, r.TemplateHash, r.Build, r.Protected, r.Behind)
		}
		return text
	}
	var want string
	events := 0
	synctest.Test(t, func(t *testing.T) {
		l := newLocal(t, "dev", 600)
		events = len(l.must(l.deploy(t.Context(), l.release("1"), Options{})).events)
		want = describe(l)
	})
	for kill := 1; kill < events; kill += max(1, events/6) {
		synctest.Test(t, func(t *testing.T) {
			l := newLocal(t, "dev", 600)
			d := l.deployer()
			if _, err := d.Bootstrap(t.Context()); err != nil {
				t.Fatal(err)
			}
			plan, err := d.Plan(t.Context(), l.release("1"), PlanOptions{})
			if err != nil {
				t.Fatal(err)
			}
			read := 0
			for range d.Deploy(t.Context(), plan, Options{}) {
				if read++; read == kill {
					break
				}
			}
			if got := l.deploy(t.Context(), l.release("1"), Options{}); got.err != nil {
				t.Fatalf("stopped at event %d of %d, then: %v", kill, events, got.err)
			}
			if got := describe(l); got != want {
				t.Fatalf("stopped at event %d:\n%s\nundisturbed:\n%s", kill, got, want)
			}
		})
	}
}
