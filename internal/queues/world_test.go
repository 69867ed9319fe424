package queues_test

import (
	"cmp"
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/sandbox"
)

var email = queues.Name{Queue: platform.Email}

// world is a sandbox with the email queue and its dead-letter queue.
type world struct {
	t       testing.TB
	sandbox *sandbox.Sandbox
	config  aws.Config
	sqs     *sqs.Client
	env     platform.Environment
	folder  string
	// source and dead are the queues' addresses.
	source, dead string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	s, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := &world{t: t, sandbox: s, folder: t.TempDir()}
	w.use(s.SDKConfig())
	return w
}

func (w *world) use(config aws.Config) {
	w.config, w.sqs = config, sqs.NewFromConfig(config)
	w.env, _ = platform.ParseEnvironment("test")
	dead, err := w.sqs.CreateQueue(w.ctx(), &sqs.CreateQueueInput{QueueName: aws.String(w.env.DeadLetterQueueName(platform.Email)), Attributes: map[string]string{"MessageRetentionPeriod": "1209600"}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.dead = *dead.QueueUrl
	attributes, err := w.sqs.GetQueueAttributes(w.ctx(), &sqs.GetQueueAttributesInput{QueueUrl: &w.dead, AttributeNames: []types.QueueAttributeName{"QueueArn"}})
	if err != nil {
		w.t.Fatal(err)
	}
	source, err := w.sqs.CreateQueue(w.ctx(), &sqs.CreateQueueInput{QueueName: aws.String(w.env.QueueName(platform.Email)), Attributes: map[string]string{
		"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":5}`, attributes.Attributes["QueueArn"]),
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.source = *source.QueueUrl
}

func (w *world) ctx() context.Context { return context.Background() }

// queues is the domain over some SQS, the world's own if nil.
func (w *world) queues(over queues.SQS, folder string) *queues.Queues {
	if over == nil {
		over = w.sqs
	}
	return queues.New(queues.Clients{
		SQS: over, Logs: cloudwatchlogs.NewFromConfig(w.config), Metrics: cloudwatch.NewFromConfig(w.config), Consumers: lambda.NewFromConfig(w.config),
	}, queues.Settings{Environment: w.env, Clock: clock.Wall{}, Folder: cmp.Or(folder, w.folder)})
}

// fill sends n messages with bodies that tell them apart, and gives the bodies.
func (w *world) fill(url string, n int) []string {
	w.t.Helper()
	var bodies []string
	for first := 0; first < n; first += 10 {
		in := &sqs.SendMessageBatchInput{QueueUrl: &url}
		for i := first; i < min(first+10, n); i++ {
			body := fmt.Sprintf(`{"n":%d,"kind":%q}`, i, []string{"chat", "tool"}[i%2])
			bodies = append(bodies, body)
			in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{Id: aws.String(fmt.Sprint(i)), MessageBody: &body,
				MessageAttributes: map[string]types.MessageAttributeValue{"n": {DataType: aws.String("Number"), StringValue: aws.String(fmt.Sprint(i))}}})
		}
		if _, err := w.sqs.SendMessageBatch(w.ctx(), in); err != nil {
			w.t.Fatal(err)
		}
	}
	return bodies
}

// drain takes everything out of a queue that is or becomes visible, and counts the
// bodies.
func (w *world) drain(url string) map[string]int {
	w.t.Helper()
	out := map[string]int{}
	for empty := 0; empty < 3; {
		got, err := w.sqs.ReceiveMessage(w.ctx(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, VisibilityTimeout: 600})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(got.Messages) == 0 {
			empty++
		}
		for _, m := range got.Messages {
			out[*m.Body]++
			if _, err := w.sqs.DeleteMessage(w.ctx(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	return out
}

// visible is what one receive after the other shows at once, by id, with receives.
func (w *world) visible(url string) map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for {
		got, err := w.sqs.ReceiveMessage(w.ctx(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: 600, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(got.Messages) == 0 {
			return out
		}
		for _, m := range got.Messages {
			out[*m.MessageId] = m.Attributes["ApproximateReceiveCount"]
		}
	}
}

func redriveAll(ctx context.Context, q *queues.Queues, o queues.RedriveOptions) (last queues.RedriveEvent, err error) {
	for last, err = range q.Redrive(ctx, email, o) {
	}
	return last, err
}
