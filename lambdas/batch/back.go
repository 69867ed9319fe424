package batch

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Retry hands a message back, to come again.
type Retry struct {
	// After is how long it rests; zero for a back-off by the number of receives.
	After time.Duration
	// Now makes it come again without a rest.
	Now bool
	// Cause is why.
	Cause error
}

func (r Retry) Error() string { return text(r.Cause, "to be tried again") }

// Unwrap gives the cause to errors.Is and errors.As.
func (r Retry) Unwrap() error { return r.Cause }

// Permanent hands back a message that no further try can help. It comes again at
// once, until SQS has counted its receives and moves it, with its id, to the
// dead-letter queue: those receives must be cheap.
type Permanent struct{ Cause error }

func (p Permanent) Error() string { return text(p.Cause, "failed for good") }

// Unwrap gives the cause to errors.Is and errors.As.
func (p Permanent) Unwrap() error { return p.Cause }

func text(cause error, otherwise string) string {
	if cause == nil {
		return otherwise
	}
	return cause.Error()
}

// Visibility is what is needed of SQS.
type Visibility interface {
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error)
}

// Queue is where the messages came from.
type Queue struct {
	Client Visibility
	URL    string
	// Random gives numbers of [0, 1) for the jitter of back-offs; nil for math/rand's.
	Random func() float64
}

// handBack sets when the message becomes visible again. If that fails it does so
// when its visibility timeout ends, which is later but loses nothing.
func (q Queue) handBack(ctx context.Context, log *slog.Logger, m events.SQSMessage, cause error) {
	if q.Client == nil {
		return
	}
	rest := q.rest(Receives(m), cause)
	_, err := q.Client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.URL, ReceiptHandle: &m.ReceiptHandle, VisibilityTimeout: seconds(rest),
	})
	if err != nil {
		log.Warn("visibility not changed", "error", err)
	}
}

func (q Queue) rest(receives int, cause error) time.Duration {
	if _, ok := errors.AsType[Permanent](cause); ok {
		return 0
	}
	retry, _ := errors.AsType[Retry](cause)
	switch {
	case retry.Now:
		return 0
	case retry.After > 0:
		return retry.After
	}
	return q.Backoff(receives)
}

// Backoff is how long a message rests after the given receive: between one half of
// the most and all of it, so that what failed together does not come again together.
func (q Queue) Backoff(receives int) time.Duration {
	d := longest(receives)
	random := rand.Float64
	if q.Random != nil {
		random = q.Random
	}
	return d/2 + time.Duration(random()*float64(d/2))
}

// longest is how long a message rests at most after the given receive: 2 s, 8 s,
// 32 s, 128 s, and never more than ten minutes. The five receives of a queue so
// outlast a disturbance of 85 seconds at least.
func longest(receives int) time.Duration {
	const first, most = 2 * time.Second, 10 * time.Minute
	return min(most, first<<(2*min(max(receives-1, 0), 10)))
}

// seconds rounds up, and stays below SQS's limit of twelve hours from the receive.
func seconds(d time.Duration) int32 {
	const most = 11 * time.Hour
	return int32((min(d, most) + time.Second - 1) / time.Second)
}
