package sqs_test

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func send(t *testing.T, c *sdk.Client, url string, bodies ...string) (ids []string) {
	t.Helper()
	for _, body := range bodies {
		out, err := c.SendMessage(t.Context(), &sdk.SendMessageInput{QueueUrl: &url, MessageBody: &body})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, *out.MessageId)
	}
	return ids
}

// receive gives what one receive of up to ten messages gets, with all there is to
// know of them.
func receive(t *testing.T, c *sdk.Client, url string, wait int32) []types.Message {
	t.Helper()
	out, err := c.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{
		QueueUrl: &url, MaxNumberOfMessages: 10, WaitTimeSeconds: wait,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

func bodies(messages []types.Message) (out []string) {
	for _, m := range messages {
		out = append(out, *m.Body)
	}
	return out
}

func remove(t *testing.T, c *sdk.Client, url string, m types.Message) {
	t.Helper()
	if _, err := c.DeleteMessage(t.Context(), &sdk.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
		t.Fatal(err)
	}
}

// counts are visible, in flight and delayed.
func counts(t *testing.T, c *sdk.Client, url string) [3]string {
	t.Helper()
	a := attributes(t, c, url, "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
	return [3]string{a["ApproximateNumberOfMessages"], a["ApproximateNumberOfMessagesNotVisible"], a["ApproximateNumberOfMessagesDelayed"]}
}

func TestAReceivedMessageComesBackUnlessItIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := create(t, c, "q", nil)
		send(t, c, url, "one", "two")
		first := receive(t, c, url, 0)
		if !slices.Equal(bodies(first), []string{"one", "two"}) || counts(t, c, url) != [3]string{"0", "2", "0"} {
			t.Fatalf("received %v, counts %v", bodies(first), counts(t, c, url))
		}
		remove(t, c, url, first[0])
		if got := receive(t, c, url, 0); len(got) != 0 {
			t.Errorf("in flight and received again: %v", bodies(got))
		}
		time.Sleep(30 * time.Second)
		second := receive(t, c, url, 0)
		if !slices.Equal(bodies(second), []string{"two"}) || second[0].Attributes["ApproximateReceiveCount"] != "2" {
			t.Fatalf("after the visibility timeout: %v", second)
		}
		remove(t, c, url, first[1]) // an old handle deletes nothing
		time.Sleep(30 * time.Second)
		third := receive(t, c, url, 0)
		if len(third) != 1 {
			t.Fatal("an old receipt handle deleted the message")
		}
		time.Sleep(31 * time.Second)
		remove(t, c, url, third[0]) // late, but nobody else has received it
		if got := counts(t, c, url); got != [3]string{"0", "0", "0"} {
			t.Errorf("counts %v", got)
		}
	})
}

func TestALongPollEndsWithTheFirstMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := create(t, c, "q", map[string]string{"ReceiveMessageWaitTimeSeconds": "20"})
		start := time.Now()
		time.AfterFunc(7*time.Second, func() { send(t, c, url, "late") })
		if got := receive(t, c, url, 20); len(got) != 1 || time.Since(start) != 7*time.Second {
			t.Errorf("%v after %v", bodies(got), time.Since(start))
		}
		start = time.Now()
		if got := receive(t, c, url, 20); len(got) != 0 || time.Since(start) != 20*time.Second {
			t.Errorf("%v after %v", bodies(got), time.Since(start))
		}
		time.Sleep(5 * time.Second) // 25 s after the receive: the message is back in 5
		start = time.Now()
		if got := receive(t, c, url, 20); len(got) != 1 || time.Since(start) > 5*time.Second {
			t.Errorf("%v after %v", bodies(got), time.Since(start))
		}
	})
}

func TestDelayedMessagesAreNotVisibleYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := create(t, c, "q", map[string]string{"DelaySeconds": "60"})
		send(t, c, url, "queue's delay")
		if _, err := c.SendMessage(t.Context(), &sdk.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("own"), DelaySeconds: 10}); err != nil {
			t.Fatal(err)
		}
		if got := counts(t, c, url); got != [3]string{"0", "0", "2"} {
			t.Errorf("counts %v", got)
		}
		for _, step := range []struct {
			after time.Duration
			want  []string
		}{{9 * time.Second, nil}, {time.Second, []string{"own"}}, {50 * time.Second, []string{"queue's delay", "own"}}} {
			time.Sleep(step.after)
			if got := bodies(receive(t, c, url, 0)); !slices.Equal(got, step.want) {
				t.Errorf("after %v more: %v, want %v", step.after, got, step.want)
			}
		}
	})
}

func TestRetentionIsCountedFromTheSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		dlq := create(t, c, "dlq", map[string]string{"MessageRetentionPeriod": "100"})
		url := create(t, c, "q", map[string]string{"VisibilityTimeout": "10", "RedrivePolicy": redriveTo("dlq", 1)})
		send(t, c, url, "x")
		receive(t, c, url, 0)
		time.Sleep(60 * time.Second)
		receive(t, c, url, 0) // moves it
		if got := counts(t, c, dlq); got != [3]string{"1", "0", "0"} {
			t.Fatalf("in the dead-letter queue: %v", got)
		}
		time.Sleep(39 * time.Second)
		if got := counts(t, c, dlq); got != [3]string{"1", "0", "0"} {
			t.Errorf("99 s after it was sent: %v", got)
		}
		time.Sleep(time.Second)
		if got := counts(t, c, dlq); got != [3]string{"0", "0", "0"} {
			t.Errorf("100 s after it was sent: %v", got)
		}
	})
}

func redriveTo(name string, receives int) string {
	return `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:` + name + `","maxReceiveCount":` + strconv.Itoa(receives) + `}`
}

func TestAMessageReceivedTooOftenIsADeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		dlq := create(t, c, "dlq", nil)
		url := create(t, c, "q", map[string]string{"VisibilityTimeout": "1", "RedrivePolicy": redriveTo("dlq", 2)})
		id := send(t, c, url, "poison")[0]
		first := receive(t, c, url, 0)
		time.Sleep(time.Second)
		if got := receive(t, c, url, 0); len(got) != 1 {
			t.Fatal("the second receive got nothing")
		}
		time.Sleep(time.Second)
		if got := receive(t, c, url, 0); len(got) != 0 {
			t.Fatalf("received a third time: %v", got)
		}
		got := receive(t, c, dlq, 0)
		if len(got) != 1 || *got[0].MessageId != id {
			t.Fatalf("in the dead-letter queue: %v", got)
		}
		a := got[0].Attributes
		if a["DeadLetterQueueSourceArn"] != "arn:aws:sqs:us-east-1:123456789012:q" || a["SentTimestamp"] != first[0].Attributes["SentTimestamp"] || a["ApproximateReceiveCount"] != "3" {
			t.Errorf("attributes %v", a)
		}
	})
}

func TestAttributesTravelWithTheirDigests(t *testing.T) {
	c, _ := client(t)
	url := create(t, c, "q", nil)
	out, err := c.SendMessage(t.Context(), &sdk.SendMessageInput{
		QueueUrl: &url, MessageBody: aws.String("body"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"kind":  {DataType: aws.String("String"), StringValue: aws.String("job")},
			"tries": {DataType: aws.String("Number.int"), StringValue: aws.String("3")},
			"raw":   {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1, 255}},
		},
		MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{
			"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String("Root=1-5759e988-bd862e3fe1be46a994272793")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := receive(t, c, url, 0)[0]
	if *got.MD5OfMessageAttributes != *out.MD5OfMessageAttributes || !bytes.Equal(got.MessageAttributes["raw"].BinaryValue, []byte{0, 1, 255}) {
		t.Errorf("attributes %v", got.MessageAttributes)
	}
	if got.Attributes["AWSTraceHeader"] != "Root=1-5759e988-bd862e3fe1be46a994272793" || got.Attributes["SenderId"] == "" {
		t.Errorf("system attributes %v", got.Attributes)
	}
}

func TestWhatCannotBeSentIsRefused(t *testing.T) {
	c, _ := client(t)
	url, fifo := create(t, c, "q", map[string]string{"MaximumMessageSize": "1024"}), create(t, c, "q.fifo", map[string]string{"FifoQueue": "true"})
	text := func(name, kind, value string) map[string]types.MessageAttributeValue {
		return map[string]types.MessageAttributeValue{name: {DataType: &kind, StringValue: &value}}
	}
	for name, tc := range map[string]struct {
		in   sdk.SendMessageInput
		code string
	}{
		"too long":           {sdk.SendMessageInput{MessageBody: aws.String(strings.Repeat("x", 1025))}, "InvalidParameterValue"},
		"long by attributes": {sdk.SendMessageInput{MessageBody: aws.String(strings.Repeat("x", 1015)), MessageAttributes: text("a", "String", "1234")}, "InvalidParameterValue"},
		"control character":  {sdk.SendMessageInput{MessageBody: aws.String("a\x01")}, "InvalidMessageContents"},
		"empty":              {sdk.SendMessageInput{MessageBody: aws.String("")}, "MissingParameter"},
		"delay":              {sdk.SendMessageInput{MessageBody: aws.String("x"), DelaySeconds: 901}, "InvalidParameterValue"},
		"attribute name":     {sdk.SendMessageInput{MessageBody: aws.String("x"), MessageAttributes: text("AWS.x", "String", "1")}, "InvalidParameterValue"},
		"attribute type":     {sdk.SendMessageInput{MessageBody: aws.String("x"), MessageAttributes: text("x", "Text", "1")}, "InvalidParameterValue"},
		"attribute value":    {sdk.SendMessageInput{MessageBody: aws.String("x"), MessageAttributes: text("x", "Number", "one")}, "InvalidParameterValue"},
		"no group":           {sdk.SendMessageInput{QueueUrl: &fifo, MessageBody: aws.String("x"), MessageDeduplicationId: aws.String("1")}, "MissingParameter"},
		"no deduplication":   {sdk.SendMessageInput{QueueUrl: &fifo, MessageBody: aws.String("x"), MessageGroupId: aws.String("g")}, "InvalidParameterValue"},
		"deduplication":      {sdk.SendMessageInput{MessageBody: aws.String("x"), MessageDeduplicationId: aws.String("1")}, "InvalidParameterValue"},
	} {
		if tc.in.QueueUrl == nil {
			tc.in.QueueUrl = &url
		}
		if _, err := c.SendMessage(t.Context(), &tc.in); oracle.Code(err) != tc.code {
			t.Errorf("%s: got %v, want %s", name, err, tc.code)
		}
	}
}

func TestABatchFailsInParts(t *testing.T) {
	c, _ := client(t)
	url := create(t, c, "q", nil)
	entry := func(id, body string) types.SendMessageBatchRequestEntry {
		return types.SendMessageBatchRequestEntry{Id: &id, MessageBody: &body}
	}
	out, err := c.SendMessageBatch(t.Context(), &sdk.SendMessageBatchInput{QueueUrl: &url, Entries: []types.SendMessageBatchRequestEntry{entry("a", "x"), entry("b", "\x01")}})
	if err != nil || len(out.Successful) != 1 || len(out.Failed) != 1 || *out.Failed[0].Id != "b" || !out.Failed[0].SenderFault || *out.Failed[0].Code != "InvalidMessageContents" {
		t.Errorf("%+v, %v", out, err)
	}
	for want, entries := range map[string][]types.SendMessageBatchRequestEntry{
		"AWS.SimpleQueueService.EmptyBatchRequest":            {},
		"AWS.SimpleQueueService.BatchEntryIdsNotDistinct":     {entry("a", "x"), entry("a", "x")},
		"AWS.SimpleQueueService.InvalidBatchEntryId":          {entry("a b", "x")},
		"AWS.SimpleQueueService.TooManyEntriesInBatchRequest": slices.Repeat([]types.SendMessageBatchRequestEntry{entry("a", "x")}, 11),
		"AWS.SimpleQueueService.BatchRequestTooLong":          {entry("a", strings.Repeat("x", 600_000)), entry("b", strings.Repeat("x", 600_000))},
	} {
		_, err := c.SendMessageBatch(t.Context(), &sdk.SendMessageBatchInput{QueueUrl: &url, Entries: entries})
		if oracle.Code(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if got := counts(t, c, url); got != [3]string{"1", "0", "0"} {
		t.Errorf("counts %v", got)
	}
	got := receive(t, c, url, 0)[0]
	deleted, err := c.DeleteMessageBatch(t.Context(), &sdk.DeleteMessageBatchInput{QueueUrl: &url, Entries: []types.DeleteMessageBatchRequestEntry{
		{Id: aws.String("good"), ReceiptHandle: got.ReceiptHandle}, {Id: aws.String("bad"), ReceiptHandle: aws.String("x")},
	}})
	if err != nil || len(deleted.Successful) != 1 || len(deleted.Failed) != 1 || *deleted.Failed[0].Code != "ReceiptHandleIsInvalid" {
		t.Errorf("%+v, %v", deleted, err)
	}
}

func TestVisibilityCanBeChangedWhileInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := create(t, c, "q", nil)
		send(t, c, url, "x")
		change := func(handle *string, seconds int32) error {
			_, err := c.ChangeMessageVisibility(t.Context(), &sdk.ChangeMessageVisibilityInput{QueueUrl: &url, ReceiptHandle: handle, VisibilityTimeout: seconds})
			return err
		}
		first := receive(t, c, url, 0)[0].ReceiptHandle
		if err := change(first, 0); err != nil {
			t.Fatal(err)
		}
		if err := change(first, 5); !isType[*types.MessageNotInflight](err) {
			t.Errorf("a visible message: %v", err)
		}
		second := receive(t, c, url, 0)[0].ReceiptHandle
		if err := change(first, 5); oracle.Code(err) != "InvalidParameterValue" {
			t.Errorf("the handle of an earlier receive: %v", err)
		}
		if err := change(second, 43201); oracle.Code(err) != "InvalidParameterValue" {
			t.Errorf("more than twelve hours: %v", err)
		}
		time.Sleep(10 * time.Second)
		if err := change(second, 43195); oracle.Code(err) != "InvalidParameterValue" {
			t.Errorf("more than twelve hours after the receive: %v", err)
		}
		if err := change(second, 43190); err != nil {
			t.Error(err)
		}
		time.Sleep(43189 * time.Second)
		if got := receive(t, c, url, 2); len(got) != 1 {
			t.Errorf("after twelve hours: %v", got)
		}
	})
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestAPurgeEmptiesAndADeletionEndsLongPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := create(t, c, "q", nil)
		send(t, c, url, "in flight")
		receive(t, c, url, 0)
		send(t, c, url, "visible")
		if _, err := c.PurgeQueue(t.Context(), &sdk.PurgeQueueInput{QueueUrl: &url}); err != nil {
			t.Fatal(err)
		}
		if got := counts(t, c, url); got != [3]string{"0", "0", "0"} {
			t.Errorf("after the purge: %v", got)
		}
		time.AfterFunc(3*time.Second, func() { _, _ = c.DeleteQueue(t.Context(), &sdk.DeleteQueueInput{QueueUrl: &url}) })
		start := time.Now()
		_, err := c.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 20})
		if !isType[*types.QueueDoesNotExist](err) || time.Since(start) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
