package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// sink is a response that nobody reads.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

// BenchmarkSendMessage is the server's share of a SendMessage of 1 kB, signature
// and all.
func BenchmarkSendMessage(b *testing.B) {
	s := &wire.Service{Name: "sqs", Protocols: []wire.Protocol{wire.JSON10}, TargetPrefix: "AmazonSQS"}
	wire.Handle(s, func(_ context.Context, in *sqs.SendMessageInput) (*sqs.SendMessageOutput, error) {
		return &sqs.SendMessageOutput{MessageId: aws.String("5fea7756-0ea4-451a-a703-a558b933e274"), MD5OfMessageBody: in.QueueUrl}, nil
	})
	_, router := connect(b, s)
	body := `{"QueueUrl":"http://localhost:4599/000000000000/keyvex-email-queue-local","MessageBody":"` + strings.Repeat("x", 1024) + `"}`
	r := httptest.NewRequest("POST", "http://localhost:4599/", nil)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "AmazonSQS.SendMessage")
	r.ContentLength = int64(len(body))
	sign(b, r, keys, "sqs", sha(body), time.Now())
	reader := strings.NewReader("")
	r.Body = io.NopCloser(reader)
	b.ReportAllocs()
	for b.Loop() {
		reader.Reset(body)
		router.ServeHTTP(&sink{header: http.Header{}}, r)
	}
}

// BenchmarkSendMessageInProcess is the whole call, the SDK's client included.
func BenchmarkSendMessageInProcess(b *testing.B) {
	s := &wire.Service{Name: "sqs", Protocols: []wire.Protocol{wire.JSON10}, TargetPrefix: "AmazonSQS"}
	wire.Handle(s, func(context.Context, *sqs.SendMessageInput) (*sqs.SendMessageOutput, error) {
		return &sqs.SendMessageOutput{}, nil
	})
	cfg, _ := connect(b, s)
	client := sqs.NewFromConfig(cfg, func(o *sqs.Options) { o.DisableMessageChecksumValidation = true })
	in := &sqs.SendMessageInput{QueueUrl: aws.String("q"), MessageBody: aws.String(strings.Repeat("x", 1024))}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.SendMessage(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFilterLogEvents is a page of 10,000 events of 100 bytes.
func BenchmarkFilterLogEvents(b *testing.B) {
	out := &cloudwatchlogs.FilterLogEventsOutput{}
	for i := range 10_000 {
		out.Events = append(out.Events, logtypes.FilteredLogEvent{
			EventId: aws.String(fmt.Sprint(i)), LogStreamName: aws.String("s"), Message: aws.String(strings.Repeat("m", 100)),
			Timestamp: aws.Int64(int64(i)), IngestionTime: aws.Int64(int64(i)),
		})
	}
	s := &wire.Service{Name: "logs", Protocols: []wire.Protocol{wire.JSON11}, TargetPrefix: "Logs_20140328"}
	wire.Handle(s, func(context.Context, *cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
		return out, nil
	})
	router := &wire.Router{}
	router.Add(s)
	b.ReportAllocs()
	for b.Loop() {
		r := logRequest("FilterLogEvents", "")
		r.Body = io.NopCloser(bytes.NewReader([]byte("{}")))
		router.ServeHTTP(&sink{header: http.Header{}}, r)
	}
}
