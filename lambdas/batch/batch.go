// Package batch answers an SQS event record by record: what fails goes back to
// the queue, what succeeds does not come again.
package batch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
)

// Work does what one message asks for. An error hands the message back: Retry says
// when it comes again, Permanent that it has to die, any other is a Retry with the
// usual back-off. In the end SQS moves it to the dead-letter queue.
type Work func(ctx context.Context, log *slog.Logger, message events.SQSMessage) error

// Handler turns Work on one message into the handler of a batch.
type Handler struct {
	Log  *slog.Logger
	Work Work
	// Queue says when a failed message comes again. The zero Queue leaves that to
	// the queue's visibility timeout, for functions that cannot reach SQS.
	Queue Queue
	// Clock is the wall's if nil.
	Clock clock.Clock
	// Needs is the time without which no record is begun, and Margin the time
	// before the invocation's deadline at which the context of Work ends, so that
	// there is time to hand back.
	Needs, Margin time.Duration
}

// errNotBegun is why records go back that there was no time for.
var errNotBegun = errors.New("not begun: the invocation is about to end")

// Handle works on every record and reports the failed ones by message id (partial
// batch response). A record that panics is a failed one. Records for which no time
// is left are handed back at once.
func (h Handler) Handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	var response events.SQSEventResponse
	for _, message := range event.Records {
		log := h.Log.With(attributes(ctx, message)...)
		// This line comes before anything can go wrong: the way from a dead message
		// to the reason of its death begins here.
		log.Info(platform.Received)
		if err := h.one(ctx, log, message); err != nil {
			log.Error(platform.HandedBack, "error", err)
			h.Queue.handBack(ctx, log, message, err)
			response.BatchItemFailures = append(response.BatchItemFailures,
				events.SQSBatchItemFailure{ItemIdentifier: message.MessageId})
			continue
		}
		log.Info(platform.Done)
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
	if ctx.Err() != nil || h.late(ctx) {
		return Retry{Now: true, Cause: errNotBegun}
	}
	working, cancel := before(ctx, h.Margin)
	defer cancel()
	return h.Work(working, log, message)
}

// before ends a margin before the invocation does.
func before(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-margin))
}

func (h Handler) late(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	if !ok {
		return false
	}
	var c clock.Clock = clock.Wall{}
	if h.Clock != nil {
		c = h.Clock
	}
	return deadline.Sub(c.Now()) < h.Needs+h.Margin
}
