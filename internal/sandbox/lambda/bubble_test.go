package lambda_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/lambda"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
)

// world is the service with real queues and a handler in process, all in a bubble.
type world struct {
	t       *testing.T
	lambda  *lambda.Service
	sqs     *sqs.Service
	journal *journal
	sent    map[string][]byte
	mu      sync.Mutex
}

func (w *world) Send(_ context.Context, arn string, document []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent[arn] = document
	return nil
}

// inBubble runs a test where time passes by itself. The function is f, the queue q
// with the dead-letter queue dlq after maxReceive receives.
func inBubble(t *testing.T, maxReceive int, handler runner.Handler, test func(*world)) {
	synctest.Test(t, func(t *testing.T) {
		h, j := oracle.Host(), newJournal()
		h.Meter, h.Random = j.measure, rand.Reader
		w := &world{t: t, sqs: sqs.New(h), journal: j, sent: map[string][]byte{}}
		s := around(t)
		s.Queues, s.Logs, s.Destinations = w.sqs, j, w
		s.Runner = runner.InProcess{"echo": func(runner.Spec) (runner.Handler, error) { return handler, nil }}
		w.lambda = lambda.New(h, s)
		w.queue("dlq", nil)
		w.queue("q", map[string]string{"VisibilityTimeout": "60", "RedrivePolicy": fmt.Sprintf(
			`{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dlq","maxReceiveCount":%d}`, maxReceive)})
		_, err := w.lambda.CreateFunction(t.Context(), function("f", func(in *sdk.CreateFunctionInput) {
			in.Code = &types.FunctionCode{ZipFile: pack(t, "#!keyvex-function echo b")}
			in.Timeout = aws.Int32(30)
		}))
		if err != nil {
			t.Fatal(err)
		}
		test(w)
		closed(t, w.lambda)
		w.sqs.Close()
	})
}

func (w *world) queue(name string, attributes map[string]string) {
	w.t.Helper()
	if _, err := w.sqs.CreateQueue(w.t.Context(), &sdksqs.CreateQueueInput{QueueName: &name, Attributes: attributes}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) send(queue, body string) string {
	w.t.Helper()
	url, _ := w.sqs.QueueURL("arn:aws:sqs:us-east-1:123456789012:" + queue)
	in := &sdksqs.SendMessageInput{QueueUrl: &url, MessageBody: &body}
	if group, _, ok := strings.Cut(body, "/"); ok {
		in.MessageGroupId, in.MessageDeduplicationId = &group, &body
	}
	out, err := w.sqs.SendMessage(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.MessageId
}

// counts are a queue's visible and invisible messages.
func (w *world) counts(queue string) string {
	w.t.Helper()
	url, _ := w.sqs.QueueURL("arn:aws:sqs:us-east-1:123456789012:" + queue)
	out, err := w.sqs.GetQueueAttributes(w.t.Context(), &sdksqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{"All"}})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Attributes["ApproximateNumberOfMessages"] + "+" + out.Attributes["ApproximateNumberOfMessagesNotVisible"]
}

func (w *world) mapping(change func(*sdk.CreateEventSourceMappingInput)) string {
	w.t.Helper()
	out, err := w.lambda.CreateEventSourceMapping(w.t.Context(), mapping(change))
	if err != nil {
		w.t.Fatal(err)
	}
	return *out.UUID
}

func (w *world) sleep(d time.Duration) {
	w.t.Helper()
	if err := clock.Sleep(w.t.Context(), clock.Wall{}, d); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

// batchEvent is an SQS event as the function sees it.
type batchEvent struct {
	Records []struct {
		MessageID  string `json:"messageId"`
		Body       string
		Attributes map[string]string
	}
}

func parse(in runner.Invocation) batchEvent {
	var e batchEvent
	if err := json.Unmarshal(in.Payload, &e); err != nil {
		panic(err)
	}
	return e
}

func bodies(e batchEvent) []string {
	var out []string
	for _, r := range e.Records {
		out = append(out, r.Body)
	}
	return out
}

func reports(in *sdk.CreateEventSourceMappingInput) {
	in.FunctionResponseTypes = []types.FunctionResponseType{types.FunctionResponseTypeReportBatchItemFailures}
}

// recorder is a handler that remembers, and answers what answer says.
type recorder struct {
	mu     sync.Mutex
	seen   []batchEvent
	raw    [][]byte
	answer func(batchEvent) ([]byte, error)
}

func (r *recorder) handle(_ context.Context, in runner.Invocation) ([]byte, error) {
	e := parse(in)
	r.mu.Lock()
	r.seen, r.raw = append(r.seen, e), append(r.raw, in.Payload)
	r.mu.Unlock()
	if r.answer == nil {
		return []byte("null"), nil
	}
	return r.answer(e)
}

func (r *recorder) times(body string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, e := range r.seen {
		for _, b := range bodies(e) {
			if b == body {
				n++
			}
		}
	}
	return n
}

func TestAMessageThatSucceedsIsGoneAndOneThatFailsEndsInTheDeadLetterQueue(t *testing.T) {
	r := &recorder{}
	r.answer = func(e batchEvent) ([]byte, error) {
		for _, rec := range e.Records {
			if rec.Body == "poison" {
				return []byte(`{"batchItemFailures":[{"itemIdentifier":"` + rec.MessageID + `"}]}`), nil
			}
		}
		return []byte(`{"batchItemFailures":[]}`), nil
	}
	inBubble(t, 3, r.handle, func(w *world) {
		w.mapping(reports)
		w.send("q", "good")
		w.send("q", "poison")
		w.sleep(time.Second)
		if got := w.counts("q"); got != "0+1" {
			t.Errorf("after the first try q has %s", got)
		}
		w.sleep(5 * time.Minute)
		if w.counts("q") != "0+0" || w.counts("dlq") != "1+0" || r.times("good") != 1 || r.times("poison") != 3 {
			t.Errorf("q %s, dlq %s, good %d times, poison %d times", w.counts("q"), w.counts("dlq"), r.times("good"), r.times("poison"))
		}
	})
}

func TestWhatTheEndOfThePlatformCutsShortComesAgainAtOnce(t *testing.T) {
	working := func(ctx context.Context, _ runner.Invocation) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	inBubble(t, 3, working, func(w *world) {
		w.mapping(reports)
		w.send("q", "long work")
		w.sleep(time.Second)
		if got := w.counts("q"); got != "0+1" {
			t.Errorf("at work q has %s", got)
		}
		closed(t, w.lambda)
		if got := w.counts("q"); got != "1+0" {
			t.Errorf("after the end q has %s", got)
		}
	})
}

// The rules of https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
func TestPartialBatchResponsesFollowAWSRules(t *testing.T) {
	for answer, want := range map[string]string{
		"": "0+0", "null": "0+0", "{}": "0+0", `{"batchItemFailures":null}`: "0+0", `{"batchItemFailures":[]}`: "0+0",
		"no json": "0+2", `"text"`: "0+2", `{"batchItemFailures":[{}]}`: "0+2", `{"batchItemFailures":[{"itemIdentifier":null}]}`: "0+2",
		`{"batchItemFailures":[{"itemIdentifier":""}]}`: "0+2", `{"batchItemFailures":[{"itemId":"x"}]}`: "0+2",
		`{"batchItemFailures":[{"itemIdentifier":"unknown"}]}`: "0+2", "FIRST": "0+1", "error": "0+2",
	} {
		t.Run(answer, func(t *testing.T) {
			r := &recorder{answer: func(e batchEvent) ([]byte, error) {
				switch answer {
				case "FIRST":
					return []byte(`{"batchItemFailures":[{"itemIdentifier":"` + e.Records[0].MessageID + `"}]}`), nil
				case "error":
					return nil, fmt.Errorf("refused")
				}
				return []byte(answer), nil
			}}
			inBubble(t, 5, r.handle, func(w *world) {
				w.send("q", "a")
				w.send("q", "b")
				w.mapping(reports)
				w.sleep(time.Second)
				if got := w.counts("q"); got != want || len(r.seen) != 1 {
					t.Errorf("q has %s, want %s, after %d batches", got, want, len(r.seen))
				}
			})
		})
	}
}

func TestWithoutReportsAnAnswerIsASuccess(t *testing.T) {
	r := &recorder{answer: func(batchEvent) ([]byte, error) { return []byte("whatever"), nil }}
	inBubble(t, 5, r.handle, func(w *world) {
		w.send("q", "a")
		w.mapping(nil)
		w.sleep(time.Second)
		if got := w.counts("q"); got != "0+0" {
			t.Errorf("q has %s", got)
		}
	})
}

func TestAWindowGathersABatch(t *testing.T) {
	r := &recorder{}
	inBubble(t, 5, r.handle, func(w *world) {
		w.mapping(func(in *sdk.CreateEventSourceMappingInput) {
			in.BatchSize, in.MaximumBatchingWindowInSeconds = aws.Int32(100), aws.Int32(20)
			in.ScalingConfig = &types.ScalingConfig{MaximumConcurrency: aws.Int32(2)}
		})
		for n := range 40 {
			w.send("q", fmt.Sprint(n))
		}
		w.sleep(25 * time.Second)
		total := 0
		for _, e := range r.seen {
			total += len(e.Records)
		}
		if total != 40 || len(r.seen) > 2 || w.counts("q") != "0+0" {
			t.Errorf("%d messages in %d batches; q has %s", total, len(r.seen), w.counts("q"))
		}
	})
}

func TestAnEventIsAsAWSSendsIt(t *testing.T) {
	r := &recorder{}
	inBubble(t, 5, r.handle, func(w *world) {
		w.mapping(nil)
		url, _ := w.sqs.QueueURL(queueARN)
		sent, err := w.sqs.SendMessage(w.t.Context(), &sdksqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("<b>"), MessageAttributes: map[string]sqstypes.MessageAttributeValue{
			"n": {DataType: aws.String("Number"), StringValue: aws.String("1")},
		}})
		if err != nil {
			t.Fatal(err)
		}
		w.sleep(time.Second)
		var got struct{ Records []map[string]any }
		if len(r.raw) != 1 || json.Unmarshal(r.raw[0], &got) != nil || len(got.Records) != 1 {
			t.Fatalf("%s", r.raw)
		}
		rec := got.Records[0]
		names := slices.Sorted(maps.Keys(rec))
		want := []string{"attributes", "awsRegion", "body", "eventSource", "eventSourceARN", "md5OfBody", "md5OfMessageAttributes", "messageAttributes", "messageId", "receiptHandle"}
		if !slices.Equal(names, want) || rec["body"] != "<b>" || rec["messageId"] != *sent.MessageId || rec["md5OfBody"] != *sent.MD5OfMessageBody ||
			rec["eventSource"] != "aws:sqs" || rec["eventSourceARN"] != queueARN || rec["awsRegion"] != "us-east-1" {
			t.Errorf("%v", rec)
		}
		attributes := rec["attributes"].(map[string]any)
		for _, name := range []string{"ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"} {
			if _, ok := attributes[name].(string); !ok {
				t.Errorf("no %s in %v", name, attributes)
			}
		}
		if n := rec["messageAttributes"].(map[string]any)["n"]; fmt.Sprint(n) != "map[binaryListValues:[] dataType:Number stringListValues:[] stringValue:1]" {
			t.Errorf("attribute %v", n)
		}
	})
}

func TestADisabledOrDeletedMappingReceivesNothingAndDrains(t *testing.T) {
	finished := 0
	slow := func(ctx context.Context, _ runner.Invocation) ([]byte, error) {
		err := clock.Sleep(ctx, clock.Wall{}, 10*time.Second)
		finished++
		return []byte("null"), err
	}
	inBubble(t, 5, slow, func(w *world) {
		id := w.mapping(nil)
		w.send("q", "first")
		w.sleep(time.Second)
		if _, err := w.lambda.UpdateEventSourceMapping(w.t.Context(), &sdk.UpdateEventSourceMappingInput{UUID: &id, Enabled: aws.Bool(false)}); err != nil {
			t.Fatal(err)
		}
		w.send("q", "second")
		w.sleep(30 * time.Second)
		if w.counts("q") != "1+0" || finished != 1 {
			t.Errorf("disabled: q %s, %d finished", w.counts("q"), finished)
		}
		if _, err := w.lambda.UpdateEventSourceMapping(w.t.Context(), &sdk.UpdateEventSourceMappingInput{UUID: &id, Enabled: aws.Bool(true)}); err != nil {
			t.Fatal(err)
		}
		w.sleep(30 * time.Second)
		if w.counts("q") != "0+0" || finished != 2 {
			t.Errorf("enabled: q %s, %d finished", w.counts("q"), finished)
		}
		if _, err := w.lambda.DeleteEventSourceMapping(w.t.Context(), &sdk.DeleteEventSourceMappingInput{UUID: &id}); err != nil {
			t.Fatal(err)
		}
		w.send("q", "third")
		w.sleep(30 * time.Second)
		if w.counts("q") != "1+0" {
			t.Errorf("deleted: q %s", w.counts("q"))
		}
	})
}

func TestAThrottledFunctionCostsMessagesNoReceive(t *testing.T) {
	r := &recorder{}
	inBubble(t, 2, r.handle, func(w *world) {
		reserve := func(n int32) {
			if _, err := w.lambda.PutFunctionConcurrency(w.t.Context(), &sdk.PutFunctionConcurrencyInput{FunctionName: aws.String("f"), ReservedConcurrentExecutions: &n}); err != nil {
				t.Fatal(err)
			}
		}
		reserve(0)
		w.mapping(nil)
		w.send("q", "a")
		w.sleep(40 * time.Second)
		reserve(1)
		w.sleep(10 * time.Second)
		if r.times("a") != 1 || r.seen[0].Records[0].Attributes["ApproximateReceiveCount"] != "1" || w.counts("q") != "0+0" || w.journal.metrics["Throttles"] == 0 {
			t.Errorf("seen %+v, q %s, metrics %v", r.seen, w.counts("q"), w.journal.metrics)
		}
	})
}

func TestPollersGrowToTheMaximumConcurrencyAndNoFurther(t *testing.T) {
	var mu sync.Mutex
	now, most := 0, 0
	slow := func(ctx context.Context, _ runner.Invocation) ([]byte, error) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		err := clock.Sleep(ctx, clock.Wall{}, 5*time.Second)
		mu.Lock()
		now--
		mu.Unlock()
		return []byte("null"), err
	}
	inBubble(t, 5, slow, func(w *world) {
		w.mapping(func(in *sdk.CreateEventSourceMappingInput) {
			in.BatchSize, in.ScalingConfig = aws.Int32(1), &types.ScalingConfig{MaximumConcurrency: aws.Int32(8)}
		})
		for n := range 100 {
			w.send("q", fmt.Sprint(n))
		}
		w.sleep(2 * time.Minute)
		if most != 8 || w.counts("q") != "0+0" {
			t.Errorf("at most %d at a time, q %s", most, w.counts("q"))
		}
	})
}

func TestAGroupOfAFIFOQueueKeepsItsOrder(t *testing.T) {
	var mu sync.Mutex
	order := map[string][]string{}
	handler := func(ctx context.Context, in runner.Invocation) ([]byte, error) {
		for _, body := range bodies(parse(in)) {
			group, n, _ := strings.Cut(body, "/")
			mu.Lock()
			order[group] = append(order[group], n)
			mu.Unlock()
		}
		return []byte("null"), clock.Sleep(ctx, clock.Wall{}, 100*time.Millisecond)
	}
	inBubble(t, 5, handler, func(w *world) {
		w.queue("o.fifo", map[string]string{"FifoQueue": "true", "VisibilityTimeout": "60"})
		w.mapping(func(in *sdk.CreateEventSourceMappingInput) {
			in.EventSourceArn, in.BatchSize = aws.String("arn:aws:sqs:us-east-1:123456789012:o.fifo"), aws.Int32(2)
		})
		want := map[string][]string{}
		for n := range 30 {
			for _, group := range []string{"a", "b", "c"} {
				w.send("o.fifo", group+"/"+fmt.Sprint(n))
				want[group] = append(want[group], fmt.Sprint(n))
			}
		}
		w.sleep(time.Minute)
		if fmt.Sprint(order) != fmt.Sprint(want) {
			t.Errorf("got %v", order)
		}
	})
}

func TestIdleInstancesEndAfterFiveMinutes(t *testing.T) {
	r := &recorder{}
	inBubble(t, 5, r.handle, func(w *world) {
		call := func() string {
			if _, err := w.lambda.Invoke(w.t.Context(), &sdk.InvokeInput{FunctionName: aws.String("f")}); err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(strings.Count(w.journal.text(), "INIT_START"))
		}
		starts := call()
		w.sleep(4 * time.Minute)
		starts += call()
		w.sleep(6 * time.Minute)
		if starts += call(); starts != "112" {
			t.Errorf("instances started by then: %s", starts)
		}
	})
}

func TestAnAsynchronousInvocationIsTriedThreeTimes(t *testing.T) {
	var at []time.Time
	failing := func(context.Context, runner.Invocation) ([]byte, error) {
		at = append(at, time.Now())
		return nil, fmt.Errorf("refused")
	}
	inBubble(t, 5, failing, func(w *world) {
		target := "arn:aws:sqs:us-east-1:123456789012:failed"
		_, err := w.lambda.PutFunctionEventInvokeConfig(w.t.Context(), &sdk.PutFunctionEventInvokeConfigInput{
			FunctionName: aws.String("f"), DestinationConfig: &types.DestinationConfig{OnFailure: &types.OnFailure{Destination: &target}},
		})
		if err != nil {
			t.Fatal(err)
		}
		out, err := w.lambda.Invoke(w.t.Context(), &sdk.InvokeInput{FunctionName: aws.String("f"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`{"a":1}`)})
		if err != nil || out.StatusCode != 202 {
			t.Fatalf("%+v, %v", out, err)
		}
		w.sleep(time.Hour)
		if len(at) != 3 || at[1].Sub(at[0]).Round(time.Second) != time.Minute || at[2].Sub(at[1]).Round(time.Second) != 2*time.Minute {
			t.Errorf("tried at %v", at)
		}
		var record struct {
			RequestContext struct {
				Condition              string
				ApproximateInvokeCount int
			}
			RequestPayload  map[string]int
			ResponsePayload struct{ ErrorMessage string }
		}
		if err := json.Unmarshal(w.sent[target], &record); err != nil || record.RequestContext.Condition != "RetriesExhausted" ||
			record.RequestContext.ApproximateInvokeCount != 3 || record.RequestPayload["a"] != 1 || record.ResponsePayload.ErrorMessage != "refused" {
			t.Errorf("%s, %v", w.sent[target], err)
		}
	})
}

func TestAMessageThatNoFilterMatchesIsDeletedUnseen(t *testing.T) {
	r := &recorder{}
	inBubble(t, 5, r.handle, func(w *world) {
		filter := func(pattern string) func(*sdk.CreateEventSourceMappingInput) {
			return func(in *sdk.CreateEventSourceMappingInput) {
				in.FilterCriteria = &types.FilterCriteria{Filters: []types.Filter{{Pattern: &pattern}}}
			}
		}
		if _, err := w.lambda.CreateEventSourceMapping(w.t.Context(), mapping(filter("{"))); oracle.Code(err) != "InvalidParameterValueException" {
			t.Errorf("no pattern: %v", err)
		}
		w.mapping(filter(`{"body":{"kind":["job"]}}`))
		w.send("q", `{"kind":"job"}`)
		w.send("q", `{"kind":"lead"}`)
		w.sleep(time.Minute)
		if r.times(`{"kind":"job"}`) != 1 || r.times(`{"kind":"lead"}`) != 0 || w.counts("q") != "0+0" {
			t.Errorf("seen %+v, q %s", r.seen, w.counts("q"))
		}
	})
}
