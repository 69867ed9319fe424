package store

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Job is work for an AI provider, as far as the table remembers it.
type Job struct{ ID, UserID, SessionID, ToolID, Kind, Provider, Model string }

// Session is the id of the session that the job belongs to: a job that names none
// begins one under its own id, so that each delivery finds the same.
func (j Job) Session() string {
	if j.SessionID == "" {
		return j.ID
	}
	return j.SessionID
}

// JobStatus is how a job stands.
type JobStatus string

// How a job may stand after ClaimJob.
const (
	// JobClaimed is the claimant's to work on.
	JobClaimed JobStatus = "claimed"
	// JobBusy is another message's until JobRecord.Until.
	JobBusy JobStatus = "busy"
	// JobAnswered has its answer stored; StoredAnswer reads it.
	JobAnswered JobStatus = "answered"
	// JobRefused failed for good, for JobRecord.Reason.
	JobRefused JobStatus = "refused"
)

// JobRecord is how a job stands.
type JobRecord struct {
	Status JobStatus
	// Until is when a busy job's claimant must be over.
	Until time.Time
	// AnswerID names the stored answer, Reason says why a job was refused.
	AnswerID, Reason string
}

const jobScope = "job"

// ClaimJob lays a claim on a job. A redelivery of the claimant's message takes
// over at once: the queue's visibility is six times the function's time-out, so the
// earlier invocation is over. Another message with the same job id waits until the
// claim is over.
func (t *Table) ClaimJob(ctx context.Context, job Job, claim Claim, now time.Time) (JobRecord, error) {
	return t.claimJob(ctx, job, claim, now, unclaimed+" OR "+ownClaim+" OR "+staleClaim)
}

// ClaimUnknownJob is ClaimJob for a message that is no job, though it bears a job's
// id: what another message has ever claimed stays that one's.
func (t *Table) ClaimUnknownJob(ctx context.Context, job Job, claim Claim, now time.Time) (JobRecord, error) {
	return t.claimJob(ctx, job, claim, now, unclaimed+" OR "+sameMessage)
}

func (t *Table) claimJob(ctx context.Context, job Job, claim Claim, now time.Time, condition string) (JobRecord, error) {
	standing, taken, err := t.claim(ctx, jobScope, job.ID, claim, now, condition)
	if err != nil {
		return JobRecord{}, err
	}
	if taken {
		return JobRecord{Status: JobClaimed, Until: claim.Until}, nil
	}
	switch standing.State {
	case stateAnswered:
		return JobRecord{Status: JobAnswered, AnswerID: standing.AnswerID}, nil
	case stateRefused:
		return JobRecord{Status: JobRefused, Reason: standing.Reason}, nil
	}
	return JobRecord{Status: JobBusy, Until: standing.Until}, nil
}

// Answer is what a job asked and what came of it.
type Answer struct {
	Prompt, Text              string
	InputTokens, OutputTokens int
	// SecretVersion is the version of the secret that the provider's key came from.
	SecretVersion string
}

// AnswerJob stores the user's and the assistant's message, the session and the
// job's end, all or nothing. ErrSettled says that another invocation ended the job
// before; ErrForeignSession that the session is another user's; ErrTooLarge that
// the two messages exceed a transaction's 4 MB.
func (t *Table) AnswerJob(ctx context.Context, job Job, answer Answer, now time.Time) error {
	prompt := Message{ID: job.ID + ".1", SessionID: job.Session(), JobID: job.ID, Role: RoleUser, Text: answer.Prompt, At: now.UTC()}
	reply := Message{
		ID: job.ID + ".2", SessionID: job.Session(), JobID: job.ID, Role: RoleAssistant, Text: answer.Text, At: now.UTC(),
		Provider: job.Provider, Model: job.Model, InputTokens: answer.InputTokens, OutputTokens: answer.OutputTokens, SecretVersion: answer.SecretVersion,
	}
	writes, err := t.writes(
		settle(jobScope, job.ID, stateAnswered, now, map[string]any{"answerId": stamped(reply.At, reply.ID)}),
		sessionAnswered(job, answer, now),
	)
	if err != nil {
		return err
	}
	for _, message := range []Message{prompt, reply} {
		parts, err := t.messageParts(message)
		if err != nil {
			return err
		}
		writes = append(writes, parts...)
	}
	reasons, err := t.transact(ctx, writes)
	return jobFault(reasons, err)
}

// DoubtJob records on the session why the job's last try failed before it begins:
// one that is killed cannot say so any more. AnswerJob takes it back. ErrForeignSession
// says that the session is another user's.
func (t *Table) DoubtJob(ctx context.Context, job Job, reason string, now time.Time) error {
	_, err := t.update(ctx, sessionRefused(job, reason, now))
	if conditionFailed(err) {
		return ErrForeignSession
	}
	return err
}

// RefuseJob records on the session, and for redeliveries, that the job failed for
// good. The reason is shown to the user. A session of another user is left alone.
func (t *Table) RefuseJob(ctx context.Context, job Job, reason string, now time.Time) error {
	settled := settle(jobScope, job.ID, stateRefused, now, map[string]any{"reason": reason})
	writes, err := t.writes(settled, sessionRefused(job, reason, now))
	if err != nil {
		return err
	}
	reasons, err := t.transact(ctx, writes)
	if err = jobFault(reasons, err); !errors.Is(err, ErrForeignSession) {
		return err
	}
	if _, err = t.update(ctx, settled); conditionFailed(err) {
		return ErrSettled
	}
	return err
}

func (t *Table) writes(changes ...change) ([]types.TransactWriteItem, error) {
	var out []types.TransactWriteItem
	for _, c := range changes {
		write, err := t.write(c)
		if err != nil {
			return nil, err
		}
		out = append(out, write)
	}
	return out, nil
}

// jobFault names the condition that did not hold: the job's is first, the
// session's second.
func jobFault(reasons []types.CancellationReason, err error) error {
	switch {
	case unmet(reasons, 0):
		return ErrSettled
	case unmet(reasons, 1):
		return ErrForeignSession
	}
	return err
}
