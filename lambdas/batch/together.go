package batch

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/platform"
)

// Record is a message with a log that names it.
type Record struct {
	Message events.SQSMessage
	Log     *slog.Logger
}

// Together is the handler of batches whose messages are worked on in one go.
type Together struct {
	Log *slog.Logger
	// Work gives an error, or nil, for each record. It must bear to be called again
	// for records that it has worked on.
	Work  func(ctx context.Context, records []Record) []error
	Queue Queue
	// Margin is the time before the invocation's deadline at which the context of Work
	// ends, so that there is time to say which records failed.
	Margin time.Duration
}

// Handle works on the records and reports the failed ones by message id. If the
// work panics, each record is worked on alone, so that the one whose fault it is
// takes no other with it.
func (h Together) Handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	records := make([]Record, len(event.Records))
	for i, message := range event.Records {
		records[i] = Record{message, h.Log.With(attributes(ctx, message)...)}
		records[i].Log.Info(platform.Received)
	}
	working, cancel := before(ctx, h.Margin)
	defer cancel()
	var response events.SQSEventResponse
	for i, err := range h.work(working, records) {
		log, message := records[i].Log, records[i].Message
		if err == nil {
			log.Info(platform.Done)
			continue
		}
		log.Error(platform.HandedBack, "error", err)
		h.Queue.handBack(ctx, log, message, err)
		response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
	}
	return response, nil
}

func (h Together) work(ctx context.Context, records []Record) []error {
	errs, panicked := h.try(ctx, records)
	if !panicked {
		return errs
	}
	for i := range records {
		if len(records) > 1 {
			alone, _ := h.try(ctx, records[i:i+1])
			errs[i] = alone[0]
		}
	}
	return errs
}

// try gives every record the panic for its error, if there is one.
func (h Together) try(ctx context.Context, records []Record) (errs []error, panicked bool) {
	defer func() {
		if thrown := recover(); thrown != nil {
			h.Log.Error("panic", "stack", string(debug.Stack()))
			errs, panicked = make([]error, len(records)), true
			for i := range errs {
				errs[i] = fmt.Errorf("panic: %v", thrown)
			}
		}
	}()
	return h.Work(ctx, records), false
}
