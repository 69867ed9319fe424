package aiprocessor_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/lambdas/aiprocessor"
)

const good = `{"version":1,"jobId":"j-1","userId":"canary-user","kind":"chat","input":{"prompt":"canary prompt"}}`

func TestAValidJobIsDecodedAndLoggedWithoutPersonalContent(t *testing.T) {
	var out bytes.Buffer
	var got aiprocessor.Job
	handler := aiprocessor.New(slog.New(slog.NewJSONHandler(&out, nil)), func(_ context.Context, _ *slog.Logger, _ events.SQSMessage, in aiprocessor.Job) error {
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
	if got.JobID != "j-1" || got.UserID != "canary-user" || got.Kind != "chat" || string(got.Input) != `{"prompt":"canary prompt"}` {
		t.Errorf("decoded %+v", got)
	}
	if !strings.Contains(out.String(), `"jobId":"j-1"`) || strings.Contains(out.String(), "canary") {
		t.Errorf("logged: %s", out.String())
	}
}
