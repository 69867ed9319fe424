package sqs_test

import (
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func fifo(t *testing.T, c *sdk.Client, attributes map[string]string) string {
	t.Helper()
	all := map[string]string{"FifoQueue": "true"}
	for name, value := range attributes {
		all[name] = value
	}
	return create(t, c, "q.fifo", all)
}

func sendTo(t *testing.T, c *sdk.Client, url, group, deduplication, body string) *sdk.SendMessageOutput {
	t.Helper()
	in := &sdk.SendMessageInput{QueueUrl: &url, MessageBody: &body, MessageGroupId: &group}
	if deduplication != "" {
		in.MessageDeduplicationId = &deduplication
	}
	out, err := c.SendMessage(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAGroupIsBlockedWhileOneOfItsMessagesIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := fifo(t, c, map[string]string{"ContentBasedDeduplication": "true"})
		for _, body := range []string{"a1", "a2", "b1", "a3"} {
			sendTo(t, c, url, body[:1], "", body)
		}
		one, err := c.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 1, VisibilityTimeout: 10})
		if err != nil || !slices.Equal(bodies(one.Messages), []string{"a1"}) {
			t.Fatalf("%v, %v", one, err)
		}
		if got := bodies(receive(t, c, url, 0)); !slices.Equal(got, []string{"b1"}) {
			t.Errorf("while a1 is in flight: %v", got)
		}
		time.Sleep(10 * time.Second)
		again := receive(t, c, url, 0)
		if !slices.Equal(bodies(again), []string{"a1", "a2", "a3"}) {
			t.Fatalf("after a1's time-out: %v", bodies(again))
		}
		remove(t, c, url, again[0])
		if got := bodies(receive(t, c, url, 0)); len(got) != 0 {
			t.Errorf("while a2 and a3 are in flight: %v", got)
		}
		time.Sleep(31 * time.Second)
		if _, err := c.DeleteMessage(t.Context(), &sdk.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: again[1].ReceiptHandle}); oracle.Code(err) != "InvalidParameterValue" {
			t.Errorf("a handle whose visibility is over: %v", err)
		}
	})
}

func TestALongPollWakesWhenItsGroupIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := fifo(t, c, map[string]string{"ContentBasedDeduplication": "true"})
		sendTo(t, c, url, "g", "", "one")
		first := receive(t, c, url, 0)
		sendTo(t, c, url, "g", "", "two")
		time.AfterFunc(4*time.Second, func() { remove(t, c, url, first[0]) })
		start := time.Now()
		if got := bodies(receive(t, c, url, 20)); !slices.Equal(got, []string{"two"}) || time.Since(start) != 4*time.Second {
			t.Errorf("%v after %v", got, time.Since(start))
		}
		synctest.Wait() // who deleted the first has the answer later than the poll has the second
	})
}

func TestADuplicateWithinFiveMinutesIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := fifo(t, c, nil)
		first := sendTo(t, c, url, "g", "id", "one")
		remove(t, c, url, receive(t, c, url, 0)[0])
		time.Sleep(299 * time.Second)
		second := sendTo(t, c, url, "h", "id", "another body")
		if *second.MessageId != *first.MessageId || *second.SequenceNumber != *first.SequenceNumber || counts(t, c, url)[0] != "0" {
			t.Errorf("first %s, second %s, counts %v", *first.MessageId, *second.MessageId, counts(t, c, url))
		}
		time.Sleep(time.Second)
		third := sendTo(t, c, url, "g", "id", "one")
		if *third.MessageId == *first.MessageId || *third.SequenceNumber <= *first.SequenceNumber || len(*third.SequenceNumber) != 20 {
			t.Errorf("after five minutes: %s %s", *third.MessageId, *third.SequenceNumber)
		}
	})
}

func TestDeduplicationCanBeWithinAGroup(t *testing.T) {
	c, _ := client(t)
	url := fifo(t, c, map[string]string{"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"})
	sendTo(t, c, url, "g", "id", "one")
	sendTo(t, c, url, "h", "id", "two")
	sendTo(t, c, url, "h", "id", "three")
	if got := bodies(receive(t, c, url, 0)); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("received %v", got)
	}
}

func TestADeadLetterOfAFIFOQueueKeepsItsGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		dlq := create(t, c, "dlq.fifo", map[string]string{"FifoQueue": "true"})
		url := fifo(t, c, map[string]string{"ContentBasedDeduplication": "true", "VisibilityTimeout": "1", "RedrivePolicy": redriveTo("dlq.fifo", 1)})
		for i := range 3 {
			sendTo(t, c, url, "g", "", strconv.Itoa(i))
		}
		one, err := c.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 1})
		if err != nil || len(one.Messages) != 1 {
			t.Fatal(one, err)
		}
		time.Sleep(time.Second)
		if got := bodies(receive(t, c, url, 0)); !slices.Equal(got, []string{"1", "2"}) {
			t.Errorf("behind the dead letter: %v", got)
		}
		got := receive(t, c, dlq, 0)
		if len(got) != 1 || got[0].Attributes["MessageGroupId"] != "g" || got[0].Attributes["MessageDeduplicationId"] == "" {
			t.Errorf("dead letters %v", got)
		}
	})
}

func TestABatchOfAFIFOQueueKeepsItsOrder(t *testing.T) {
	c, _ := client(t)
	url := fifo(t, c, map[string]string{"ContentBasedDeduplication": "true"})
	var entries []types.SendMessageBatchRequestEntry
	var want []string
	for i := range 10 {
		body := strconv.Itoa(i)
		want = append(want, body)
		entries = append(entries, types.SendMessageBatchRequestEntry{Id: &body, MessageBody: &body, MessageGroupId: aws.String("g")})
	}
	if _, err := c.SendMessageBatch(t.Context(), &sdk.SendMessageBatchInput{QueueUrl: &url, Entries: entries}); err != nil {
		t.Fatal(err)
	}
	if got := bodies(receive(t, c, url, 0)); !slices.Equal(got, want) {
		t.Errorf("received %v", got)
	}
}
