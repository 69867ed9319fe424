package cloud

import (
	"context"
	"errors"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// ErrPatience is the cause by which a caller ends a context when it waits for the answer no
// longer. An operation that was being tried again fails then with what the last try was
// answered, and not with the end of the context alone.
var ErrPatience = errors.New("no answer in time")

// lastTry is what the last try of an operation failed with.
type lastTry struct{ err error }

type lastTryKey struct{}

// noteTries keeps what each try of an operation fails with, behind the retryer.
func noteTries(stack *middleware.Stack) error {
	note := middleware.FinalizeMiddlewareFunc("keyvexLastTry", func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (middleware.FinalizeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleFinalize(ctx, in)
		if last, ok := ctx.Value(lastTryKey{}).(*lastTry); ok && ctx.Err() == nil {
			last.err = err
		}
		return out, metadata, err
	})
	return stack.Finalize.Insert(note, "Retry", middleware.After)
}

// outOfPatience is what to tell instead of an operation's error when its caller waits no
// longer; nil where there was no answer at all.
func (t *lastTry) outOfPatience(ctx context.Context, service, operation string) error {
	if t.err == nil || !errors.Is(context.Cause(ctx), ErrPatience) {
		return nil
	}
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: t.err}
}
