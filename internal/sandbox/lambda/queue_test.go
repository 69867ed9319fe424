package lambda_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/lambda"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/process"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
)

// standing is a service that runs processes and reads real queues, with the function f
// and the queue q.
func standing(t testing.TB, zip []byte) (*lambda.Service, *sqs.Service, *journal) {
	t.Helper()
	h, j := oracle.Host(), newJournal()
	h.Random, h.Meter = rand.Reader, j.measure
	queues := sqs.New(h)
	service := lambda.New(h, lambda.Siblings{Queues: queues, Logs: j, Runner: process.New("", rand.Reader)})
	t.Cleanup(func() {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
		queues.Close()
	})
	if _, err := queues.CreateQueue(t.Context(), &sdksqs.CreateQueueInput{QueueName: aws.String("q"), Attributes: map[string]string{"VisibilityTimeout": "60"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := service.CreateFunction(t.Context(), function("f", func(in *sdk.CreateFunctionInput) {
		in.Code = &types.FunctionCode{ZipFile: zip}
	})); err != nil {
		t.Fatal(err)
	}
	return service, queues, j
}

func sendOrders(t testing.TB, queues *sqs.Service, n int) {
	t.Helper()
	url, _ := queues.QueueURL(queueARN)
	for i := range n {
		if _, err := queues.SendMessage(t.Context(), &sdksqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String(fmt.Sprint(i))}); err != nil {
			t.Fatal(err)
		}
	}
}

func waitEmpty(t testing.TB, queues *sqs.Service) {
	t.Helper()
	url, _ := queues.QueueURL(queueARN)
	for range 6000 {
		out, err := queues.GetQueueAttributes(t.Context(), &sdksqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{"All"}})
		if err != nil {
			t.Fatal(err)
		}
		if out.Attributes["ApproximateNumberOfMessages"] == "0" && out.Attributes["ApproximateNumberOfMessagesNotVisible"] == "0" {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the queue does not run empty")
}

func TestProcessesServeAQueue(t *testing.T) {
	service, queues, j := standing(t, pack(t, "#!keyvex-function echo b"))
	if _, err := service.CreateEventSourceMapping(t.Context(), mapping(func(in *sdk.CreateEventSourceMappingInput) { in.BatchSize = aws.Int32(1) })); err != nil {
		t.Fatal(err)
	}
	sendOrders(t, queues, 60)
	waitEmpty(t, queues)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.metrics["Invocations"] != 60 || j.metrics["Errors"] != 0 {
		t.Errorf("metrics %v", j.metrics)
	}
}

func TestKilledProcessesLoseNoMessage(t *testing.T) {
	service, queues, j := standing(t, pack(t, "#!keyvex-function echo b"))
	url, _ := queues.QueueURL(queueARN)
	_, err := queues.SetQueueAttributes(t.Context(), &sdksqs.SetQueueAttributesInput{QueueUrl: &url, Attributes: map[string]string{"VisibilityTimeout": "3"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.CreateEventSourceMapping(t.Context(), mapping(func(in *sdk.CreateEventSourceMappingInput) { in.BatchSize = aws.Int32(1) })); err != nil {
		t.Fatal(err)
	}
	const messages = 200
	sendOrders(t, queues, messages)
	killed := 0
	for tries := 0; killed == 0 || tries < 20; tries++ { // the first instance may take its time
		time.Sleep(10 * time.Millisecond)
		killed += service.Kill("f")
	}
	waitEmpty(t, queues)
	j.mu.Lock()
	defer j.mu.Unlock()
	if killed == 0 || j.metrics["Invocations"]-j.metrics["Errors"] < messages {
		t.Errorf("%d instances killed, metrics %v", killed, j.metrics)
	}
}

func BenchmarkInvokeWarm(b *testing.B) {
	service, _, _ := standing(b, pack(b, "#!keyvex-function echo b"))
	for b.Loop() {
		if out, err := service.Invoke(b.Context(), &sdk.InvokeInput{FunctionName: aws.String("f")}); err != nil || out.FunctionError != nil {
			b.Fatalf("%+v, %v", out, err)
		}
	}
}

func BenchmarkMessageThroughQueueAndFunction(b *testing.B) {
	service, queues, _ := standing(b, pack(b, "#!keyvex-function echo b"))
	if _, err := service.CreateEventSourceMapping(b.Context(), mapping(func(in *sdk.CreateEventSourceMappingInput) { in.BatchSize = aws.Int32(1) })); err != nil {
		b.Fatal(err)
	}
	const each = 500
	for b.Loop() {
		sendOrders(b, queues, each)
		waitEmpty(b, queues)
	}
	b.ReportMetric(float64(each)*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
