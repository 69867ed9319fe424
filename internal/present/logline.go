package present

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
	"unicode"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
)

// LogStyle says how lines of logs are drawn.
type LogStyle struct {
	Look
	// Zone is the one that times are shown in, Today the day that needs no date.
	Zone  *time.Location
	Today time.Time
	// Groups are those that are followed: one alone is not named in each line.
	Groups []logs.Group
	// Wrap breaks lines at the look's width; else each is as long as it is.
	Wrap bool
	// Fold leaves out the members of a JSON line that do not fit on it.
	Fold bool
	// Unfold gives each member of a JSON line a line of its own.
	Unfold bool
}

// What is shown of a text and of a field's value, in bytes; raw and JSON have all.
const (
	maxLogText  = 4096
	maxLogValue = 160
)

// LogLines draws an entry. Lambda's START and END, which its REPORT repeats, and
// metrics are folded away: for these there is no line.
func (s LogStyle) LogLines(e logs.Entry) []string {
	if e.Kind == line.Start || e.Kind == line.End || e.Kind == line.Metrics {
		return nil
	}
	var out strings.Builder
	if e.Continues {
		out.WriteString(strings.Repeat(" ", len("15:04:05.000 ")))
		out.WriteString(s.Paint(Dim, Harmless(e.Message)))
	} else {
		s.head(&out, e)
		s.body(&out, e)
	}
	return s.broken(out.String())
}

// head is when, where and which invocation.
func (s LogStyle) head(out *strings.Builder, e logs.Entry) {
	at := e.Time().In(s.Zone)
	layout := "15:04:05.000"
	if day := s.Today.In(s.Zone); at.YearDay() != day.YearDay() || at.Year() != day.Year() {
		layout = "2006-01-02 15:04:05.000"
	}
	out.WriteString(s.Paint(Dim, at.Format(layout)) + " ")
	if len(s.Groups) > 1 {
		name := s.Groups[e.Group].Short
		out.WriteString(s.Paint(steady(name), Pad(name, s.widest())) + " ")
	}
	short := e.Request
	if len(short) > requestDigits {
		short = short[:requestDigits]
	}
	out.WriteString(s.Paint(steady(e.Request), Pad(Clean(short), requestDigits)) + " ")
}

// requestDigits is how much of a request id is shown: enough for --request.
const requestDigits = 8

func (s LogStyle) widest() int {
	width := 0
	for _, g := range s.Groups {
		width = max(width, len(g.Short))
	}
	return width
}

// steady is the same tone for the same name, whenever it is seen.
func steady(name string) Tone {
	tones := []Tone{Good, Warning, Unknown, Busy, Strong, Normal}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name)) // a hash takes everything
	return tones[hash.Sum32()%uint32(len(tones))]
}

var levelTones = map[line.Level]Tone{
	line.Trace: Dim, line.Debug: Dim, line.Info: Good, line.Warn: Warning, line.Error: Bad, line.Fatal: Bad,
}

// body is how grave it is and what it says.
func (s LogStyle) body(out *strings.Builder, e logs.Entry) {
	out.WriteString(s.Paint(levelTones[e.Level], Pad(e.Level.String(), len("error"))) + " ")
	if e.Late {
		out.WriteString(s.Paint(Warning, "late") + " ")
	}
	switch e.Kind {
	case line.Init:
		out.WriteString(s.Paint(Busy, "cold start begins"))
		return
	case line.Report:
		s.report(out, e)
		return
	}
	out.WriteString(s.outcome(e.Outcome))
	out.WriteString(cut(Harmless(e.Text), maxLogText))
	s.fields(out, e)
}

// report is an invocation's end: "69ms, billed 208ms, 43 of 1024 MB, cold start 139ms".
func (s LogStyle) report(out *strings.Builder, e logs.Entry) {
	u := e.Usage
	out.WriteString(s.outcome(e.Outcome))
	out.WriteString(s.Paint(Dim, fmt.Sprintf("took %s, billed %s, %d of %d MB", Duration(u.Duration), Duration(u.Billed), u.UsedMB, u.MemoryMB)))
	if e.Cold {
		out.WriteString(s.Paint(Dim, ", ") + s.Paint(Busy, "cold start "+Duration(max(u.Init, u.Restore))))
	}
	if u.ErrorType != "" {
		out.WriteString(" " + s.Paint(Bad, Clean(u.ErrorType)))
	}
}

var outcomeWords = map[line.Outcome]string{line.TimedOut: "TIMED OUT ", line.OutOfMemory: "OUT OF MEMORY ", line.Crashed: "CRASHED "}

func (s LogStyle) outcome(o line.Outcome) string { return s.Paint(Bad, outcomeWords[o]) }

// broken breaks a line into those of the screen, the later ones set in.
func (s LogStyle) broken(text string) []string {
	const indent = "    "
	var lines []string
	for i, part := range strings.Split(strings.TrimRight(text, "\n "), "\n") {
		if i > 0 {
			part = indent + part
		}
		if !s.Wrap || Width(part) <= s.Width {
			lines = append(lines, part)
			continue
		}
		for j, piece := range Wrap(part, s.Width-len(indent)) {
			if j > 0 {
				piece = indent + piece
			}
			lines = append(lines, piece)
		}
	}
	return lines
}

// Harmless makes text from elsewhere fit for a terminal, but keeps its lines and their
// indents: it loses what could move the cursor or hide text.
func Harmless(text string) string {
	safe := func(r rune) bool { return r == '\n' || !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r) }
	if strings.IndexFunc(text, func(r rune) bool { return !safe(r) || r == unicode.ReplacementChar }) < 0 {
		return strings.TrimRight(text, "\n ")
	}
	text = strings.ReplaceAll(strings.ToValidUTF8(text, string(unicode.ReplacementChar)), "\t", "  ")
	return strings.TrimRight(strings.Map(func(r rune) rune {
		if safe(r) {
			return r
		}
		return ' '
	}, text), "\n ")
}

// cut shortens a text and says by how much.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	kept := strings.ToValidUTF8(text[:limit], "")
	return fmt.Sprintf("%s ... (%d more bytes)", kept, len(text)-len(kept))
}
