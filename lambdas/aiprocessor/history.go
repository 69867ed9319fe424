package aiprocessor

import (
	"context"
	"errors"

	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/store"
)

// What of a session is given to the model: its last messages, up to a size.
const (
	historyMessages = 20
	historyBytes    = 128 << 10
)

// history is the conversation so far: the job's own, or that of its session. A
// session of another user is an error.
func (r *run) history(ctx context.Context) ([]provider.Turn, error) {
	if r.job.SessionID == "" {
		return r.in.Input.History, nil
	}
	session, err := r.Table.Session(ctx, r.job.SessionID)
	if errors.Is(err, store.ErrNotFound) {
		return r.in.Input.History, nil
	}
	if err != nil {
		return nil, err
	}
	if session.UserID != r.job.UserID {
		return nil, store.ErrForeignSession
	}
	if len(r.in.Input.History) > 0 {
		return r.in.Input.History, nil
	}
	messages, err := r.Table.Messages(ctx, r.job.SessionID)
	return recent(messages), err
}

// recent is the end of a conversation, beginning with a user's message: Anthropic
// wants that.
func recent(messages []store.Message) []provider.Turn {
	first, size := len(messages), 0
	for first > 0 && len(messages)-first < historyMessages && size+len(messages[first-1].Text) <= historyBytes {
		first--
		size += len(messages[first].Text)
	}
	var turns []provider.Turn
	for _, m := range messages[first:] {
		if m.Text == "" || len(turns) == 0 && m.Role == store.RoleAssistant {
			continue
		}
		turns = append(turns, provider.Turn{Role: m.Role, Text: m.Text})
	}
	return turns
}
