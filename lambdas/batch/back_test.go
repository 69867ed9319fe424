package batch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/lambdas/batch"
)

// visibility remembers what was asked of SQS.
type visibility struct {
	asked map[string]int32
	err   error
}

func (v *visibility) ChangeMessageVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	v.asked[*in.ReceiptHandle] = in.VisibilityTimeout
	return &sqs.ChangeMessageVisibilityOutput{}, v.err
}

func record(id string, receives int) events.SQSMessage {
	return events.SQSMessage{MessageId: id, ReceiptHandle: id, Attributes: map[string]string{"ApproximateReceiveCount": fmt.Sprint(receives)}}
}

func TestAFailedMessageRestsAsItsErrorSays(t *testing.T) {
	for name, test := range map[string]struct {
		err      error
		receives int
		random   float64
		want     int32
	}{
		"for good":                         {batch.Permanent{Cause: errors.New("x")}, 2, 0.9, 0},
		"for good, wrapped":                {fmt.Errorf("job: %w", batch.Permanent{}), 2, 0.9, 0},
		"as asked for":                     {batch.Retry{After: 42 * time.Second}, 1, 0.9, 42},
		"as asked for, rounded up":         {batch.Retry{After: 1200 * time.Millisecond}, 1, 0.9, 2},
		"longer than SQS allows":           {batch.Retry{After: 24 * time.Hour}, 1, 0.9, 11 * 3600},
		"at once":                          {batch.Retry{Now: true}, 3, 0.9, 0},
		"the first time, at least":         {batch.Retry{}, 1, 0, 1},
		"the fourth time, at least":        {errors.New("x"), 4, 0, 64},
		"the fourth time, half way up":     {errors.New("x"), 4, 0.5, 96},
		"after very many times":            {errors.New("x"), 4000, 0, 300},
		"after a receive count of nothing": {errors.New("x"), 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			v := &visibility{asked: map[string]int32{}, err: errors.New("SQS is away")}
			h := batch.Handler{
				Log:   slog.New(slog.DiscardHandler),
				Work:  func(context.Context, *slog.Logger, events.SQSMessage) error { return test.err },
				Queue: batch.Queue{Client: v, URL: "q", Random: func() float64 { return test.random }},
			}
			response, err := h.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{record("a", test.receives)}})
			if got, asked := v.asked["a"]; err != nil || len(response.BatchItemFailures) != 1 || !asked || got != test.want {
				t.Fatalf("rests %d, want %d (%v)", got, test.want, err)
			}
		})
	}
}

func TestNoRecordIsBegunThatCannotEndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		v, begun := &visibility{asked: map[string]int32{}}, 0
		h := batch.Handler{
			Log: slog.New(slog.DiscardHandler), Queue: batch.Queue{Client: v}, Clock: clock.Wall{}, Needs: 20 * time.Second, Margin: 10 * time.Second,
			Work: func(ctx context.Context, _ *slog.Logger, _ events.SQSMessage) error {
				begun++
				if deadline, _ := ctx.Deadline(); time.Until(deadline) != 50*time.Second-time.Duration(begun-1)*25*time.Second {
					t.Errorf("record %d has %s", begun, time.Until(deadline))
				}
				time.Sleep(25 * time.Second)
				return nil
			},
		}
		response, err := h.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{record("a", 1), record("b", 1), record("c", 1), record("d", 1)}})
		if err != nil || begun != 2 || len(response.BatchItemFailures) != 2 || v.asked["c"] != 0 || len(v.asked) != 2 {
			t.Fatalf("began %d, went back %v, asked %v", begun, response.BatchItemFailures, v.asked)
		}
	})
}

func TestWhatSQSSaysOfAMessageIsRead(t *testing.T) {
	m := events.SQSMessage{Attributes: map[string]string{"SentTimestamp": "1700000000123", "ApproximateFirstReceiveTimestamp": "no number"}}
	if batch.Receives(m) != 1 || batch.Sent(m).UnixMilli() != 1700000000123 || !batch.FirstReceived(m).IsZero() {
		t.Fatalf("read %d, %s, %s", batch.Receives(m), batch.Sent(m), batch.FirstReceived(m))
	}
}
