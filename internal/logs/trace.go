package logs

import (
	"slices"

	"github.com/keyvex/keyvex/internal/logs/line"
)

// How lines of a stack trace are waited for that may still come.
const (
	// traceGap is how long, by the lines' times, after the last one; traceSpan how
	// long after the first.
	traceGap, traceSpan = 100, 1000
	// traceHeld is how many lines may wait for those of a trace.
	traceHeld = 2000
)

// trace is a stack trace among lines: the places of its first line and of those that
// continue it.
type trace struct {
	head   int
	frames []int
	state  line.Stack
}

// traces finds the stack traces among lines in the order of time. Lines of errors at
// the end count as well: their frames may still come.
func traces(lines []Line, mark int64) (found []*trace) {
	open := map[streamKey]*trace{}
	for i := range lines {
		l := &lines[i]
		if len(open) > 0 {
			if t := open[streamKey{l.Group, l.Stream}]; t != nil && t.state.Next(l.Message, line.Parse(l.Message)) {
				t.frames = append(t.frames, i)
				continue
			}
			delete(open, streamKey{l.Group, l.Stream})
		}
		if t := begun(lines, i, l.Timestamp > mark-traceGap); t != nil {
			open[streamKey{l.Group, l.Stream}], found = t, append(found, t)
		}
	}
	return found
}

// begun is the trace that line i begins, or continues without another having begun
// it; nil for an ordinary line, which costs a look.
func begun(lines []Line, i int, last bool) *trace {
	l := &lines[i]
	looks := line.Continues(l.Message)
	if !looks && !last && !line.BeginsTrace(l.Message) {
		return nil
	}
	t, parsed := &trace{head: i}, line.Parse(l.Message)
	if continues := t.state.Next(l.Message, parsed); continues {
		if before := lastOf(lines[:i], *l); before >= 0 {
			t.head, t.frames = before, []int{i}
		}
		return t
	}
	if parsed.Level < line.Error {
		return nil
	}
	return t
}

// lastOf is the place of the last line of l's stream, -1 if there is none.
func lastOf(lines []Line, l Line) int {
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i].Group == l.Group && lines[i].Stream == l.Stream {
			return i
		}
	}
	return -1
}

// last is the place of the trace's last line.
func (t *trace) last() int {
	if n := len(t.frames); n > 0 {
		return t.frames[n-1]
	}
	return t.head
}

// together puts the lines of each trace behind its first, and gives those that are
// due. Traces that may go on are not, nor is what comes after them; until is when they
// have had their time.
func together(lines []Line, mark int64) (due []Line, until int64) {
	found := traces(lines, mark)
	n := len(lines)
	for _, t := range found {
		head, last := lines[t.head].Timestamp, lines[t.last()].Timestamp
		if last > mark-traceGap && last < head+traceSpan && t.head < n && len(lines)-t.head <= traceHeld {
			n, until = t.head, last+traceGap
		}
	}
	for _, t := range slices.Backward(found) {
		if t.head < n && t.last() >= n && len(lines)-t.head <= traceHeld {
			n = t.head
		}
	}
	place := map[int]int{}
	for _, t := range found {
		for _, frame := range t.frames {
			place[frame] = t.head
		}
	}
	lines = lines[:n:n]
	if len(place) == 0 {
		return lines, until
	}
	return gathered(lines, place), until
}

// gathered moves lines behind the one that they have their place at.
func gathered(lines []Line, place map[int]int) []Line {
	behind := map[int][]Line{}
	for i := range lines {
		if head, moved := place[i]; moved {
			behind[head] = append(behind[head], lines[i])
		}
	}
	out := make([]Line, 0, len(lines))
	for i, l := range lines {
		if _, moved := place[i]; !moved {
			out = append(append(out, l), behind[i]...)
		}
	}
	return out
}
