// Package aiprocessor is the AI processor: it takes long-running AI operations from its queue.
package aiprocessor

import (
	"encoding/json"
	"log/slog"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/message"
)

// Job is work for an AI provider (lambdas/schema/job.json).
type Job struct {
	Version   int             `json:"version"`
	JobID     string          `json:"jobId"`
	UserID    string          `json:"userId"`
	Kind      string          `json:"kind"`
	SessionID string          `json:"sessionId"`
	ToolID    string          `json:"toolId"`
	Provider  string          `json:"provider"`
	Model     string          `json:"model"`
	Input     json.RawMessage `json:"input"`
}

// LogAttributes names the message in a log.
func (in Job) LogAttributes() []any { return []any{"jobId", in.JobID, "kind", in.Kind} }

// New makes the handler of the function's SQS events. A nil work hands every
// message back.
func New(log *slog.Logger, work message.Work[Job]) batch.Handler {
	return message.NewHandler(log, platform.AIProcessing, work)
}
