package present

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
	"github.com/keyvex/keyvex/internal/queues"
)

// MessageRow is a line of keyvex queues peek --json.
type MessageRow struct {
	ID            string                      `json:"id"`
	Queue         string                      `json:"queue"`
	Sent          time.Time                   `json:"sent"`
	FirstReceived *time.Time                  `json:"firstReceived,omitempty"`
	Receives      int                         `json:"receives"`
	Size          int                         `json:"size"`
	Group         string                      `json:"group,omitempty"`
	TraceHeader   string                      `json:"traceHeader,omitempty"`
	Attributes    map[string]queues.Attribute `json:"attributes,omitempty"`
	Body          string                      `json:"body"`
	Faults        []string                    `json:"faults,omitempty"`
	Autopsy       *queues.Autopsy             `json:"autopsy,omitempty"`
}

// QueueMessage makes the row of a message; faults are those of its schema.
func QueueMessage(name queues.Name, m *queues.Message, faults []string) MessageRow {
	return MessageRow{
		ID: m.ID, Queue: name.String(), Sent: m.Sent, FirstReceived: timeOrNil(m.FirstReceived), Receives: m.Receives, Size: m.Size(),
		Group: m.Group, TraceHeader: m.Trace, Attributes: m.Attributes, Body: m.Body, Faults: faults, Autopsy: m.Autopsy,
	}
}

// bodyLines is how much of a body people are shown.
const bodyLines = 20

// MessageLines shows one message with its tries.
func (l Look) MessageLines(m *queues.Message, faults []string) []string {
	lines := append([]string{l.messageHead(m)}, l.attributeLines(m)...)
	lines = append(lines, l.bodyLines(m, bodyLines)...)
	lines = append(lines, l.faultLines(faults)...)
	if m.Autopsy != nil {
		for i := range m.Autopsy.Tries {
			lines = append(lines, l.triesLines(m.Autopsy, i, i)...)
		}
		lines = append(lines, l.unsaid(m.Autopsy)...)
	}
	return lines
}

// detailLines is how much of a body the console shows.
const detailLines = 2000

// MessageDetail shows one message, why it died before what it is: its tries with the
// lines of the one that says why, then attributes and body. Tries that failed alike one after the
// other are one line, unless each is asked for.
func (l Look) MessageDetail(m *queues.Message, faults []string, each bool) []string {
	lines := []string{l.messageHead(m)}
	if a := m.Autopsy; a != nil {
		for first := 0; first < len(a.Tries); {
			last := first
			for !each && last+1 < len(a.Tries) && a.Tries[last+1].Error == a.Tries[first].Error && a.Tries[last+1].Done == a.Tries[first].Done {
				last++
			}
			lines = append(lines, l.triesLines(a, first, last)...)
			first = last + 1
		}
		lines = append(lines, l.unsaid(a)...)
		if len(a.Tries) > 0 {
			lines = append(lines, l.saidLines(a.Fatal())...)
		}
	}
	lines = append(lines, l.faultLines(faults)...)
	lines = append(lines, l.attributeLines(m)...)
	return append(lines, l.bodyLines(m, detailLines)...)
}

func (l Look) messageHead(m *queues.Message) string {
	return l.Paint(Strong, Clean(m.ID)) + l.Paint(Dim, fmt.Sprintf("  %s old, %s", Duration(m.Age()), Count(m.Receives, "receive")))
}

func (l Look) attributeLines(m *queues.Message) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
		a := m.Attributes[name]
		value := a.String
		if a.Binary != nil {
			value = Count(len(a.Binary), "byte")
		}
		lines = append(lines, "  "+l.Middle(Clean(name)+" = "+Clean(value), l.Width-2))
	}
	return lines
}

func (l Look) faultLines(faults []string) (lines []string) {
	for _, fault := range faults {
		lines = append(lines, "  "+l.Paint(Warning, l.Middle(Clean(fault), l.Width-2)))
	}
	return lines
}

func (l Look) bodyLines(m *queues.Message, most int) (lines []string) {
	body := strings.Split(PrettyJSON(m.Body), "\n")
	for i, line := range body {
		if i == most {
			return append(lines, l.Paint(Dim, fmt.Sprintf("  %d more lines, keyvex queues peek --json shows them", len(body)-i)))
		}
		indent := len(line) - len(strings.TrimLeft(line, " "))
		lines = append(lines, "  "+l.Middle(line[:indent]+Clean(line), l.Width-2))
	}
	return lines
}

// MessageLine says in one line what a message is and why it died.
func MessageLine(m *queues.Message) string {
	why := "the logs do not say why"
	if m.Autopsy != nil && m.Autopsy.Error() != "" {
		why = m.Autopsy.Error()
	}
	return Clean(fmt.Sprintf("%.8s  %6s  %s", m.ID, Duration(m.Age()), why))
}

// PrettyJSON indents a body that is JSON, and leaves any other as it is.
func PrettyJSON(body string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(body), "", "  ") != nil {
		return body
	}
	return out.String()
}

func (l Look) unsaid(a *queues.Autopsy) []string {
	if len(a.Tries) > 0 {
		return nil
	}
	return []string{l.Paint(Dim, l.Middle("  the logs of "+string(a.Function)+" say nothing of it", l.Width))}
}

// triesLines shows the tries from first to last, which ended alike.
func (l Look) triesLines(a *queues.Autopsy, first, last int) []string {
	try, tone := a.Tries[last], Bad
	what, number := try.Error, fmt.Sprint(try.Receive)
	switch {
	case try.Done:
		tone, what = Good, "done"
	case what == "":
		tone, what = Unknown, "no end is logged"
	}
	if first < last {
		number = fmt.Sprintf("%d-%d", a.Tries[first].Receive, try.Receive)
	}
	head := fmt.Sprintf("  %s try %s  ", try.Time.UTC().Format(time.TimeOnly+"Z"), number)
	lines := []string{l.Paint(Dim, head) + l.Paint(tone, l.Middle(Clean(what), l.Width-Width(head)))}
	if try.RequestID == "" {
		return lines
	}
	who := string(a.Function) + " " + try.RequestID
	if try.Build != "" {
		who += " build " + try.Build
	}
	return append(lines, l.Paint(Dim, l.Middle("             "+Clean(who), l.Width)))
}

// saidLines are the log lines of a try, as the log pages show them.
func (l Look) saidLines(try queues.Try) (lines []string) {
	const indent = "    "
	style := LogStyle{Look: l, Fold: true, Wrap: true}
	style.Width -= len(indent)
	for _, text := range try.Lines {
		var out strings.Builder
		style.body(&out, logs.Entry{Parsed: line.Parse(text), Request: try.RequestID})
		for _, part := range style.broken(out.String()) {
			lines = append(lines, indent+part)
		}
	}
	return lines
}

// CausesDocument is the document of keyvex queues causes.
type CausesDocument struct {
	Where
	Queue  string     `json:"queue"`
	Causes []CauseRow `json:"causes"`
}

// CauseRow is a group of dead messages.
type CauseRow struct {
	Fingerprint string     `json:"fingerprint"`
	Function    string     `json:"function"`
	Build       string     `json:"build,omitempty"`
	Deployed    string     `json:"deployed,omitempty"`
	Hour        *time.Time `json:"hour,omitempty"`
	Messages    int        `json:"messages"`
	First       *time.Time `json:"first,omitempty"`
	Last        *time.Time `json:"last,omitempty"`
	Error       string     `json:"error"`
	Example     string     `json:"example"`
}

// Causes makes the document of keyvex queues causes.
func Causes(where Where, name queues.Name, causes []queues.Cause) CausesDocument {
	doc := CausesDocument{Where: where, Queue: name.String(), Causes: []CauseRow{}}
	for _, c := range causes {
		doc.Causes = append(doc.Causes, CauseRow{c.Fingerprint, string(c.Function), c.Build, string(c.Era), timeOrNil(c.Hour), len(c.IDs), timeOrNil(c.First), timeOrNil(c.Last), c.Error, c.IDs[0]})
	}
	return doc
}

// CausesTable shows the groups, the largest first.
func (l Look) CausesTable(causes []queues.Cause) []string {
	columns := append(causeColumns(), Column{Title: "function", Optional: true}, Column{Title: "for example", Optional: true})
	var rows [][]Cell
	for _, c := range causes {
		rows = append(rows, append(causeCells(c), Cell{Text: string(c.Function)}, Cell{Text: c.IDs[0], Tone: Dim}))
	}
	return l.Table(columns, rows)
}

// CausesOfQueue is CausesTable where one queue, and so one function, is looked at, with an
// example beside it.
func (l Look) CausesOfQueue(causes []queues.Cause) []string {
	var rows [][]Cell
	for _, c := range causes {
		rows = append(rows, causeCells(c))
	}
	return l.Table(causeColumns(), rows)
}

func causeColumns() []Column {
	return []Column{{Title: "dead", Right: true}, {Title: "hour"}, {Title: "build"}, {Title: "why", Flexible: true}}
}

func causeCells(c queues.Cause) []Cell {
	why := Cell{Clean(c.Fingerprint), Bad}
	if c.Fingerprint == "" {
		why = Cell{"the logs do not say", Unknown}
	}
	return []Cell{{Text: fmt.Sprint(len(c.IDs))}, {Text: causeHour(c)}, {Text: causeBuild(c)}, why}
}

func causeHour(c queues.Cause) string {
	if c.Hour.IsZero() {
		return "-"
	}
	return c.Hour.UTC().Format("01-02 15:04Z")
}

// causeBuild names the code that failed, and whether it runs still.
func causeBuild(c queues.Cause) string {
	switch {
	case c.Build == "" && c.Era == "":
		return "?"
	case c.Era == "":
		return Clean(c.Build)
	}
	return strings.TrimSpace(Clean(c.Build) + " " + string(c.Era))
}

// ChangeLines shows what an edit changes in a body.
func (l Look) ChangeLines(id string, changes []queues.Change) []string {
	lines := []string{l.Paint(Strong, Clean(id))}
	for _, c := range changes {
		lines = append(lines, l.Middle("  "+Clean(c.Path), l.Width))
		if c.Before != "" {
			lines = append(lines, "  "+l.Paint(Bad, l.Middle("- "+Clean(c.Before), l.Width-2)))
		}
		if c.After != "" {
			lines = append(lines, "  "+l.Paint(Good, l.Middle("+ "+Clean(c.After), l.Width-2)))
		}
	}
	return lines
}
