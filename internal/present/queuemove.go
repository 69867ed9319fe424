package present

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/functions"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
)

// RedriveRow is a line of keyvex queues redrive --json.
type RedriveRow struct {
	// Event is carried, canary, progress, move or done.
	Event   string  `json:"event"`
	Queue   string  `json:"queue"`
	Seconds float64 `json:"seconds"`
	Moved   int     `json:"moved"`
	// Total is known where SQS moves everything.
	Total            int      `json:"total,omitempty"`
	Refused          int      `json:"refused,omitempty"`
	Seen             int      `json:"seen,omitempty"`
	InFlight         int      `json:"inFlight,omitempty"`
	MaybeTwice       []string `json:"maybeTwice,omitempty"`
	Status           string   `json:"status,omitempty"`
	PerSecond        float64  `json:"perSecond,omitempty"`
	RemainingSeconds float64  `json:"remainingSeconds,omitempty"`
	Message          string   `json:"message,omitempty"`
	Journal          string   `json:"journal,omitempty"`
}

// Redrive makes the row of a redrive's event.
func Redrive(name queues.Name, e queues.RedriveEvent) RedriveRow {
	row := RedriveRow{
		Event: e.Kind, Queue: name.String(), Seconds: e.Elapsed.Seconds(), Moved: e.Moved, Refused: e.Refused, Seen: e.Seen, InFlight: e.InFlight,
		MaybeTwice: e.Doubtful, Message: e.Message, Journal: e.Journal,
	}
	if e.Elapsed > 0 {
		row.PerSecond = float64(e.Moved) / e.Elapsed.Seconds()
	}
	return row
}

// Move makes the row of SQS's own move.
func Move(name queues.Name, t queues.MoveTask, now time.Time) RedriveRow {
	event := "move"
	if !t.Running() {
		event = "done"
	}
	return RedriveRow{
		Event: event, Queue: name.String(), Seconds: now.Sub(t.Started).Seconds(), Moved: int(t.Moved), Total: int(t.ToMove), Status: t.Status,
		PerSecond: t.Rate, RemainingSeconds: t.Remaining.Seconds(), Message: Clean(t.Reason),
	}
}

// RedriveLine says in one line how a redrive stands.
func (l Look) RedriveLine(r RedriveRow) string {
	moved := Count(r.Moved, "message")
	if r.Total > 0 {
		moved = fmt.Sprintf("%d of %d messages", r.Moved, r.Total)
	}
	parts := []string{moved + " moved"}
	if r.Status != "" && r.Status != "RUNNING" {
		parts[0] += ", " + strings.ToLower(r.Status)
	}
	if r.Refused > 0 {
		parts = append(parts, fmt.Sprintf("%d refused", r.Refused))
	}
	if r.InFlight > 0 {
		parts = append(parts, fmt.Sprintf("%d in flight elsewhere", r.InFlight))
	}
	if r.PerSecond > 0 {
		parts = append(parts, fmt.Sprintf("%.0f/s", r.PerSecond))
	}
	if r.RemainingSeconds > 0 {
		parts = append(parts, "eta "+Rough(time.Duration(r.RemainingSeconds*float64(time.Second))))
	}
	return l.Middle(strings.Join(parts, ", "), l.Width)
}

// FunctionsDocument is the document of keyvex functions.
type FunctionsDocument struct {
	Where
	Functions []FunctionRow `json:"functions"`
}

// FunctionRow is one function in a document.
type FunctionRow struct {
	Name           string  `json:"name"`
	Function       string  `json:"function"`
	Queue          string  `json:"queue,omitempty"`
	ConsumerState  string  `json:"consumerState,omitempty"`
	Paused         bool    `json:"paused"`
	MemoryMB       int     `json:"memoryMB"`
	TimeoutSeconds float64 `json:"timeoutSeconds"`
	LastModified   string  `json:"lastModified,omitempty"`
	Build          string  `json:"build,omitempty"`
}

// Functions makes the document of keyvex functions.
func Functions(where Where, all []functions.Status) FunctionsDocument {
	doc := FunctionsDocument{Where: where, Functions: []FunctionRow{}}
	for _, f := range all {
		doc.Functions = append(doc.Functions, FunctionRow{
			string(f.Function), f.Physical, string(f.Queue), f.Consumer, f.Paused(), f.MemoryMB, f.Timeout.Seconds(), f.Modified, f.Build,
		})
	}
	return doc
}

// FunctionsTable shows the functions as consumers.
func (l Look) FunctionsTable(all []functions.Status) []string {
	columns := []Column{{}, {Title: "FUNCTION", Flexible: true}, {Title: "queue"}, {Title: "consumer"}, {Title: "memory", Right: true, Optional: true}, {Title: "timeout", Right: true, Optional: true}, {Title: "build", Optional: true}}
	var rows [][]Cell
	for _, f := range all {
		state, queue, consumer := OK, string(f.Queue), consumerWords(f.Consumer)
		switch {
		case f.Queue == "":
			queue, consumer = "-", "-"
		case f.Consumer != platform.ConsumerOn:
			state = Attention
		}
		rows = append(rows, []Cell{
			{Text: l.Glyph(state)}, {Text: string(f.Function)}, {Text: queue}, {Text: consumer, Tone: state.Tone()},
			{Text: fmt.Sprintf("%d MB", f.MemoryMB)}, {Text: Duration(f.Timeout)}, {Text: Clean(cmp.Or(f.Build, "-"))},
		})
	}
	return l.Table(columns, rows)
}
