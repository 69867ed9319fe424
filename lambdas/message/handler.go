package message

import (
	"context"
	"errors"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
)

// ErrNoWork is why a valid message goes back when a build has nothing that works
// on it: acknowledging it would lose it.
var ErrNoWork = errors.New("this build has no work for this message")

// Message is a decoded body that can be told apart in a log.
type Message interface {
	// LogAttributes gives ids and kinds, never personal content.
	LogAttributes() []any
}

// Work does what one message asks for: from is the message as SQS delivered it, in
// what its body says. An error hands the message back, as batch.Work says.
type Work[T Message] func(ctx context.Context, log *slog.Logger, from events.SQSMessage, in T) error

// NewHandler makes the handler of a queue's SQS events: each record is checked,
// decoded and worked on. An invalid one is Permanent. A nil work hands every message
// back with ErrNoWork. The caller sets the handler's other fields.
func NewHandler[T Message](log *slog.Logger, q platform.Queue, work Work[T]) batch.Handler {
	decoder := NewDecoder[T](q)
	return batch.Handler{Log: log, Work: func(ctx context.Context, log *slog.Logger, m events.SQSMessage) error {
		in, err := decoder.Decode(m.Body)
		if err != nil {
			return batch.Permanent{Cause: err}
		}
		log = log.With(in.LogAttributes()...)
		log.Info("message read")
		if work == nil {
			return ErrNoWork
		}
		return work(ctx, log, m, in)
	}}
}
