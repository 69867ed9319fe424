package invocation_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
)

// TestTheFunctionsOwnLinesAreUnderstood takes the lines from what the functions are
// made of, so that neither changes without the other.
func TestTheFunctionsOwnLinesAreUnderstood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var written bytes.Buffer
		handler := batch.Handler{
			Log: slog.New(slog.NewJSONHandler(&written, nil)),
			Work: func(_ context.Context, _ *slog.Logger, m events.SQSMessage) error {
				if m.MessageId == "m-2" {
					return errors.New("sendgrid: refused, status 401")
				}
				return nil
			},
		}
		message := func(id, lead, receives string) events.SQSMessage {
			return events.SQSMessage{MessageId: id, Body: `{"leadId":"` + lead + `"}`, Attributes: map[string]string{"ApproximateReceiveCount": receives}}
		}
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: id(1)})
		if _, err := handler.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{message("m-1", "lead-1", "1"), message("m-2", "lead-2", "4")}}); err != nil {
			t.Fatal(err)
		}
		a := newAccount(t, platform.EmailProcessor)
		for _, l := range slices.Concat([]string{start(1)}, strings.SplitAfter(strings.TrimSpace(written.String()), "\n"), []string{report(1, usual)}) {
			a.write(platform.EmailProcessor, "s", 1, l)
		}
		got := a.read(10)[0]
		if got.Outcome != invocation.Error || got.Error != "message handed back: sendgrid: refused, status 401" ||
			!slices.Equal(got.IDs, []string{"lead-1", "lead-2"}) || got.Receive != 4 || got.Lines != 6 {
			t.Errorf("%+v", got)
		}
	})
}
