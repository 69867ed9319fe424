// Package invocation makes invocations of Lambda's log lines: one value each, with
// what Lambda measured, how it ended and what it worked on.
//
// An invocation is known by its log stream and its request id together, since a
// retry has the id of the first try. Lines that name no request belong to the one
// that their stream is at.
package invocation

import (
	"time"
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
	switch m.kind {
	case reported:
		i.settle(m.report)
	case failed:
		i.Outcome, i.Error = outcome(m.report, m.text), m.text
	case words:
		if m.level == "ERROR" || m.level == "FATAL" {
			i.fail(m)
		}
	}
}

func (i *Invocation) fail(m message) {
	if i.Outcome == Running {
		i.Outcome = Error
	}
	i.Error = m.what()
}

// what says a message and its cause in one text.
func (m message) what() string {
	if m.cause == "" {
		return m.text
	}
	return m.text + ": " + m.cause
}

// mostIDs is how many ids are kept: as many as a batch can have and some more.
const mostIDs = 32

func (i *Invocation) work(ids []string) {
next:
	for _, id := range ids {
		for _, known := range i.IDs {
			if known == id {
				continue next
			}
		}
		if len(i.IDs) < mostIDs {
			i.IDs = append(i.IDs, id)
		}
	}
}

// settle takes the REPORT.
func (i *Invocation) settle(r report) {
	i.Duration, i.Billed, i.Init, i.MemoryMB, i.UsedMB, i.Cold = r.duration, r.billed, r.init, r.memory, r.used, r.cold
	if i.Start.IsZero() {
		i.Start = i.End.Add(-r.duration)
	}
	switch {
	case r.status != "":
		i.Outcome = outcome(r, i.Error)
	case i.Outcome == Running:
		i.Outcome = OK
	}
	if i.Error == "" {
		i.Error = r.errorType
	}
}

// outcome names a failure that Lambda reports. A function that needs more memory
// than it has is killed by the system.
//
//	https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
func outcome(r report, said string) Outcome {
	switch {
	case r.status == "timeout" || r.errorType == "Sandbox.Timedout":
		return Timeout
	case r.errorType == "Runtime.OutOfMemory", said == killed && r.memory > 0 && r.used >= r.memory:
		return OutOfMemory
	case r.errorType == "Runtime.ExitError", r.errorType == "Extension.Crash", r.status == "failure":
		return Crash
	}
	return Error
}

const killed = "Runtime exited with error: signal: killed"
