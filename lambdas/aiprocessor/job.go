package aiprocessor

import (
	"cmp"
	"encoding/json"

	"github.com/keyvex/keyvex/internal/lazy"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/store"
)

// Job is work for an AI provider (lambdas/schema/job.json). Provider and Model may
// be empty: provider.Default and provider.Choices say what is asked then.
type Job struct {
	Version   int    `json:"version"`
	JobID     string `json:"jobId"`
	UserID    string `json:"userId"`
	Kind      string `json:"kind"`
	SessionID string `json:"sessionId"`
	ToolID    string `json:"toolId"`
	Provider  string `json:"provider"`
	Model     string `json:"model"`
	Input     Input  `json:"input"`
}

// Input is what is asked.
type Input struct {
	Prompt string `json:"prompt"`
	System string `json:"system"`
	// MaxTokens bounds the answer, 0 for no bound of the job's own.
	MaxTokens   int      `json:"maxTokens"`
	Temperature *float64 `json:"temperature"`
	// History is the conversation so far. Without one, that of the session is read.
	History []provider.Turn `json:"history"`
}

// LogAttributes names the job in a log.
func (in Job) LogAttributes() []any {
	stored := in.stored()
	return []any{"kind", in.Kind, "sessionId", stored.Session(), "provider", stored.Provider}
}

// stored is the job as the table remembers it, with nothing left to a default.
func (in Job) stored() store.Job {
	name := cmp.Or(in.Provider, provider.Default)
	return store.Job{
		ID: in.JobID, UserID: in.UserID, SessionID: in.SessionID, ToolID: in.ToolID, Kind: in.Kind,
		Provider: name, Model: cmp.Or(in.Model, provider.Choices[name].Model),
	}
}

// request is what the provider is asked, with the conversation before it.
func (in Job) request(model string, history []provider.Turn) provider.Request {
	return provider.Request{
		Model: model, System: cmp.Or(in.Input.System, systems[in.Kind]), History: history, Prompt: in.Input.Prompt,
		MaxTokens: in.Input.MaxTokens, Temperature: in.Input.Temperature,
	}
}

// systems are the instructions of kinds whose job brings none of its own.
var systems = map[string]string{
	"tool":    "You write the content of interactive tools for websites. Answer with that content alone.",
	"insight": "You explain what figures about the use of a website's tools mean, in short and plain words.",
}

var (
	identifier = lazy.Regexp(`^[A-Za-z0-9_-]{1,64}$`)
	userName   = lazy.Regexp(`^.{1,128}$`)
)

// identity reads whose job a body is that does not fit the schema, to tell its
// user; ok is false if it does not say.
func identity(body string) (job store.Job, ok bool) {
	var in struct{ JobID, UserID, SessionID, ToolID any }
	if json.Unmarshal([]byte(body), &in) != nil {
		return store.Job{}, false
	}
	id, _ := in.JobID.(string)
	user, _ := in.UserID.(string)
	session, _ := in.SessionID.(string)
	if session != "" && !identifier().MatchString(session) {
		return store.Job{}, false
	}
	return store.Job{ID: id, UserID: user, SessionID: session}, identifier().MatchString(id) && userName().MatchString(user)
}
