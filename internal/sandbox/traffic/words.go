package traffic

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// words draws what users say. It is safe for concurrent use.
type words struct {
	mu     sync.Mutex
	random *rand.Rand
}

// job is the body of POST /v1/jobs (lambdas/schema/job.json).
type job struct {
	Version   int               `json:"version"`
	JobID     string            `json:"jobId"`
	UserID    string            `json:"userId"`
	Kind      string            `json:"kind"`
	SessionID string            `json:"sessionId"`
	Provider  string            `json:"provider"`
	Input     map[string]string `json:"input"`
}

// event is the body of POST /v1/events, lead that of POST /v1/leads.
type event struct {
	Version       int    `json:"version"`
	InteractionID string `json:"interactionId"`
	ToolID        string `json:"toolId"`
	Type          string `json:"type"`
	OccurredAt    string `json:"occurredAt"`
	VisitorID     string `json:"visitorId"`
}

type lead struct {
	Version int    `json:"version"`
	LeadID  string `json:"leadId"`
	ToolID  string `json:"toolId"`
	Email   string `json:"email"`
	Name    string `json:"name"`
}

var questions = []string{
	"Write a headline for a solar panel savings calculator.",
	"Which three questions should a mortgage quiz ask first?",
	"Explain compound interest to a visitor in two sentences.",
	"Suggest a colour scheme for a dentist's cost estimator.",
	"Draft a friendly result page for a carbon footprint test.",
	"Summarise last week's answers of the fitness assessment.",
}

// troubles are prompts' directives to the providers' stand-ins: failures that pass,
// and some that do not.
var troubles = []string{
	"[[once status 503]]", "[[once status 429 1]]", "[[once status 500]]", "[[refuse]]", "[[status 400]]",
}

// poison is refused once, for good: the job becomes a dead letter, and a second
// delivery would be answered.
const poison = "[[once status 400]]"

func (w *words) job(user string, errors float64, poisoned bool) job {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.id()
	prompt := pick(w.random, questions)
	switch {
	case poisoned:
		prompt += " " + poison
	case w.random.Float64()*100 < errors:
		prompt += " " + pick(w.random, troubles)
	}
	return job{
		Version: 1, JobID: "job-" + id, UserID: user, SessionID: "session-" + id,
		Kind: pick(w.random, []string{"chat", "chat", "tool", "insight"}), Provider: pick(w.random, []string{"openai", "anthropic"}),
		// The id makes each prompt its own: what fails once fails once for each job.
		Input: map[string]string{"prompt": prompt + " (" + id + ")"},
	}
}

func (w *words) event(now time.Time) event {
	w.mu.Lock()
	defer w.mu.Unlock()
	return event{
		Version: 1, InteractionID: "interaction-" + w.id(), ToolID: w.tool(), VisitorID: fmt.Sprintf("visitor-%d", w.random.IntN(500)),
		Type: pick(w.random, []string{"view", "start", "answer", "complete"}), OccurredAt: now.UTC().Format(time.RFC3339Nano),
	}
}

func (w *words) lead() lead {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.id()
	return lead{Version: 1, LeadID: "lead-" + id, ToolID: w.tool(), Email: "visitor-" + id + "@example.com", Name: pick(w.random, []string{"Ada", "Grace", "Edsger", "Barbara"})}
}

func (w *words) id() string { return fmt.Sprintf("%016x", w.random.Uint64()) }

func (w *words) tool() string { return fmt.Sprintf("tool-%d", 1+w.random.IntN(8)) }

func pick(random *rand.Rand, of []string) string { return of[random.IntN(len(of))] }
