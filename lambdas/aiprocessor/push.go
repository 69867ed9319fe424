package aiprocessor

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/keyvex/keyvex/lambdas/socket"
	"github.com/keyvex/keyvex/lambdas/store"
)

const (
	// lookAgain is how long the list of a user's connections is used.
	lookAgain = 2 * time.Second
	// largestDelta bounds a delta's text, in bytes: API Gateway sends frames of 32 kB
	// at most, and JSON may write a character with six.
	largestDelta = 4 << 10
)

// audience is whom a job's progress is sent to. Nothing here fails the job.
type audience struct {
	p   Processor
	log *slog.Logger
	job store.Job

	ids  []string
	read time.Time
}

func (p Processor) audienceOf(log *slog.Logger, job store.Job) *audience {
	return &audience{p: p, log: log, job: job}
}

// listeners are the user's connections that want to hear of this job: those without
// topics, and those with the topic of its session or its tool.
func (a *audience) listeners(ctx context.Context) []string {
	now := a.p.Clock.Now()
	if !a.read.IsZero() && now.Sub(a.read) < lookAgain {
		return a.ids
	}
	connections, err := a.p.Table.ConnectionsOf(ctx, a.job.UserID)
	if err != nil {
		a.log.Warn("connections not read", "error", err)
		return a.ids
	}
	a.ids, a.read = nil, now
	for _, c := range connections {
		if c.ExpiresAt.After(now) && a.wanted(c.Topics) {
			a.ids = append(a.ids, c.ID)
		}
	}
	return a.ids
}

func (a *audience) wanted(topics []string) bool {
	return len(topics) == 0 || slices.Contains(topics, socket.SessionTopic(a.job.Session())) ||
		a.job.ToolID != "" && slices.Contains(topics, socket.ToolTopic(a.job.ToolID))
}

func (a *audience) send(ctx context.Context, m socket.Message) {
	m.JobID, m.SessionID = a.job.ID, a.job.Session()
	a.p.Sender.Send(ctx, a.log, a.listeners(ctx), m)
}

func (a *audience) delta(ctx context.Context, seq int, text string) {
	a.send(ctx, socket.Message{Type: socket.Delta, Seq: &seq, Text: text})
}

func (a *audience) done(ctx context.Context, deltas int) {
	a.send(ctx, socket.Message{Type: socket.Done, Seq: &deltas})
}

func (a *audience) retry(ctx context.Context, after time.Duration) {
	a.send(ctx, socket.Message{Type: socket.Retry, AfterSeconds: int(after.Seconds())})
}

func (a *audience) failed(ctx context.Context, reason string) {
	a.send(ctx, socket.Message{Type: socket.Error, Reason: reason})
}

// pieces cuts a text between characters into pieces of at most size bytes.
func pieces(text string, size int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(text) > 0 {
			end := min(size, len(text))
			for end < len(text) && end > size-utf8.UTFMax && !utf8.RuneStart(text[end]) {
				end--
			}
			if !yield(text[:end]) {
				return
			}
			text = text[end:]
		}
	}
}
