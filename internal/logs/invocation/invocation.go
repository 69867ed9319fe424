// Package invocation makes invocations of Lambda's log lines: one value each, with
// what Lambda measured, how it ended and what it worked on.
//
// An invocation is known by its log stream and its request id together, since a
// retry has the id of the first try. Lines that name no request belong to the one
// that their stream is at.
package invocation

import (
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs/line"
)

// Outcome is how an invocation ended.
type Outcome string

// The outcomes.
const (
	OK Outcome = "ok"
	// Error is one whose function failed, or said so: a message handed back, too.
	Error Outcome = "error"
	// Timeout, OutOfMemory and Crash are ends that the function did not choose.
	Timeout     Outcome = "timeout"
	OutOfMemory Outcome = "oom"
	Crash       Outcome = "crash"
	// Running has no REPORT yet, Unknown should have had it long ago.
	Running Outcome = "running"
	Unknown Outcome = "unknown"
)

// Outcomes lists them all.
var Outcomes = []Outcome{OK, Error, Timeout, OutOfMemory, Crash, Running, Unknown}

// Failed reports whether the outcome is a failure.
func (o Outcome) Failed() bool {
	return o == Error || o == Timeout || o == OutOfMemory || o == Crash
}

// Invocation is one run of a function.
type Invocation struct {
	// Function is the short name, Stream the log stream.
	Function, RequestID, Stream string
	// Start is when it began. For one whose START line is not there it is computed
	// from the REPORT. End is that of its last line.
	Start, End time.Time
	// Duration, Billed and Init are zero until the REPORT. Billed has Init in it.
	Duration, Billed, Init time.Duration
	// MemoryMB is what it was given, UsedMB the most that it used.
	MemoryMB, UsedMB int
	// Cold says that the execution environment was started for it.
	Cold    bool
	Outcome Outcome
	// Error is the last that was said of a failure, in one line.
	Error string
	// IDs are those of the jobs, interactions and leads that it worked on.
	IDs []string
	// Receive is the highest receive count of its messages, 0 for none.
	Receive int
	// Lines counts its log lines.
	Lines int
}

// Took is the duration; of one without a REPORT it is what has been seen.
func (i *Invocation) Took() time.Duration {
	if i.Duration > 0 {
		return i.Duration
	}
	return i.End.Sub(i.Start)
}

// take adds what a line says.
func (i *Invocation) take(at time.Time, m message) {
	i.Lines++
	i.End = at
	i.Receive = max(i.Receive, m.receive)
	i.work(m.ids)
	if m.failed() {
		i.fail(m)
	}
	if m.Kind == line.Report {
		i.settle(*m.Usage, m.Outcome)
	}
}

func (i *Invocation) fail(m message) {
	if i.Error = m.what(); m.stopped() {
		i.Outcome = outcome(m.Outcome, "Runtime.")
	} else if i.Outcome == Running {
		i.Outcome = Error
	}
}

// mostIDs is how many ids are kept: as many as a batch can have and some more.
const mostIDs = 32

func (i *Invocation) work(ids []string) {
	for _, id := range ids {
		if !slices.Contains(i.IDs, id) && len(i.IDs) < mostIDs {
			i.IDs = append(i.IDs, strings.Clone(id)) // which is a piece of its line
		}
	}
}

// settle takes the REPORT.
func (i *Invocation) settle(u line.Usage, reported line.Outcome) {
	i.Duration, i.Billed, i.Init, i.MemoryMB, i.UsedMB = u.Duration, u.Billed, u.Init+u.Restore, u.MemoryMB, u.UsedMB
	i.Cold = i.Init > 0
	if i.Start.IsZero() {
		i.Start = i.End.Add(-u.Duration)
	}
	switch {
	case reported != "":
		i.Outcome = outcome(reported, u.ErrorType)
	case i.Outcome == Running:
		i.Outcome = OK
	}
	if i.Error == "" {
		i.Error = u.ErrorType
	}
}

// outcome is what Lambda says, with what the function itself returned told from how
// it died: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-logs-api.html
func outcome(o line.Outcome, errorType string) Outcome {
	switch {
	case o == line.TimedOut:
		return Timeout
	case o == line.OutOfMemory:
		return OutOfMemory
	case errorType == "", strings.HasPrefix(errorType, "Runtime."), strings.HasPrefix(errorType, "Extension."), strings.HasPrefix(errorType, "Sandbox."):
		return Crash
	}
	return Error
}
