// Package aiprocessor is the AI processor: it takes long-running AI operations from
// its queue, asks a provider, streams the answer to the user's sockets and stores it
// with its session.
//
// A job is worked on at least once and answered once: what was stored is pushed
// again when its message comes again, and the provider is not asked.
package aiprocessor

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/message"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/store"
)

const (
	// margin is what remains of an invocation to hand a job back in.
	margin = 15 * time.Second
	// needs is the time without which no job is begun.
	needs = 30 * time.Second
)

// Table is what is needed of the table.
type Table interface {
	ClaimJob(ctx context.Context, job store.Job, claim store.Claim, now time.Time) (store.JobRecord, error)
	ClaimUnknownJob(ctx context.Context, job store.Job, claim store.Claim, now time.Time) (store.JobRecord, error)
	DoubtJob(ctx context.Context, job store.Job, reason string, now time.Time) error
	AnswerJob(ctx context.Context, job store.Job, answer store.Answer, now time.Time) error
	RefuseJob(ctx context.Context, job store.Job, reason string, now time.Time) error
	ReleaseJob(ctx context.Context, job store.Job, reason string, now time.Time) error
	StoredAnswer(ctx context.Context, job store.Job, record store.JobRecord) (store.Message, error)
	Session(ctx context.Context, id string) (store.Session, error)
	Messages(ctx context.Context, sessionID string) ([]store.Message, error)
	ConnectionsOf(ctx context.Context, userID string) ([]store.Connection, error)
}

// Secrets is what is needed of the AI secret.
type Secrets interface {
	Get(ctx context.Context) (secret.Value, error)
	Refresh(ctx context.Context) (secret.Value, error)
}

// Sender is what is needed of the sockets.
type Sender interface {
	Send(ctx context.Context, log *slog.Logger, ids []string, message any)
}

// Processor has what a job needs.
type Processor struct {
	Log       *slog.Logger
	Table     Table
	Secrets   Secrets
	Sender    Sender
	Providers map[string]provider.Provider
	Metrics   *emf.Writer
	Clock     clock.Clock
	// Queue is where jobs are handed back to.
	Queue batch.Queue

	decoder message.Decoder[Job]
}

// New makes the handler of the function's SQS events.
func New(p Processor) batch.Handler {
	p.decoder = message.NewDecoder[Job](platform.AIProcessing)
	return batch.Handler{Log: p.Log, Work: p.record, Queue: p.Queue, Clock: p.Clock, Needs: needs, Margin: margin}
}

// record works on one message.
func (p Processor) record(ctx context.Context, log *slog.Logger, m events.SQSMessage) error {
	p.Metrics = p.Metrics.With(batch.Identity(m))
	p.countAccepted(m)
	in, err := p.decoder.Decode(m.Body)
	if err != nil {
		return p.invalid(ctx, log, m, err)
	}
	r := p.begin(log.With(in.LogAttributes()...), m, in)
	r.log.Info("message read")
	return r.work(ctx)
}

// countAccepted counts a message when it comes the first time, and how long it waited.
func (p Processor) countAccepted(m events.SQSMessage) {
	if batch.Receives(m) != 1 {
		return
	}
	now := p.Clock.Now()
	p.Metrics.Put(now, nil, emf.Count(platform.JobsAccepted, 1))
	if sent := batch.Sent(m); !sent.IsZero() {
		p.Metrics.Put(now, nil, emf.Milliseconds(platform.JobWait, now.Sub(sent)))
	}
}

// countTry counts a job that is tried again. A job that was refused for good is not: it
// is only on its way to the dead letters.
func (r *run) countTry() {
	switch batch.Receives(r.message) {
	case 2:
		r.Metrics.Put(r.Clock.Now(), nil, emf.Count(platform.JobSecondTries, 1))
	case 3:
		r.Metrics.Put(r.Clock.Now(), nil, emf.Count(platform.JobThirdTries, 1))
	}
}
