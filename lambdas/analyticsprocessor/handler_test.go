package analyticsprocessor_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/lambdas/analyticsprocessor"
)

const good = `{"version":1,"interactionId":"i-1","toolId":"t-1","type":"view","occurredAt":"2026-11-22T10:00:00Z","visitorId":"canary-visitor"}`

func TestAValidEventIsDecodedAndLoggedWithoutPersonalContent(t *testing.T) {
	var out bytes.Buffer
	var got analyticsprocessor.Event
	handler := analyticsprocessor.New(slog.New(slog.NewJSONHandler(&out, nil)), func(_ context.Context, _ *slog.Logger, in analyticsprocessor.Event) error {
		got = in
		return nil
	})
	broken := strings.Replace(good, `"version":1`, `"version":9`, 1)
	response, err := handler.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "a", Body: good}, {MessageId: "b", Body: broken},
	}})
	if err != nil || len(response.BatchItemFailures) != 1 || response.BatchItemFailures[0].ItemIdentifier != "b" {
		t.Fatalf("answered %v, %v", response, err)
	}
	if got.InteractionID != "i-1" || got.VisitorID != "canary-visitor" || got.OccurredAt.Format("2006-01-02 15:04") != "2026-11-22 10:00" {
		t.Errorf("decoded %+v", got)
	}
	if !strings.Contains(out.String(), `"interactionId":"i-1"`) || strings.Contains(out.String(), "canary") {
		t.Errorf("logged: %s", out.String())
	}
}
