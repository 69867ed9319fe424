package message_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/message"
)

func (l lead) LogAttributes() []any { return []any{"leadId", l.LeadID} }

func TestOnlyMessagesThatWereWorkedOnAreAcknowledged(t *testing.T) {
	succeed := func(context.Context, *slog.Logger, events.SQSMessage, lead) error { return nil }
	fail := func(context.Context, *slog.Logger, events.SQSMessage, lead) error { return errors.New("no luck") }
	for name, test := range map[string]struct {
		work message.Work[lead]
		body string
		back int
	}{
		"worked on":                  {succeed, good, 0},
		"work failed":                {fail, good, 1},
		"invalid":                    {succeed, "{}", 1},
		"nobody there to work on it": {nil, good, 1},
	} {
		t.Run(name, func(t *testing.T) {
			handler := message.NewHandler(slog.New(slog.DiscardHandler), platform.Email, test.work)
			response, err := handler.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", Body: test.body}}})
			if err != nil || len(response.BatchItemFailures) != test.back {
				t.Fatalf("answered %v, %v", response, err)
			}
		})
	}
}
