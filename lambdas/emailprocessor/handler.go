// Package emailprocessor is the email processor: it takes leads and notifications from its queue.
package emailprocessor

import (
	"encoding/json"
	"log/slog"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/message"
)

// Lead is a visitor who left an address in a tool (lambdas/schema/lead.json).
type Lead struct {
	Version int             `json:"version"`
	LeadID  string          `json:"leadId"`
	ToolID  string          `json:"toolId"`
	Email   string          `json:"email"`
	Name    string          `json:"name"`
	Phone   string          `json:"phone"`
	Company string          `json:"company"`
	Answers json.RawMessage `json:"answers"`
}

// LogAttributes names the message in a log.
func (in Lead) LogAttributes() []any { return []any{"leadId", in.LeadID, "toolId", in.ToolID} }

// New makes the handler of the function's SQS events. A nil work hands every
// message back.
func New(log *slog.Logger, work message.Work[Lead]) batch.Handler {
	return message.NewHandler(log, platform.Email, work)
}
