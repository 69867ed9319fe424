package batch_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/lambdas/batch"
)

// together is work on all records at once.
func together(_ context.Context, records []batch.Record) []error {
	errs := make([]error, len(records))
	for i, r := range records {
		switch r.Message.Body {
		case "fail":
			errs[i] = errors.New("it failed")
		case "panic":
			panic("it panicked")
		}
	}
	return errs
}

func TestOfABatchWorkedOnTogetherExactlyTheFailedRecordsGoBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var event events.SQSEvent
		var want, got []string
		for i, body := range rapid.SliceOfN(rapid.SampledFrom([]string{"ok", "fail", "panic"}), 0, 10).Draw(t, "bodies") {
			id := string(rune('a' + i))
			event.Records = append(event.Records, message(id, body))
			if body != "ok" {
				want = append(want, id)
			}
		}
		var out bytes.Buffer
		response, err := batch.Together{Log: slog.New(slog.NewJSONHandler(&out, nil)), Work: together}.Handle(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		for _, failure := range response.BatchItemFailures {
			got = append(got, failure.ItemIdentifier)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("went back: %v, want %v", got, want)
		}
		for n, line := range strings.SplitN(out.String(), "\n", len(event.Records)+1)[:len(event.Records)] {
			if !strings.Contains(line, `"msg":"message received","messageId":"`+event.Records[n].MessageId) {
				t.Fatalf("line %d: %s", n, line)
			}
		}
	})
}

// What hangs until the invocation ends would take the whole batch with it.
func TestABatchWorkedOnTogetherEndsBeforeItsInvocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		h := batch.Together{Log: slog.New(slog.DiscardHandler), Margin: 10 * time.Second, Work: func(ctx context.Context, _ []batch.Record) []error {
			<-ctx.Done()
			return []error{nil, ctx.Err()}
		}}
		response, err := h.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{message("a", ""), message("b", "")}})
		if err != nil || len(response.BatchItemFailures) != 1 || response.BatchItemFailures[0].ItemIdentifier != "b" || time.Since(began) != 50*time.Second {
			t.Errorf("%+v, %v after %s", response, err, time.Since(began))
		}
	})
}
