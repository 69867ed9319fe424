package present

import (
	"fmt"

	"github.com/keyvex/keyvex/internal/metrics"
)

// panelsFrom is the width from which on there are panels, each with at least panelRows.
const (
	panelsFrom = 100
	panelRows  = 3
)

// panels are alarms, changes and errors at length, each as high as the others.
func (l Look) panels(s metrics.Snapshot, o OverviewOptions, room int) []OverviewLine {
	rows := room/3 - 1
	if l.Width < panelsFrom || rows < panelRows {
		return nil
	}
	var lines []OverviewLine
	for _, p := range []group{l.alarmPanel(s.Alarms, o), l.changePanel(s.Changes, o), l.errorPanel(s.Errors, o)} {
		lines = append(lines, OverviewLine{Text: l.Paint(Dim, "  "+p.heading)})
		for i := range rows {
			if i < len(p.rows) {
				lines = append(lines, p.rows[i])
			} else {
				lines = append(lines, OverviewLine{})
			}
		}
	}
	return lines
}

func (l Look) alarmPanel(a metrics.Alarms, o OverviewOptions) group {
	g := group{heading: "ALARMS"}
	for _, alarm := range a.List {
		if alarm.State == metrics.AlarmOK {
			continue
		}
		g.rows = append(g.rows, OverviewLine{Text: l.AlarmLine(alarm, o), Resource: metrics.Resource{Kind: metrics.KindAlarm, Name: alarm.Name}, At: alarm.Since})
	}
	if len(g.rows) == 0 {
		g.rows = []OverviewLine{{Text: "  " + l.Paint(Dim, "none is firing")}}
	}
	return g
}

func (l Look) changePanel(c metrics.Changes, o OverviewOptions) group {
	g := group{heading: "CHANGES"}
	for _, change := range c.List {
		g.rows = append(g.rows, OverviewLine{Text: l.ChangeLine(change, o), Resource: changesResource, At: change.At})
	}
	if len(g.rows) == 0 {
		g.rows = []OverviewLine{{Text: "  " + l.Paint(Dim, "none known")}}
	}
	return g
}

func (l Look) errorPanel(e metrics.Errors, o OverviewOptions) group {
	g := group{heading: "TOP ERRORS, 60 min"}
	for _, found := range e.Groups {
		text := fmt.Sprintf("  %s  %s  %s  %s", PadLeft(fmt.Sprintf("%dx", found.Count), 6), Pad(string(found.Function), len("analytics-processor")), o.clock(found.Last), Clean(found.Fingerprint))
		g.rows = append(g.rows, OverviewLine{
			Text: l.cells(text, l.Width), Resource: metrics.Resource{Kind: metrics.KindFunction, Name: string(found.Function)},
			At: found.Last, RequestID: found.RequestID,
		})
	}
	switch {
	case len(g.rows) > 0:
	case e.Source.Failing():
		g.rows = []OverviewLine{{Text: "  " + l.Paint(Unknown, l.sourceCell(e.Source).Text)}}
	default:
		g.rows = []OverviewLine{{Text: "  " + l.Paint(Dim, "none, or not asked for while all is well")}}
	}
	return g
}

// changesResource stands for the changes as a whole.
var changesResource = metrics.Resource{Kind: metrics.KindChanges, Name: "changes"}

// AlarmLine is an alarm in one line: its state, since when, what it watches.
func (l Look) AlarmLine(a metrics.Alarm, o OverviewOptions) string {
	state := Unsure
	switch a.State {
	case metrics.AlarmFiring:
		state = levelStates[a.Level]
	case metrics.AlarmOK:
		state = OK
	}
	text := fmt.Sprintf("%s %s  %s  %s", l.Glyph(state), Pad(o.clock(a.Since), len("yesterday 15:04")), Pad(l.Middle(a.Name, 36), 36), l.Paint(Dim, Clean(a.Description)))
	return l.cells(text, l.Width)
}

// ChangeLine is a change in one line: when, what, by whom.
func (l Look) ChangeLine(c metrics.Change, o OverviewOptions) string {
	who := "by an unknown"
	if c.Who != "" {
		who = "by " + Clean(c.Who)
	}
	text := fmt.Sprintf("  %s  %s  %s  %s", Pad(o.clock(c.At), len("yesterday 15:04")), Pad(string(c.Kind), len(metrics.ChangeRedrive)), Clean(ChangeWords(c)), l.Paint(Dim, who))
	return l.cells(text, l.Width)
}
