package aiprocessor

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/store"
)

const (
	// keyPatience is for how long, from a job's first receive, a refused key is taken
	// for one that is being rotated; keyRest is between two tries in that time, so
	// that a queue's five receives last it out.
	keyPatience = 10 * time.Minute
	keyRest     = keyPatience / 4
)

// The reasons that users and sessions are given.
const (
	reasonInvalid     = "the job is invalid"
	reasonContent     = "the provider refused this content"
	reasonRequest     = "the provider cannot answer this request"
	reasonKey         = "the provider refuses the platform's key"
	reasonSession     = "the session belongs to another user"
	reasonTooLarge    = "the answer is too large to be stored"
	reasonUnavailable = "the job could not be done in several tries"
)

// failed decides whether the job is tried again, and says so to the user.
func (r *run) failed(ctx context.Context, err error) error {
	retry := r.rest(ctx, err)
	// The margin is for this: what follows happens even when the time for work is over.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), margin/2)
	defer cancel()
	if reason := r.permanent(err); reason != "" {
		return r.refuse(ctx, reason, err)
	}
	if r.last() {
		return r.giveUp(ctx, err)
	}
	r.push.retry(ctx, retry.After)
	return retry
}

// permanent is the reason why no try can succeed, empty if one may.
func (r *run) permanent(err error) string {
	switch {
	case errors.Is(err, store.ErrForeignSession):
		return reasonSession
	case errors.Is(err, store.ErrTooLarge):
		return reasonTooLarge
	}
	failed, ok := errors.AsType[*provider.Error](err)
	if !ok {
		return ""
	}
	switch failed.Kind {
	case provider.ContentRefused:
		return reasonContent
	case provider.BadRequest:
		return reasonRequest
	case provider.KeyRefused:
		if first := batch.FirstReceived(r.message); !first.IsZero() && r.Clock.Now().Sub(first) >= keyPatience {
			return reasonKey
		}
	}
	return ""
}

// rest is how long the job rests: what the provider asks for, at once when only the
// invocation's time was over, and otherwise the usual back-off.
func (r *run) rest(ctx context.Context, err error) batch.Retry {
	if ctx.Err() != nil {
		return batch.Retry{Now: true, Cause: err}
	}
	failed, ok := errors.AsType[*provider.Error](err)
	switch {
	case ok && failed.Kind == provider.KeyRefused:
		return batch.Retry{After: keyRest, Cause: err}
	case ok && failed.After > 0:
		return batch.Retry{After: failed.After, Cause: err}
	}
	return batch.Retry{After: r.Queue.Backoff(batch.Receives(r.message)), Cause: err}
}

// refuse records that the job failed for good, and tells the user. If it cannot be
// recorded, the message comes again and all is tried again.
func (r *run) refuse(ctx context.Context, reason string, cause error) error {
	switch err := r.Table.RefuseJob(ctx, r.job, reason, r.Clock.Now()); {
	case err == nil:
		r.over(ctx, reason)
	case !errors.Is(err, store.ErrSettled):
		return errors.Join(cause, err)
	}
	return batch.Permanent{Cause: cause}
}

// giveUp is for the last receive of a job that might have succeeded: it goes to the
// dead-letter queue, and may be claimed again when it is redriven.
func (r *run) giveUp(ctx context.Context, cause error) error {
	if err := r.Table.ReleaseJob(ctx, r.job, reasonUnavailable, r.Clock.Now()); err != nil {
		return errors.Join(cause, err)
	}
	r.over(ctx, reasonUnavailable)
	return batch.Retry{Now: true, Cause: cause}
}

func (r *run) over(ctx context.Context, reason string) {
	r.Metrics.Put(r.Clock.Now(), nil, emf.Count(platform.JobsRefused, 1))
	r.log.Warn("job refused", "reason", reason)
	r.push.failed(ctx, reason)
}

// invalid refuses a body that does not fit the schema, on its session and to its
// user as far as it names them. Redeliveries find the record. A job whose id it bears
// by mistake is left alone.
func (p Processor) invalid(ctx context.Context, log *slog.Logger, m events.SQSMessage, cause error) error {
	job, ok := identity(m.Body)
	if !ok {
		return batch.Permanent{Cause: cause}
	}
	switch known, err := p.Table.Session(ctx, job.Session()); {
	case err == nil:
		job.ToolID, job.Kind, job.Provider, job.Model = known.ToolID, known.Kind, known.Provider, known.Model
	case !errors.Is(err, store.ErrNotFound):
		return errors.Join(cause, err)
	}
	r := &run{Processor: p, log: log, message: m, job: job, push: p.audienceOf(log, job)}
	now := p.Clock.Now()
	record, err := p.Table.ClaimUnknownJob(ctx, job, r.claim(ctx, now), now)
	if err != nil {
		return errors.Join(cause, err)
	}
	if record.Status != store.JobClaimed {
		return batch.Permanent{Cause: cause}
	}
	return r.refuse(ctx, reasonInvalid, cause)
}
