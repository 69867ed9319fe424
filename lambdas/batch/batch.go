// Package batch answers an SQS event record by record: what fails goes back to
// the queue, what succeeds does not come again.
package batch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Work does what one message asks for. An error hands the message back; SQS gives
// it again, and in the end to the dead-letter queue.
type Work func(ctx context.Context, log *slog.Logger, message events.SQSMessage) error

// Handler turns Work on one message into the handler of a batch.
type Handler struct {
	Log  *slog.Logger
	Work Work
}

// Handle works on every record and reports the failed ones by message id (partial
// batch response). A record that panics is a failed one. Once ctx is done, the
// records not yet begun are handed back.
func (h Handler) Handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	var response events.SQSEventResponse
	for _, message := range event.Records {
		log := h.logger(ctx, message)
		// This line comes before anything can go wrong: the way from a dead message
		// to the reason of its death begins here.
		log.Info("message received")
		if err := h.one(ctx, log, message); err != nil {
			log.Error("message handed back", "error", err)
			response.BatchItemFailures = append(response.BatchItemFailures,
				events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
			continue
		}
		log.Info("message done")
	}
	return response, nil
}

func (h Handler) one(ctx context.Context, log *slog.Logger, message events.SQSMessage) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			log.Error("panic", "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", thrown)
		}
	}()
	if cause := context.Cause(ctx); cause != nil {
		return errors.Join(errors.New("not begun"), cause)
	}
	return h.Work(ctx, log, message)
}

func (h Handler) logger(ctx context.Context, message events.SQSMessage) *slog.Logger {
	received, _ := strconv.Atoi(message.Attributes["ApproximateReceiveCount"])
	attributes := []any{"messageId", message.MessageId, "receiveCount", received}
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		attributes = append(attributes, "requestId", invocation.AwsRequestID)
	}
	return h.Log.With(attributes...)
}
