package present

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/metrics"
)

var levelStates = map[metrics.Level]State{
	metrics.Loading: Waiting, metrics.Idle: Idle, metrics.Healthy: OK,
	metrics.Degraded: Attention, metrics.Unknown: Unsure, metrics.Broken: Broken,
}

// LevelState is the sign of a level.
func LevelState(level metrics.Level) State { return levelStates[level] }

// cells shortens text at its end to width cells.
func (l Look) cells(text string, width int) string {
	mark := "…"
	if l.ASCII {
		mark = ".."
	}
	return ansi.Truncate(text, max(width, 0), mark)
}

// dot separates things on a line.
func (l Look) dot() string {
	if l.ASCII {
		return " - "
	}
	return " · "
}

// Verdict is the verdict in one line or two, and what to do next: two lines in all.
// Next stands in for the finding's own advice, unless it is empty.
func (l Look) Verdict(s metrics.Snapshot, o OverviewOptions) []string {
	head, text := l.verdictHead(s.Verdict, o.Now), l.verdictText(s, o)
	next := l.advice(s, o)
	const indent = "  "
	if Width(head)+len(columnGap)+Width(text) > l.Width {
		lines := Wrap(head+columnGap+text, l.Width)
		rest := indent + strings.Join(lines[1:], " ")
		if next != "" {
			next = l.dot() + next
		}
		if o.Next != "" { // half of the line is for the keys, if they need that
			rest = l.cells(rest, l.Width-min(Width(next), l.Width/2))
		}
		return []string{lines[0], l.cells(rest+l.Paint(Dim, next), l.Width)}
	}
	switch worst, _ := s.Verdict.Worst(); {
	case o.Next != "" || worst.Next != "":
		next = l.cells(l.Paint(Dim, indent+"next: "+next), l.Width)
	case next != "":
		next = l.cells(l.Paint(Dim, indent+next), l.Width)
	}
	return []string{head + columnGap + text, next}
}

// advice is what to do next, and that there is more that is wrong; empty for nothing.
func (l Look) advice(s metrics.Snapshot, o OverviewOptions) string {
	next := o.Next
	worst, wrong := s.Verdict.Worst()
	if next == "" && wrong {
		next = worst.Next
	}
	next = Clean(next)
	if more := len(s.Verdict.Findings) - 1; more > 0 {
		others := Count(more, "more finding")
		if o.More != "" {
			others = fmt.Sprintf("%s = %d more", o.More, more)
		}
		next = strings.TrimPrefix(next+l.dot()+others, l.dot())
	}
	return next
}

// VerdictLine is the verdict in one line, as long as it may be.
func (l Look) VerdictLine(s metrics.Snapshot, o OverviewOptions) string {
	return l.verdictHead(s.Verdict, o.Now) + columnGap + l.verdictText(s, o)
}

func (l Look) verdictHead(v metrics.Verdict, now time.Time) string {
	state := levelStates[v.Level]
	head := l.Glyph(state) + " " + l.Paint(state.Tone(), strings.ToUpper(v.Level.String()))
	if span := now.Sub(v.Since); !v.Since.IsZero() && v.Level > metrics.Healthy && span >= time.Second {
		head += " " + Coarse(span)
	}
	return head
}

func (l Look) verdictText(s metrics.Snapshot, o OverviewOptions) string {
	worst, wrong := s.Verdict.Worst()
	switch {
	case wrong:
		return l.FindingText(worst, o)
	case s.Verdict.Level == metrics.Loading:
		return "nothing has answered yet"
	}
	parts := []string{"nothing to do"}
	if oldest := oldestMessage(s); oldest.Known {
		parts = append(parts, "oldest message "+secondsWords(oldest))
	}
	if len(s.Changes.List) > 0 {
		parts = append(parts, "last change "+Coarse(o.Now.Sub(s.Changes.List[0].At))+" ago")
	}
	return strings.Join(parts, l.dot())
}

// oldestMessage is the age of the oldest one waiting in any queue.
func oldestMessage(s metrics.Snapshot) (oldest metrics.Number) {
	for _, q := range s.Queues {
		if q.Oldest.Known && q.Ready.Value+q.InFlight.Value > 0 && (!oldest.Known || q.Oldest.Value > oldest.Value) {
			oldest = q.Oldest
		}
	}
	return oldest
}

// FindingText is a finding in one line: what, since when, why, and what was changed before.
func (l Look) FindingText(f metrics.Finding, o OverviewOptions) string {
	text := Clean(f.Text)
	if f.Resource.Name != "" {
		text = f.Resource.Name + ": " + text
	}
	if f.Matter == metrics.MatterSource {
		text = Clean(f.Text)
	}
	if !f.Since.IsZero() {
		text += " since " + o.clock(f.Since)
	}
	if f.Cause != "" {
		text += ", " + Clean(f.Cause)
	}
	if f.Change.Kind != "" {
		text += "; " + strings.TrimSpace(string(f.Change.Kind)+" "+f.Change.Resource) + " " + o.clock(f.Change.At)
	}
	return text
}

// FindingLines lists all findings, the worst first.
func (l Look) FindingLines(findings []metrics.Finding, o OverviewOptions) (lines []string) {
	for _, f := range findings {
		sign := l.Glyph(levelStates[f.Level])
		lines = append(lines, l.cells(fmt.Sprintf("%s %s", sign, l.FindingText(f, o)), l.Width))
		if f.Next != "" {
			lines = append(lines, l.cells("  "+l.Paint(Dim, "next: "+Clean(f.Next)), l.Width))
		}
	}
	return lines
}

// tones says how the parts of a snapshot are painted: by the findings about them, so
// that colour and verdict cannot differ.
type tones struct{ findings []metrics.Finding }

func (t tones) of(r metrics.Resource, matters ...metrics.Matter) Tone {
	worst := metrics.Loading
	for _, f := range t.findings {
		if f.Resource == r && slices.Contains(matters, f.Matter) {
			worst = max(worst, f.Level)
		}
	}
	if worst == metrics.Loading {
		return Normal
	}
	return levelStates[worst].Tone()
}
