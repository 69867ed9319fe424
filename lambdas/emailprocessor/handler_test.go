package emailprocessor_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/lambdas/emailprocessor"
)

const good = `{"version":1,"leadId":"l-1","toolId":"t-1","email":"canary@b.example","name":"canary"}`

func TestAValidLeadIsDecodedAndLoggedWithoutPersonalContent(t *testing.T) {
	var out bytes.Buffer
	var got emailprocessor.Lead
	handler := emailprocessor.New(slog.New(slog.NewJSONHandler(&out, nil)), func(_ context.Context, _ *slog.Logger, _ events.SQSMessage, in emailprocessor.Lead) error {
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
	if got.LeadID != "l-1" || got.Email != "canary@b.example" || got.Name != "canary" {
		t.Errorf("decoded %+v", got)
	}
	if !strings.Contains(out.String(), `"leadId":"l-1"`) || strings.Contains(out.String(), "canary") {
		t.Errorf("logged: %s", out.String())
	}
}
