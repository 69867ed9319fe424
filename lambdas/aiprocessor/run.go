package aiprocessor

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/store"
)

// run is one try at a job.
type run struct {
	Processor
	log     *slog.Logger
	message events.SQSMessage
	in      Job
	job     store.Job
	push    *audience
}

func (p Processor) begin(log *slog.Logger, m events.SQSMessage, in Job) *run {
	job := in.stored()
	return &run{Processor: p, log: log, message: m, in: in, job: job, push: p.audienceOf(log, job)}
}

// work claims the job and does what its standing asks for.
func (r *run) work(ctx context.Context) error {
	now := r.Clock.Now()
	record, err := r.Table.ClaimJob(ctx, r.job, r.claim(ctx, now), now)
	if err != nil {
		return err
	}
	if record.Status != store.JobRefused {
		r.countTry()
	}
	switch record.Status {
	case store.JobBusy:
		return batch.Retry{After: max(time.Second, record.Until.Sub(now)), Cause: errors.New("another message works on this job")}
	case store.JobRefused:
		return batch.Permanent{Cause: errors.New(platform.RefusedBefore)}
	case store.JobAnswered:
		return r.replay(ctx, record)
	}
	return r.answer(ctx)
}

// claim lasts as long as the invocation may.
func (r *run) claim(ctx context.Context, now time.Time) store.Claim {
	until, ok := ctx.Deadline()
	if !ok {
		until = now.Add(platform.AIProcessor.Spec().Timeout)
	}
	return store.Claim{MessageID: r.message.MessageId, Receive: batch.Receives(r.message), Until: until.Add(margin)}
}

// last reports whether the queue moves the message to its dead letters if this try
// fails.
func (r *run) last() bool {
	return batch.Receives(r.message) >= platform.AIProcessing.Spec().MaxReceiveCount
}

// replay pushes the answer that is stored, to a user who may not have seen it. A job
// that bears the id of another user's is none of its user's business.
func (r *run) replay(ctx context.Context, record store.JobRecord) error {
	r.log.Info("job was answered before")
	stored, err := r.stored(ctx, record)
	switch {
	case errors.Is(err, store.ErrForeignSession):
		r.push.failed(ctx, reasonSession)
		return batch.Permanent{Cause: err}
	case errors.Is(err, store.ErrNotFound): // removed since: there is nothing to push
		r.log.Warn("the stored answer is gone")
		return nil
	case err != nil:
		return err
	}
	deltas := 0
	for piece := range pieces(stored.Text, largestDelta) {
		r.push.delta(ctx, deltas, piece)
		deltas++
	}
	r.push.done(ctx, deltas)
	return nil
}

// stored reads the job's answer, if its session is the user's.
func (r *run) stored(ctx context.Context, record store.JobRecord) (store.Message, error) {
	session, err := r.Table.Session(ctx, r.job.Session())
	switch {
	case err != nil:
		return store.Message{}, err
	case session.UserID != r.job.UserID:
		return store.Message{}, store.ErrForeignSession
	}
	return r.Table.StoredAnswer(ctx, r.job, record)
}

// answer asks the provider, stores what it says and tells the user that it is whole.
func (r *run) answer(ctx context.Context) error {
	history, err := r.history(ctx)
	if err != nil {
		return r.failed(ctx, err)
	}
	if r.last() {
		if err := r.Table.DoubtJob(ctx, r.job, reasonUnavailable, r.Clock.Now()); err != nil {
			return r.failed(ctx, err)
		}
	}
	reply, err := r.ask(ctx, history)
	if err != nil {
		return r.failed(ctx, err)
	}
	began := r.Clock.Now()
	err = r.Table.AnswerJob(ctx, r.job, store.Answer{
		Prompt: r.in.Input.Prompt, Text: reply.text.String(),
		InputTokens: reply.input, OutputTokens: reply.output, SecretVersion: reply.version,
	}, began)
	if errors.Is(err, store.ErrSettled) {
		r.log.Warn("another message settled this job meanwhile")
		return nil
	}
	if err != nil {
		return r.failed(ctx, err)
	}
	stored := r.Clock.Now()
	r.push.done(ctx, reply.deltas)
	r.measure(began, stored)
	r.log.Info("job answered", "model", r.job.Model, "secretVersion", reply.version, "inputTokens", reply.input, "outputTokens", reply.output)
	return nil
}

func (r *run) measure(began, stored time.Time) {
	now := r.Clock.Now()
	values := []emf.Value{emf.Milliseconds(platform.JobStore, stored.Sub(began)), emf.Milliseconds(platform.JobPush, now.Sub(stored))}
	if sent := batch.Sent(r.message); !sent.IsZero() {
		values = append(values, emf.Milliseconds(platform.JobEndToEnd, now.Sub(sent)))
	}
	r.Metrics.Put(now, nil, values...)
}

// reply is what came of asking.
type reply struct {
	text          strings.Builder
	input, output int
	deltas        int
	// version is the version of the secret whose key was let in.
	version string
}
