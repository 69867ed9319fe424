package invocation

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
)

// Assembler puts lines together. It holds the invocations that have not ended, one
// for each log stream.
type Assembler struct {
	open map[place]*Invocation
	// done takes each invocation, once its REPORT is there.
	done func(*Invocation)
}

// place is where an execution environment writes.
type place struct{ function, stream string }

// NewAssembler hands each invocation that has ended to done.
func NewAssembler(done func(*Invocation)) *Assembler {
	return &Assembler{open: map[place]*Invocation{}, done: done}
}

// Add takes a line of a function. The lines of a stream must come in order.
func (a *Assembler) Add(function string, l logs.Line) {
	m := read(l.Message)
	at := place{function, l.Stream}
	current := a.open[at]
	if m.names() && (m.Kind == line.Start || current == nil || current.RequestID != m.RequestID) {
		a.drop(at)
		current = &Invocation{Function: function, RequestID: m.RequestID, Stream: strings.Clone(l.Stream), Outcome: Running}
		if m.Kind == line.Start {
			current.Start = l.Time()
		}
		a.open[at] = current
	}
	if current == nil {
		return // written before the first request, or of one that began before the window
	}
	current.take(l.Time(), m)
	if m.Kind == line.Report {
		delete(a.open, at)
		a.done(current)
	}
}

// drop gives up what its stream has gone on without. Lambda reports each invocation
// in the end, but its line may be late or lost.
func (a *Assembler) drop(at place) {
	if left := a.open[at]; left != nil && !left.Start.IsZero() {
		left.Outcome = Unknown
		a.done(left)
	}
	delete(a.open, at)
}

// grace is how long after its time limit an invocation may still lack its REPORT.
const grace = time.Minute

// Finish hands over those that have not ended by now. The limits are the functions'
// time limits: what is beyond them has lost its REPORT.
func (a *Assembler) Finish(now time.Time, limit func(function string) time.Duration) {
	for _, at := range slices.SortedFunc(maps.Keys(a.open), func(x, y place) int { return strings.Compare(x.stream, y.stream) }) {
		left := a.open[at]
		if left.Start.IsZero() {
			continue // its end alone, and its REPORT after the window
		}
		if !left.Outcome.Failed() && now.Sub(left.Start) > limit(at.function)+grace {
			left.Outcome = Unknown
		}
		a.done(left)
	}
	clear(a.open)
}
