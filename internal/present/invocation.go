package present

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs/invocation"
)

// InvocationsDocument is the document of keyvex logs invocations.
type InvocationsDocument struct {
	Where
	Window
	// Total counts the invocations of the window, Matched those that were asked for;
	// of these Invocations are as many as the limit allows.
	Total       int             `json:"total"`
	Matched     int             `json:"matched"`
	Invocations []InvocationRow `json:"invocations"`
	Missing     []string        `json:"missing,omitempty"`
}

// Window is the span of time that a document is about.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// InvocationRow is one invocation in a document.
type InvocationRow struct {
	Function      string             `json:"function"`
	RequestID     string             `json:"requestId"`
	Stream        string             `json:"stream"`
	Start         time.Time          `json:"start"`
	Seconds       float64            `json:"seconds"`
	BilledSeconds float64            `json:"billedSeconds,omitempty"`
	InitSeconds   float64            `json:"initSeconds,omitempty"`
	MemoryMB      int                `json:"memoryMB,omitempty"`
	UsedMB        int                `json:"usedMB,omitempty"`
	Cold          bool               `json:"cold"`
	Outcome       invocation.Outcome `json:"outcome"`
	Error         string             `json:"error,omitempty"`
	IDs           []string           `json:"ids,omitempty"`
	Receive       int                `json:"receive,omitempty"`
	Lines         int                `json:"lines"`
}

// Invocation makes a row of a document.
func Invocation(i *invocation.Invocation) InvocationRow {
	return InvocationRow{
		Function: i.Function, RequestID: i.RequestID, Stream: i.Stream, Start: i.Start.UTC(), Seconds: i.Took().Seconds(),
		BilledSeconds: i.Billed.Seconds(), InitSeconds: i.Init.Seconds(), MemoryMB: i.MemoryMB, UsedMB: i.UsedMB,
		Cold: i.Cold, Outcome: i.Outcome, Error: i.Error, IDs: i.IDs, Receive: i.Receive, Lines: i.Lines,
	}
}

// outcomeState is the sign of an outcome.
func outcomeState(o invocation.Outcome) State {
	switch o {
	case invocation.OK:
		return OK
	case invocation.Running:
		return Working
	case invocation.Unknown:
		return Unsure
	}
	return Broken
}

// Outcome is the outcome with its sign.
func (l Look) Outcome(o invocation.Outcome) string { return l.Glyph(outcomeState(o)) + " " + string(o) }

// narrow is the width below which the least needed columns of invocations give way,
// so that it can be read whom they are about.
const narrow = 110

// InvocationTable has one line for each invocation. Times are in the place's zone,
// with the day where the window is longer than one.
func (l Look) InvocationTable(all []*invocation.Invocation, w Window, zone *time.Location) []string {
	columns := []Column{
		{Title: "START"}, {Title: "FUNCTION", Flexible: true}, {Title: "OUTCOME"}, {Title: "TOOK", Right: true}, {Title: "BILLED", Right: true},
		{Title: "MEMORY", Right: true, Optional: true}, {Title: "ABOUT", Flexible: true}, {Title: "COLD", Right: true}, {Title: "REQUEST"},
	}
	shown := len(columns)
	if l.Width < narrow {
		shown -= 2
	}
	var rows [][]Cell
	for _, i := range all {
		outcome := l.Outcome(i.Outcome)
		if i.Cold && l.Width < narrow {
			outcome += " cold"
		}
		rows = append(rows, []Cell{
			{w.moment(i.Start, zone), Dim}, {i.Function, Normal}, {outcome, Normal}, {took(i), Normal}, {span(i.Billed), Normal},
			{memory(i), memoryTone(i)}, about(i), {span(i.Init), Warning}, {i.RequestID, Dim},
		}[:shown])
	}
	return l.Table(columns[:shown], rows)
}

func (w Window) moment(t time.Time, zone *time.Location) string {
	form := "15:04:05"
	if w.To.Sub(w.From) > 24*time.Hour {
		form = "01-02 15:04:05"
	}
	return t.In(zone).Format(form)
}

// took marks what is not the end yet.
func took(i *invocation.Invocation) string {
	if i.Outcome == invocation.Running || i.Outcome == invocation.Unknown {
		return Fine(i.Took()) + "+"
	}
	return Fine(i.Took())
}

func span(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return Fine(d)
}

// Fine is a span to three digits or so: "0.8ms", "412ms", "14.2s", and from a minute
// on as Duration has it.
func Fine(d time.Duration) string {
	switch {
	case d >= time.Minute || d <= 0:
		return Duration(d)
	case d >= time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
}

func memory(i *invocation.Invocation) string {
	if i.MemoryMB == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%dMB", i.UsedMB, i.MemoryMB)
}

// memoryTone warns from nine tenths on.
func memoryTone(i *invocation.Invocation) Tone {
	if i.MemoryMB > 0 && i.UsedMB*10 >= i.MemoryMB*9 {
		return Warning
	}
	return Normal
}

// handedBack begins most errors; the outcome says as much.
const handedBack = "message handed back: "

// about is the error of a failed invocation, else whom it worked on, with the receive
// count of a message that had come before.
func about(i *invocation.Invocation) Cell {
	switch {
	case i.Error != "":
		return Cell{Clean(strings.TrimPrefix(i.Error, handedBack)), Bad}
	case len(i.IDs) > 1:
		return Cell{fmt.Sprintf("%s and %d more", Clean(i.IDs[0]), len(i.IDs)-1), Normal}
	case len(i.IDs) == 1 && i.Receive > 1:
		return Cell{fmt.Sprintf("%s (%d)", Clean(i.IDs[0]), i.Receive), Normal}
	}
	return Cell{Clean(strings.Join(i.IDs, "")), Normal}
}

// InvocationSummary says in one line what a list has.
func InvocationSummary(total int, all []*invocation.Invocation) string {
	failed, running, cold := 0, 0, 0
	var durations []time.Duration
	for _, i := range all {
		switch {
		case i.Outcome.Failed():
			failed++
		case i.Outcome != invocation.OK:
			running++
		}
		if i.Cold {
			cold++
		}
		durations = append(durations, i.Took())
	}
	parts := []string{Count(len(all), "invocation")}
	if total > len(all) {
		parts[0] = fmt.Sprintf("%d of %s", len(all), Count(total, "invocation"))
	}
	if len(all) > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", failed), Count(cold, "cold start"),
			"p50 "+Fine(invocation.Percentile(durations, 50)), "p95 "+Fine(invocation.Percentile(durations, 95)))
	}
	if running > 0 {
		parts = append(parts, fmt.Sprintf("%d without a REPORT (their time goes on)", running))
	}
	return strings.Join(parts, ", ")
}
