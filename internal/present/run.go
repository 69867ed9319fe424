package present

import (
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// EventRow is a line of deploy --json and destroy --json before the last.
type EventRow struct {
	Event deploy.EventKind `json:"event"`
	Time  time.Time        `json:"time"`

	Name           platform.Stack   `json:"name,omitempty"`
	Stack          string           `json:"stack,omitempty"`
	State          deploy.State     `json:"state,omitempty"`
	Status         string           `json:"status,omitempty"`
	WaitsFor       []platform.Stack `json:"waitsFor,omitempty"`
	Done           int              `json:"done,omitempty"`
	Total          int              `json:"total,omitempty"`
	Seconds        float64          `json:"seconds,omitempty"`
	Reason         string           `json:"reason,omitempty"`
	ReasonResource string           `json:"reasonResource,omitempty"`

	LogicalID  string `json:"logicalId,omitempty"`
	PhysicalID string `json:"physicalId,omitempty"`
	Type       string `json:"type,omitempty"`

	Key      string `json:"key,omitempty"`
	Size     int64  `json:"size,omitempty"`
	Uploaded bool   `json:"uploaded,omitempty"`

	Notice           string  `json:"notice,omitempty"`
	RemainingSeconds float64 `json:"remainingSeconds,omitempty"`
}

// Event makes the JSON line of an event; a DoneEvent has one of its own, see Done.
func Event(e deploy.Event) EventRow {
	row := EventRow{Event: e.Kind, Time: e.Time.UTC(), RemainingSeconds: e.Remaining.Seconds()}
	if s := e.Stack; e.Kind == deploy.StackEvent || e.Kind == deploy.ResourceEvent {
		row.Name, row.Stack, row.State, row.WaitsFor, row.Done, row.Total = s.Stack, s.Name, s.State, s.WaitsFor, s.Done, s.Total
		row.Status, row.Seconds, row.Reason, row.ReasonResource = s.Status, s.Took.Seconds(), s.Reason, s.ReasonResource
	}
	switch e.Kind {
	case deploy.ResourceEvent:
		r := e.Resource
		row.LogicalID, row.PhysicalID, row.Type = r.LogicalID, r.PhysicalID, r.Type
		row.Status, row.Seconds, row.Reason, row.ReasonResource = r.Status, r.Took.Seconds(), r.Reason, ""
	case deploy.AssetEvent:
		row.Key, row.Size, row.Uploaded = e.Asset.Key, e.Asset.Size, e.Asset.Uploaded
	case deploy.NoticeEvent:
		row.Notice = e.Notice
	}
	return row
}

// DoneRow is the last line of deploy --json and destroy --json.
type DoneRow struct {
	Event deploy.EventKind `json:"event"`
	Time  time.Time        `json:"time"`
	Where
	// Changed is false when there was nothing to do.
	Changed bool        `json:"changed"`
	Seconds float64     `json:"seconds"`
	Stacks  []RunRow    `json:"stacks"`
	Outputs []OutputRow `json:"outputs"`
	// Error, Hint and ExitCode are absent when all went well.
	Error    string       `json:"error,omitempty"`
	Hint     string       `json:"hint,omitempty"`
	ExitCode problem.Kind `json:"exitCode,omitempty"`
}

// RunRow is what became of one stack.
type RunRow struct {
	Name    platform.Stack `json:"name"`
	Stack   string         `json:"stack"`
	State   deploy.State   `json:"state"`
	Status  string         `json:"status"`
	Changed int            `json:"changed"`
	Seconds float64        `json:"seconds"`
	Error   string         `json:"error,omitempty"`
	// Retained and Leftover are the physical ids of what is still in AWS though no
	// stack has it.
	Retained []string `json:"retained,omitempty"`
	Leftover []string `json:"leftover,omitempty"`
}

// Done makes the last line of a run; result is nil when it never began, failure
// when all went well.
func Done(where Where, at time.Time, result *deploy.Result, outputs []deploy.Output, failure *problem.Error) DoneRow {
	row := DoneRow{Event: deploy.DoneEvent, Time: at.UTC(), Where: where, Stacks: []RunRow{}, Outputs: outputRows(outputs)}
	if failure != nil {
		row.Error, row.Hint, row.ExitCode = Clean(failure.Message), Clean(failure.Hint), failure.Kind
	}
	if result == nil {
		return row
	}
	row.Seconds = result.Took.Seconds()
	for _, s := range result.Stacks {
		row.Changed = row.Changed || s.State != deploy.NoChange && s.State != deploy.Skipped
		run := RunRow{
			Name: s.Stack, Stack: s.Name, State: s.State, Status: s.Status, Changed: s.Changed, Seconds: s.Took.Seconds(),
			Retained: physical(s.Retained), Leftover: physical(s.Leftover),
		}
		if s.Err != nil {
			run.Error = Clean(s.Err.Error())
		}
		row.Stacks = append(row.Stacks, run)
	}
	return row
}

func physical(names []deploy.ResourceName) []string {
	var out []string
	for _, n := range names {
		out = append(out, n.PhysicalID)
	}
	return out
}
