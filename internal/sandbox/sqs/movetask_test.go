package sqs_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

const (
	dlqARN  = "arn:aws:sqs:us-east-1:123456789012:dlq"
	mainARN = "arn:aws:sqs:us-east-1:123456789012:main"
)

// deadLetters makes a queue whose n messages have all become dead letters.
func deadLetters(t *testing.T, c *sdk.Client, n int) (main, dlq string) {
	t.Helper()
	dlq = create(t, c, "dlq", nil)
	main = create(t, c, "main", map[string]string{"VisibilityTimeout": "0", "RedrivePolicy": redriveTo("dlq", 1)})
	for i := range n {
		send(t, c, main, fmt.Sprintf("m%d", i))
	}
	for range n/10 + 2 {
		receive(t, c, main, 0)
		receive(t, c, main, 0)
	}
	if got := counts(t, c, dlq); got != [3]string{fmt.Sprint(n), "0", "0"} {
		t.Fatalf("dead letters: %v, want %d", got, n)
	}
	return main, dlq
}

func startMove(t *testing.T, c *sdk.Client, rate *int32) *string {
	t.Helper()
	out, err := c.StartMessageMoveTask(t.Context(), &sdk.StartMessageMoveTaskInput{SourceArn: aws.String(dlqARN), MaxNumberOfMessagesPerSecond: rate})
	if err != nil {
		t.Fatal(err)
	}
	return out.TaskHandle
}

func latestTask(t *testing.T, c *sdk.Client) (status string, moved int64, reason string) {
	t.Helper()
	out, err := c.ListMessageMoveTasks(t.Context(), &sdk.ListMessageMoveTasksInput{SourceArn: aws.String(dlqARN)})
	if err != nil || len(out.Results) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	return *out.Results[0].Status, out.Results[0].ApproximateNumberOfMessagesMoved, aws.ToString(out.Results[0].FailureReason)
}

func TestDeadLettersGoBackAsNewMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		main, dlq := deadLetters(t, c, 250)
		startMove(t, c, nil)
		time.Sleep(time.Second)
		if status, moved, _ := latestTask(t, c); status != "COMPLETED" || moved != 250 {
			t.Errorf("task %s, %d moved", status, moved)
		}
		if counts(t, c, main) != [3]string{"250", "0", "0"} || counts(t, c, dlq) != [3]string{"0", "0", "0"} {
			t.Errorf("main %v, dlq %v", counts(t, c, main), counts(t, c, dlq))
		}
		got := receive(t, c, main, 0)[0].Attributes
		if got["ApproximateReceiveCount"] != "1" || got["DeadLetterQueueSourceArn"] != "" {
			t.Errorf("a redriven message is not new: %v", got)
		}
	})
}

func TestAMoveTaskKeepsItsRateAndCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		deadLetters(t, c, 100)
		handle := startMove(t, c, aws.Int32(10))
		if _, err := c.StartMessageMoveTask(t.Context(), &sdk.StartMessageMoveTaskInput{SourceArn: aws.String(dlqARN)}); oracle.Code(err) != "InvalidParameterValue" {
			t.Errorf("a second task: %v", err)
		}
		time.Sleep(3*time.Second + time.Millisecond)
		out, err := c.CancelMessageMoveTask(t.Context(), &sdk.CancelMessageMoveTaskInput{TaskHandle: handle})
		if err != nil || out.ApproximateNumberOfMessagesMoved != 30 {
			t.Errorf("cancelled after 3 s: %v, %v", out, err)
		}
		time.Sleep(10 * time.Second)
		if status, moved, _ := latestTask(t, c); status != "CANCELLED" || moved != 30 {
			t.Errorf("task %s, %d moved", status, moved)
		}
	})
}

func TestAMoveTaskSaysWhyItFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		_, dlq := deadLetters(t, c, 0)
		send(t, c, dlq, "sent here directly")
		startMove(t, c, nil)
		time.Sleep(time.Second)
		if status, _, reason := latestTask(t, c); status != "FAILED" || reason != "CouldNotDetermineMessageSource" {
			t.Errorf("task %s: %s", status, reason)
		}
		_, err := c.StartMessageMoveTask(t.Context(), &sdk.StartMessageMoveTaskInput{SourceArn: aws.String(mainARN)})
		if oracle.Code(err) != "InvalidParameterValue" {
			t.Errorf("a source that is no dead-letter queue: %v", err)
		}
		_, err = c.StartMessageMoveTask(t.Context(), &sdk.StartMessageMoveTaskInput{SourceArn: aws.String(dlqARN + "x")})
		if oracle.Code(err) != "ResourceNotFoundException" {
			t.Errorf("a missing source: %v", err)
		}
	})
}
