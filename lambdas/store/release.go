package store

import (
	"context"
	"errors"
	"time"
)

// ReleaseJob ends a claim without an answer, for the last receive of a job that
// may succeed another day: the session says why, and a message that is redriven
// from the dead-letter queue may claim the job again.
func (t *Table) ReleaseJob(ctx context.Context, job Job, reason string, now time.Time) error {
	released := settle(jobScope, job.ID, stateReleased, now, map[string]any{"reason": reason})
	writes, err := t.writes(released, sessionRefused(job, reason, now))
	if err != nil {
		return err
	}
	reasons, err := t.transact(ctx, writes)
	if err = jobFault(reasons, err); errors.Is(err, ErrSettled) {
		return nil
	}
	return err
}
