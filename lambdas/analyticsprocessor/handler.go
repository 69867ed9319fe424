// Package analyticsprocessor is the analytics processor: it takes interactions with tools from its queue.
package analyticsprocessor

import (
	"encoding/json"
	"log/slog"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/message"
)

// Event is an interaction with a tool (lambdas/schema/event.json).
type Event struct {
	Version       int             `json:"version"`
	InteractionID string          `json:"interactionId"`
	ToolID        string          `json:"toolId"`
	Type          string          `json:"type"`
	OccurredAt    time.Time       `json:"occurredAt"`
	VisitorID     string          `json:"visitorId"`
	Properties    json.RawMessage `json:"properties"`
}

// LogAttributes names the message in a log.
func (in Event) LogAttributes() []any {
	return []any{"interactionId", in.InteractionID, "toolId", in.ToolID, "type", in.Type}
}

// New makes the handler of the function's SQS events. A nil work hands every
// message back.
func New(log *slog.Logger, work message.Work[Event]) batch.Handler {
	return message.NewHandler(log, platform.Analytics, work)
}
