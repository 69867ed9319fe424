package sqs_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// journalled is a service whose messages go to a disk.
func journalled(b *testing.B) *sqs.Service {
	store, err := state.Open(filepath.Join(b.TempDir(), "journal"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	h := oracle.Host()
	h.State = store
	service := sqs.New(h)
	b.Cleanup(service.Close)
	for _, q := range []sdk.CreateQueueInput{
		{QueueName: aws.String("dlq")}, {QueueName: aws.String("q")},
		{QueueName: aws.String("main"), Attributes: map[string]string{"VisibilityTimeout": "0", "RedrivePolicy": redriveTo("dlq", 1)}},
	} {
		if _, err := service.CreateQueue(b.Context(), &q); err != nil {
			b.Fatal(err)
		}
	}
	return service
}

func queueAt(name string) *string { return aws.String("http://localhost/123456789012/" + name) }

func fill(b *testing.B, s *sqs.Service, name string, n int) {
	body := strings.Repeat("x", 1000)
	for range n {
		if _, err := s.SendMessage(b.Context(), &sdk.SendMessageInput{QueueUrl: queueAt(name), MessageBody: &body}); err != nil {
			b.Fatal(err)
		}
	}
}

// A message of 1 kB sent, received and deleted, behind so many others.
func BenchmarkSendReceiveDelete(b *testing.B) {
	for _, behind := range []int{0, 100_000} {
		b.Run(fmt.Sprint(behind), func(b *testing.B) {
			s := journalled(b)
			fill(b, s, "q", behind)
			for b.Loop() {
				fill(b, s, "q", 1)
				out, err := s.ReceiveMessage(b.Context(), &sdk.ReceiveMessageInput{QueueUrl: queueAt("q")})
				if err != nil || len(out.Messages) != 1 {
					b.Fatal(out, err)
				}
				if _, err := s.DeleteMessage(b.Context(), &sdk.DeleteMessageInput{QueueUrl: queueAt("q"), ReceiptHandle: out.Messages[0].ReceiptHandle}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCountsOf100000(b *testing.B) {
	s := journalled(b)
	fill(b, s, "q", 100_000)
	for b.Loop() {
		if _, err := s.GetQueueAttributes(b.Context(), &sdk.GetQueueAttributesInput{QueueUrl: queueAt("q"), AttributeNames: []types.QueueAttributeName{"All"}}); err != nil {
			b.Fatal(err)
		}
	}
}

// 10,000 dead letters on their way back, from the task's start to its end.
func BenchmarkRedriveOf10000(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := journalled(b)
		fill(b, s, "main", 10_000)
		for range 2_100 {
			if _, err := s.ReceiveMessage(b.Context(), &sdk.ReceiveMessageInput{QueueUrl: queueAt("main"), MaxNumberOfMessages: 10}); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		if _, err := s.StartMessageMoveTask(b.Context(), &sdk.StartMessageMoveTaskInput{SourceArn: aws.String(dlqARN)}); err != nil {
			b.Fatal(err)
		}
		for {
			out, err := s.ListMessageMoveTasks(b.Context(), &sdk.ListMessageMoveTasksInput{SourceArn: aws.String(dlqARN)})
			if err != nil {
				b.Fatal(err)
			}
			if *out.Results[0].Status == "COMPLETED" {
				if out.Results[0].ApproximateNumberOfMessagesMoved != 10_000 {
					b.Fatal(out.Results[0].ApproximateNumberOfMessagesMoved)
				}
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}
