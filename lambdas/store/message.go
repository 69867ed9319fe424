package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Who a message is from.
const (
	RoleUser      = "user"
	RoleAssistant = "assistant"
)

// Message is one message of a session.
type Message struct {
	ID        string    `json:"messageId"`
	SessionID string    `json:"sessionId"`
	JobID     string    `json:"jobId"`
	Role      string    `json:"role"`
	Text      string    `json:"text"`
	At        time.Time `json:"at"`
	// What follows is the assistant's: who answered, what it took, and with the key
	// of which version of the secret.
	Provider      string `json:"provider,omitempty"`
	Model         string `json:"model,omitempty"`
	InputTokens   int    `json:"inputTokens,omitempty"`
	OutputTokens  int    `json:"outputTokens,omitempty"`
	SecretVersion string `json:"secretVersion,omitempty"`
}

// partBytes is how much of a message's text one item holds. An item is at most
// 400 kB with its names and keys; a longer text goes on in further items.
const partBytes = 380 << 10

// transactionBytes is what the texts of one transaction may come to: DynamoDB's
// limit is 4 MB, keys and names included.
const transactionBytes = 7 << 19

// part is a message's first item, or one that goes on with its text.
type part struct {
	Message
	// Continues is the id of the message that the text goes on with.
	Continues string `json:"continues,omitempty"`
}

func (t *Table) messageParts(m Message) ([]types.TransactWriteItem, error) {
	if len(m.Text) > transactionBytes/2 {
		return nil, fmt.Errorf("message of %d bytes: %w", len(m.Text), ErrTooLarge)
	}
	var writes []types.TransactWriteItem
	for number, text := range split(m.Text, partBytes) {
		p := part{Message: m}
		if number > 0 {
			p.Message = Message{ID: fmt.Sprintf("%s.%02d", m.ID, number), SessionID: m.SessionID, JobID: m.JobID, Role: m.Role, At: m.At}
			p.Continues = m.ID
		}
		p.Text = text
		in, err := encode(p, key(sessionPrefix+m.SessionID, messagePrefix+stamped(m.At, p.ID)))
		if err != nil {
			return nil, err
		}
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &t.name, Item: in}})
	}
	return writes, nil
}

// split cuts a text between characters into pieces of at most size bytes; an empty
// text is one empty piece.
func split(text string, size int) []string {
	var out []string
	for len(text) > size {
		end := size
		for end > size-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		out, text = append(out, text[:end]), text[end:]
	}
	return append(out, text)
}

// Messages lists a session's messages in time order.
func (t *Table) Messages(ctx context.Context, sessionID string) ([]Message, error) {
	return t.messages(ctx, sessionID, messagePrefix)
}

// StoredAnswer reads the answer that a JobRecord of status JobAnswered names.
func (t *Table) StoredAnswer(ctx context.Context, job Job, record JobRecord) (Message, error) {
	found, err := t.messages(ctx, job.Session(), messagePrefix+record.AnswerID)
	if err != nil {
		return Message{}, err
	}
	if len(found) == 0 {
		return Message{}, ErrNotFound
	}
	return found[0], nil
}

// messages joins the parts of each message whose key begins with a prefix.
func (t *Table) messages(ctx context.Context, sessionID, prefix string) ([]Message, error) {
	var out []Message
	var texts []strings.Builder
	for p, err := range decoded[part](t.query(ctx, ordered(sessionPrefix+sessionID, prefix))) {
		if err != nil {
			return nil, err
		}
		last := len(out) - 1
		switch {
		case p.Continues == "":
			out, texts = append(out, p.Message), append(texts, strings.Builder{})
			last++
		case last < 0 || out[last].ID != p.Continues:
			return nil, errors.New("a part of a message is missing")
		}
		texts[last].WriteString(p.Text)
	}
	for i := range out {
		out[i].Text = texts[i].String()
	}
	return out, nil
}
