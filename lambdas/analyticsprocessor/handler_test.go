package analyticsprocessor_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/analyticsprocessor"
	"github.com/keyvex/keyvex/lambdas/message"
)

const good = `{"version":1,"interactionId":"i-1","toolId":"t-1","type":"view","occurredAt":"2026-11-22T10:00:00Z","visitorId":"canary-visitor"}`

func TestAValidEventIsDecodedAndLoggedWithoutPersonalContent(t *testing.T) {
	var out bytes.Buffer
	var got analyticsprocessor.Event
	handler := analyticsprocessor.New(slog.New(slog.NewJSONHandler(&out, nil)), func(_ context.Context, _ *slog.Logger, _ events.SQSMessage, in analyticsprocessor.Event) error {
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

// What only the function could refuse would have been accepted at the API's door,
// and die in the queue.
func TestTheSchemaRefusesTimesThatCannotBeRead(t *testing.T) {
	decoder := message.NewDecoder[analyticsprocessor.Event](platform.Analytics)
	for _, at := range []string{"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z"} {
		_, err := decoder.Decode(strings.Replace(good, "2026-11-22T10:00:00Z", at, 1))
		if err == nil || !strings.Contains(err.Error(), "/occurredAt (pattern)") {
			t.Errorf("%s: %v", at, err)
		}
	}
	for _, at := range []string{"2026-12-31T23:59:59Z", "2026-01-01T00:00:00.123456789Z"} {
		if _, err := decoder.Decode(strings.Replace(good, "2026-11-22T10:00:00Z", at, 1)); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}
