package present

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/line"
)

// ShowDocument is the document of keyvex logs show.
type ShowDocument struct {
	Where
	Invocations []WholeRow `json:"invocations"`
}

// WholeRow is an invocation with its lines.
type WholeRow struct {
	InvocationRow
	Log []ShownLine `json:"log"`
}

// ShownLine is a line of an invocation in a document.
type ShownLine struct {
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
}

// Whole makes a row of a document.
func Whole(w invocation.Whole) WholeRow {
	row := WholeRow{InvocationRow: Invocation(w.Invocation), Log: []ShownLine{}}
	for _, l := range w.Log {
		row.Log = append(row.Log, ShownLine{l.Time().UTC(), strings.TrimRight(l.Message, "\n")})
	}
	return row
}

// InvocationLines shows an invocation: what Lambda measured, then its lines with the
// time since its start.
func (l Look) InvocationLines(w invocation.Whole, zone *time.Location) []string {
	i := w.Invocation
	facts := []string{i.Function, l.Outcome(i.Outcome), took(i)}
	if i.Billed > 0 {
		facts = append(facts, "billed "+Fine(i.Billed))
	}
	if i.MemoryMB > 0 {
		facts = append(facts, memory(i))
	}
	if i.Cold {
		facts = append(facts, "cold start "+Fine(i.Init))
	}
	out := []string{
		l.Paint(Strong, i.RequestID) + "  " + i.Start.In(zone).Format("2006-01-02 15:04:05.000 MST"),
		strings.Join(facts, "  "),
		l.Paint(Dim, "log stream "+Clean(i.Stream)),
	}
	if i.Error != "" {
		out = append(out, l.Paint(Bad, l.Middle(Clean(i.Error), l.Width)))
	}
	out = append(out, "")
	for _, line := range w.Log {
		out = append(out, l.invocationLine(i.Start, line)...)
	}
	return out
}

// offsetWidth is that of "+899.999s".
const offsetWidth = 9

// invocationLine is a line with its offset; what is too long for it goes on below.
func (l Look) invocationLine(start time.Time, of logs.Line) []string {
	p := line.Parse(of.Message)
	offset := PadLeft(fmt.Sprintf("+%.3fs", of.Time().Sub(start).Seconds()), offsetWidth)
	level := Pad(strings.ToUpper(p.Level.String()), 5)
	text, tone := wording(p)
	var out []string
	for i, part := range Wrap(text, l.Width-offsetWidth-9) {
		if i == 0 {
			out = append(out, l.Paint(Dim, offset)+"  "+l.Paint(levelTones[p.Level], level)+"  "+l.Paint(tone, part))
			continue
		}
		out = append(out, Pad("", offsetWidth+9)+l.Paint(tone, part))
	}
	return out
}

// wording is a line in words; Lambda's own lines and metrics step back.
func wording(p line.Parsed) (string, Tone) {
	parts, tone := []string{Clean(p.Text)}, Normal
	switch {
	case p.Kind == line.Metrics:
		parts, tone = []string{"metrics"}, Dim
	case p.Kind != line.Text && p.Level < line.Error:
		tone = Dim
	}
	for _, f := range p.Fields {
		parts = append(parts, Clean(f.Name+"="+f.Value))
	}
	return strings.Join(parts, " "), tone
}
