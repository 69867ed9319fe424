package batch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/lambdas/batch"
)

func message(id, body string) events.SQSMessage {
	return events.SQSMessage{
		MessageId: id, Body: body, Attributes: map[string]string{"ApproximateReceiveCount": "3"},
	}
}

// work fails on "fail" and panics on "panic".
func work(_ context.Context, _ *slog.Logger, m events.SQSMessage) error {
	switch m.Body {
	case "fail":
		return errors.New("it failed")
	case "panic":
		panic("it panicked")
	}
	return nil
}

func TestExactlyTheFailedRecordsGoBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bodies := rapid.SliceOfN(rapid.SampledFrom([]string{"ok", "fail", "panic"}), 0, 10).Draw(t, "bodies")
		var event events.SQSEvent
		var want []string
		for i, body := range bodies {
			id := string(rune('a' + i))
			event.Records = append(event.Records, message(id, body))
			if body != "ok" {
				want = append(want, id)
			}
		}
		response, err := batch.Handler{Log: slog.New(slog.DiscardHandler), Work: work}.Handle(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, failure := range response.BatchItemFailures {
			got = append(got, failure.ItemIdentifier)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("went back: %v, want %v", got, want)
		}
	})
}

func TestTheLogSaysWhereARecordPanicked(t *testing.T) {
	var out bytes.Buffer
	h := batch.Handler{Log: slog.New(slog.NewJSONHandler(&out, nil)), Work: work}
	if _, err := h.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{message("m-1", "panic")}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "batch_test.work") || !strings.Contains(out.String(), "it panicked") {
		t.Fatalf("logged: %s", out.String())
	}
}

func TestRecordsNotBegunInTimeGoBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := batch.Handler{Log: slog.New(slog.DiscardHandler), Work: func(context.Context, *slog.Logger, events.SQSMessage) error {
		cancel()
		return nil
	}}
	response, err := h.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{message("a", ""), message("b", ""), message("c", "")}})
	if err != nil || len(response.BatchItemFailures) != 2 || response.BatchItemFailures[0].ItemIdentifier != "b" {
		t.Fatalf("got %v, %v", response, err)
	}
}

func TestTheFirstLineOfARecordNamesItBeforeAnythingCanCrash(t *testing.T) {
	var out bytes.Buffer
	h := batch.Handler{Log: slog.New(slog.NewJSONHandler(&out, nil)), Work: work}
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "r-1"})
	if _, err := h.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{message("m-1", "panic")}}); err != nil {
		t.Fatal(err)
	}
	var first struct {
		MessageID    string `json:"messageId"`
		ReceiveCount int    `json:"receiveCount"`
		RequestID    string `json:"requestId"`
	}
	if err := json.NewDecoder(&out).Decode(&first); err != nil {
		t.Fatal(err)
	}
	if first.MessageID != "m-1" || first.ReceiveCount != 3 || first.RequestID != "r-1" {
		t.Fatalf("first line: %+v", first)
	}
}

func TestTheFirstLineHasTheJobsIdHoweverBrokenTheBody(t *testing.T) {
	for body, id := range map[string]string{
		`{"jobId":"j-1","input":{}}`: "j-1", `{"jobId" : "j-1", broken`: "j-1", `{"jobId":7}`: "",
		`{"jobId":"no id: CANARY"}`: "", `{"prompt":"\"jobId\":\"j-2\""}`: "", `panic`: "",
	} {
		var out bytes.Buffer
		h := batch.Handler{Log: slog.New(slog.NewJSONHandler(&out, nil)), Work: work}
		if _, err := h.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{message("m-1", body)}}); err != nil {
			t.Fatal(err)
		}
		var first struct{ JobID string }
		if err := json.NewDecoder(bytes.NewReader(out.Bytes())).Decode(&first); err != nil || first.JobID != id || strings.Contains(out.String(), "CANARY") {
			t.Errorf("%s: logged %s", body, out.String())
		}
	}
}
