package acceptance

import (
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/daemon"
	"github.com/keyvex/keyvex/lambdas/store"
)

func TestARestartKeepsEverythingAndAnEndLeavesNothing(t *testing.T) {
	for name, end := range map[string]func(*application){
		"down":    func(a *application) { a.must("local", "down") },
		"kill -9": (*application).killed,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApplication(t)
			a.answered("job-1")
			a.fill()
			if runtime.GOOS == "linux" && len(a.processes()) < 2 {
				t.Errorf("the platform's processes are %v: no function among them", a.processes())
			}
			// Under way at the end: its provider takes its time.
			a.post("job-2", "[[words 4000]]")
			end(a)
			a.leavesNothing()

			a.must("local", "up", "--pace", "100000")
			again := a.application()
			if !maps.Equal(again.vars, a.vars) {
				t.Errorf("the variables were %v and are %v", a.vars, again.vars)
			}
			again.kept()
			again.answered("job-3")
			if name != "down" { // nobody handed back what the killed functions held
				again.drained(sqs.NewFromConfig(again.config()), again.vars["AWS_ENDPOINT_URL"])
			}
			again.storesAnswer("job-2")
			again.must("local", "down")
			again.leavesNothing()
		})
	}
}

// killed kills the platform, and it alone.
func (a *application) killed() {
	a.t.Helper()
	a.advance(time.Minute) // metrics are written once a minute
	info, err := daemon.Status(a.t.Context(), filepath.Join(a.dir, "keyvex", "state"))
	if err != nil {
		a.t.Fatal(err)
	}
	if err := syscall.Kill(info.PID, syscall.SIGKILL); err != nil {
		a.t.Fatal(err)
	}
}

// post sends a job to its queue.
func (a *application) post(id, prompt string) {
	a.t.Helper()
	body := `{"version":1,"jobId":"` + id + `","userId":"u-1","kind":"chat","input":{"prompt":"` + prompt + `"}}`
	_, err := sqs.NewFromConfig(a.config()).SendMessage(a.t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(a.vars["SQS_AI_PROCESSING_QUEUE_URL"]), MessageBody: &body})
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *application) answered(id string) {
	a.t.Helper()
	a.post(id, "hello")
	a.storesAnswer(id)
}

func (a *application) storesAnswer(id string) {
	a.t.Helper()
	table := a.table()
	soon(a.t, "the answer of "+id, func() bool {
		session, err := table.Session(a.t.Context(), id)
		return err == nil && session.Messages == 2
	})
}

// deadURL is a queue from which nobody receives.
func (a *application) deadURL() *string {
	return queueURL(a.vars["AWS_ENDPOINT_URL"], local.DeadLetterQueueName(platform.Email))
}

var measured = []cwtypes.Dimension{{Name: aws.String("Test"), Value: aws.String("restart")}}

// fill puts something into everything that has to be kept.
func (a *application) fill() {
	a.t.Helper()
	ctx, cfg := a.t.Context(), a.config()
	_, sent := sqs.NewFromConfig(cfg).SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: a.deadURL(), MessageBody: aws.String("kept")})
	_, set := secretsmanager.NewFromConfig(cfg).PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(a.vars["INTEGRATION_SECRETS_ARN"]), SecretString: aws.String(`{"unsplash_access_key":"kept"}`),
	})
	_, put := cloudwatch.NewFromConfig(cfg).PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
		Namespace: aws.String("Test"), MetricData: []cwtypes.MetricDatum{{MetricName: aws.String("Kept"), Value: aws.Float64(42), Dimensions: measured}},
	})
	for _, err := range []error{sent, set, put, a.table().PutUser(ctx, store.User{ID: "u-1", Email: "ada@example.com"})} {
		if err != nil {
			a.t.Fatal(err)
		}
	}
	soon(a.t, "the job in the log", func() bool { return a.receives("job-1") == 1 })
}

// kept finds what fill has put there.
func (a *application) kept() {
	a.t.Helper()
	ctx, cfg := a.t.Context(), a.config()
	got, err := sqs.NewFromConfig(cfg).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: a.deadURL(), WaitTimeSeconds: 1})
	if err != nil || len(got.Messages) != 1 || *got.Messages[0].Body != "kept" {
		a.t.Errorf("the queue has %+v, %v", got, err)
	}
	secret, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(a.vars["INTEGRATION_SECRETS_ARN"])})
	if err != nil || !strings.Contains(*secret.SecretString, "kept") {
		a.t.Errorf("the secret: %v", err)
	}
	now := time.Now()
	metric, err := cloudwatch.NewFromConfig(cfg).GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("Test"), MetricName: aws.String("Kept"), Dimensions: measured, Statistics: []cwtypes.Statistic{cwtypes.StatisticSum},
		StartTime: aws.Time(now.Add(-time.Hour)), EndTime: aws.Time(now.Add(time.Hour)), Period: aws.Int32(3600),
	})
	if err != nil || len(metric.Datapoints) != 1 || *metric.Datapoints[0].Sum != 42 {
		a.t.Errorf("the metric: %+v, %v", metric, err)
	}
	if user, err := a.table().User(ctx, "u-1"); err != nil || user.Email != "ada@example.com" {
		a.t.Errorf("the table: %+v, %v", user, err)
	}
	if n := a.receives("job-1"); n != 1 {
		a.t.Errorf("the log has %d receives of job-1", n)
	}
}

// processes are those that run in the home or out of it, but for this one.
func (a *application) processes() map[string]string {
	out := map[string]string{}
	found, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range found {
		line, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		program, _ := os.Readlink(filepath.Join(process, "exe"))
		if text := strings.ReplaceAll(string(line), "\x00", " ") + program; strings.Contains(text, a.dir) {
			out[filepath.Base(process)] = text
		}
	}
	return out
}

// leavesNothing holds that no process is left and no port is open.
func (a *application) leavesNothing() {
	a.t.Helper()
	soon(a.t, "the end of all processes", func() bool { return len(a.processes()) == 0 })
	endpoint, err := url.Parse(a.vars["AWS_ENDPOINT_URL"])
	if err != nil {
		a.t.Fatal(err)
	}
	for _, address := range []string{endpoint.Host, a.vars["CLOUDFRONT_DOMAIN"], net.JoinHostPort(a.vars["REDIS_ENDPOINT"], a.vars["REDIS_PORT"])} {
		soon(a.t, "the end of "+address, func() bool {
			conn, err := net.DialTimeout("tcp", address, time.Second)
			if err == nil {
				conn.Close()
			}
			return err != nil
		})
	}
}
