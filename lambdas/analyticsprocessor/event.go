package analyticsprocessor

import (
	"encoding/json"
	"time"

	"github.com/keyvex/keyvex/lambdas/store"
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

// LogAttributes names the message in a log, whose lines have its id already.
func (in Event) LogAttributes() []any {
	return []any{"toolId", in.ToolID, "type", in.Type}
}

func (in Event) interaction() store.Interaction {
	return store.Interaction{
		ID: in.InteractionID, ToolID: in.ToolID, Type: in.Type, OccurredAt: in.OccurredAt.UTC(),
		VisitorID: in.VisitorID, Properties: string(in.Properties),
	}
}
