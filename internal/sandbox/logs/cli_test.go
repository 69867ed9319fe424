package logs_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// foreign runs a client that is not ours against the service and gives its output.
func foreign(t *testing.T, service *logs.Service, name string, arguments ...string) string {
	t.Helper()
	router := &wire.Router{}
	router.Add(service.Wire())
	server := httptest.NewServer(router)
	defer server.Close()
	for i := range arguments {
		arguments[i] = strings.ReplaceAll(arguments[i], "ENDPOINT", server.URL)
	}
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "AWS_DEFAULT_REGION=" + oracle.Region,
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "PYENV_VERSION=" + os.Getenv("PYENV_VERSION"),
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, stderr.String())
	}
	return string(out)
}

func TestTheAWSCommandLineReadsEvents(t *testing.T) {
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("the aws CLI is not installed: no client that is not ours")
	}
	c, service := client(t)
	create(t, c, "g")
	for i := range 25 {
		if err := service.Append("g", fmt.Sprint("s", i%2), host.LogLine{At: time.Now().Add(time.Duration(i) * time.Millisecond), Message: fmt.Sprintf("line %d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	out := foreign(t, service, "aws", "--endpoint-url", "ENDPOINT", "--output", "text", "logs", "filter-log-events", "--log-group-name", "g",
		"--page-size", "10", "--filter-pattern", "?7 ?3", "--query", "events[].message")
	if got := strings.Fields(strings.ReplaceAll(out, "line ", "")); strings.Join(got, " ") != "3 7 13 17 23" {
		t.Errorf("filter-log-events: %q", out)
	}
	out = foreign(t, service, "aws", "--endpoint-url", "ENDPOINT", "--output", "text", "logs", "get-log-events", "--log-group-name", "g",
		"--log-stream-name", "s1", "--limit", "2", "--query", "events[].message")
	if strings.TrimSpace(out) != "line 21\tline 23" {
		t.Errorf("get-log-events: %q", out)
	}
}

// The Python SDK checks the frames of the stream, and its initial response.
func TestBoto3TailsLive(t *testing.T) {
	if exec.CommandContext(t.Context(), "python3", "-c", "import boto3").Run() != nil {
		t.Skip("python3 has no boto3: no client that is not ours")
	}
	c, service := client(t)
	create(t, c, "g")
	const script = `
import boto3, sys
from botocore.config import Config
logs = boto3.client("logs", endpoint_url=sys.argv[1], config=Config(inject_host_prefix=False))
tail = logs.start_live_tail(logGroupIdentifiers=["arn:aws:logs:us-east-1:123456789012:log-group:g"])["responseStream"]
for event in tail:
    if "sessionStart" in event:
        logs.create_log_stream(logGroupName="g", logStreamName="s")
        logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[{"timestamp": int(sys.argv[2]), "message": "hello"}])
    elif event["sessionUpdate"]["sessionResults"]:
        print(event["sessionUpdate"]["sessionResults"][0]["message"], event["sessionUpdate"]["sessionMetadata"]["sampled"])
        break
tail.close()
`
	if out := foreign(t, service, "python3", "-c", script, "ENDPOINT", fmt.Sprint(time.Now().UnixMilli())); out != "hello False\n" {
		t.Errorf("got %q", out)
	}
}

func TestEventsAreMotosToo(t *testing.T) {
	theirs := cloudwatchlogs.NewFromConfig(oracle.Moto(t))
	ours, _ := client(t)
	ctx := t.Context()
	now := time.UnixMilli(time.Now().UnixMilli())
	type step = oracle.Step[*cloudwatchlogs.Client]
	events := func(name string, in cloudwatchlogs.FilterLogEventsInput) step {
		// moto keeps streams apart unless it is told not to, AWS no longer does; and moto
		// ignores prefixes, which are not compared for that.
		in.LogGroupName, in.Interleaved = g, aws.Bool(true) //nolint:staticcheck // it is moto's to heed
		return step{Name: name, Call: func(c *cloudwatchlogs.Client) (any, error) {
			out, err := c.FilterLogEvents(ctx, &in)
			if err != nil {
				return nil, err
			}
			return messages(out.Events), nil
		}}
	}
	got := func(name string, in cloudwatchlogs.GetLogEventsInput) step {
		in.LogGroupName, in.LogStreamName = g, aws.String("a")
		return step{Name: name, Call: func(c *cloudwatchlogs.Client) (any, error) {
			out, err := c.GetLogEvents(ctx, &in)
			if err != nil {
				return nil, err
			}
			var list []any
			for _, e := range out.Events {
				list = append(list, e.Message, e.Timestamp)
			}
			return list, nil
		}}
	}
	putTo := func(stream string, batch ...types.InputLogEvent) step {
		return step{Name: "put", Call: func(c *cloudwatchlogs.Client) (any, error) {
			out, err := c.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: g, LogStreamName: &stream, LogEvents: batch})
			if err != nil {
				return nil, err
			}
			info := out.RejectedLogEventsInfo
			if info == nil {
				return nil, nil
			}
			// moto counts the last event that is too old; AWS says that the end is exclusive.
			return []bool{info.TooOldLogEventEndIndex != nil, info.ExpiredLogEventEndIndex != nil, info.TooNewLogEventStartIndex != nil}, nil
		}}
	}
	batch := []types.InputLogEvent{event(now.Add(-3*time.Second), "ERROR one"), event(now.Add(-2*time.Second), "WARN two"), event(now, "ERROR three")}
	steps := []step{
		putTo("a", batch...),
		{Name: "group", Call: func(c *cloudwatchlogs.Client) (any, error) {
			return nil, second(c.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: g}))
		}},
		putTo("a", batch...),
		{Name: "stream", Call: func(c *cloudwatchlogs.Client) (any, error) {
			return nil, second(c.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: g, LogStreamName: aws.String("a")}))
		}},
		{Name: "another stream", Call: func(c *cloudwatchlogs.Client) (any, error) {
			return nil, second(c.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: g, LogStreamName: aws.String("b")}))
		}},
		putTo("a", batch...),
		putTo("b", event(now.Add(-time.Second), "ERROR of b")),
		putTo("a", event(now.Add(-20*24*time.Hour), "too old")),
		putTo("a", event(now.Add(5*time.Hour), "too new")),
		events("all", cloudwatchlogs.FilterLogEventsInput{}),
		events("pattern", cloudwatchlogs.FilterLogEventsInput{FilterPattern: aws.String("ERROR")}),
		events("quoted", cloudwatchlogs.FilterLogEventsInput{FilterPattern: aws.String(`"WARN two"`)}),
		events("names", cloudwatchlogs.FilterLogEventsInput{LogStreamNames: []string{"b"}}),
		events("range", cloudwatchlogs.FilterLogEventsInput{StartTime: aws.Int64(now.Add(-2 * time.Second).UnixMilli()), EndTime: aws.Int64(now.Add(-time.Second).UnixMilli())}),
		events("many", cloudwatchlogs.FilterLogEventsInput{Limit: aws.Int32(10_001)}),
		got("head", cloudwatchlogs.GetLogEventsInput{StartFromHead: aws.Bool(true), Limit: aws.Int32(2)}),
		got("tail", cloudwatchlogs.GetLogEventsInput{Limit: aws.Int32(2)}),
		got("since", cloudwatchlogs.GetLogEventsInput{StartTime: aws.Int64(now.Add(-2 * time.Second).UnixMilli())}),
	}
	oracle.Compare(t, ours, theirs, steps)
}

func second[T any](_ T, err error) error { return err }
