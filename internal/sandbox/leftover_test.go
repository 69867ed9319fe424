package sandbox

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/coder/websocket"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/bundle"
)

// children are the processes that this one has started.
func children(t *testing.T) []string {
	t.Helper()
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(tasks) == 0 {
		t.Skip("SKIPPED: this machine does not tell a process's children")
	}
	var out []string
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		out = append(out, strings.Fields(string(text))...)
	}
	return out
}

// working is the estate with its real functions, each of them at work: on a job, and
// for a socket.
func working(t *testing.T) *estate {
	t.Helper()
	e := served(t, nil, func(e *estate) {
		native, err := bundle.Native("test")
		if err != nil {
			t.Fatal(err)
		}
		client := awss3.NewFromConfig(e.SDKConfig(), func(o *awss3.Options) { o.UsePathStyle = true })
		bucket := platform.AssetsBucketName(DefaultAccount, DefaultRegion)
		for i, b := range e.bundles {
			content, _ := native[i].Content()
			if _, err := client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: &bucket, Key: new(b.Key()), Body: bytes.NewReader(content)}); err != nil {
				t.Fatal(err)
			}
		}
	})
	_, response, err := websocket.Dial(t.Context(), e.published(platform.WebSocketEndpoint), &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"http://localhost:3000"}}})
	if response == nil || response.StatusCode == http.StatusBadGateway {
		t.Fatalf("the handler of sockets fails: %v %v", response, err)
	}
	url, _ := e.SQS.QueueURL("arn:aws:sqs:us-east-1:" + DefaultAccount + ":" + e.env.QueueName(platform.AIProcessing))
	body := `{"version":1,"jobId":"job-1","userId":"u","kind":"chat","input":{"prompt":"hello"}}`
	if _, err := e.SQS.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestNothingIsLeftOfASandboxWithSocketsAndFunctions(t *testing.T) {
	before := len(children(t))
	e := working(t)
	for range 600 {
		lines, err := e.Logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: new(e.env.FunctionLogGroup(platform.AIProcessor)), FilterPattern: new(`"message received"`)})
		if err == nil && len(lines.Events) > 0 {
			break
		}
		_ = clock.Sleep(t.Context(), clock.Wall{}, 100*time.Millisecond)
	}
	if running := children(t); len(running) < before+2 {
		t.Errorf("the processes %v are not two functions", running)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if running := children(t); len(running) > before {
		t.Errorf("the processes %v are left", running)
	}
	// TestMain sees to goroutines.
}
