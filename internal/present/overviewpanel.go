package present

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/metrics"
)

// panelsFrom is the width from which on there are panels, each with at least panelRows.
const (
	panelsFrom = 100
	panelRows  = 3
)

// panel is at length what a line above has in short. Quiet is said where nothing is.
type panel struct {
	title  string
	source metrics.Source
	rows   []OverviewLine
	quiet  string
	// note is what else the heading says.
	note Cell
}

// panels are alarms, changes and errors. Their heights depend on the room alone, so
// that nothing ever moves; errors have the most of it.
func (l Look) panels(s metrics.Snapshot, o OverviewOptions, room int) (lines []OverviewLine) {
	all := []panel{l.alarmPanel(s.Alarms, o), l.changePanel(s.Changes, o), l.errorPanel(s.Errors, o)}
	room -= len(all)
	if l.Width < panelsFrom || room < len(all)*panelRows {
		return nil
	}
	alarms, changes := max(panelRows, room/4), max(panelRows, room/3)
	for i, height := range []int{alarms, changes, room - alarms - changes} {
		lines = append(lines, l.panel(all[i], o, height)...)
	}
	return lines
}

// panel is a heading, which says why its source is silent and how much is not shown,
// and so many rows.
func (l Look) panel(p panel, o OverviewOptions, height int) []OverviewLine {
	heading := []Cell{{p.title, Dim}}
	if len(p.rows) > height {
		heading = append(heading, Cell{fmt.Sprintf("%d of %d", height, len(p.rows)), Dim})
	}
	if p.note.Text != "" {
		heading = append(heading, p.note)
	}
	if o.silent(p.source) {
		heading = append(heading, l.held(nil, p.source, o)...)
		for i := range p.rows {
			p.rows[i].Text = l.Paint(Dim, ansi.Strip(p.rows[i].Text))
		}
	} else if len(p.rows) == 0 {
		p.rows = []OverviewLine{{Text: "  " + l.Paint(Dim, p.quiet)}}
	}
	lines := make([]OverviewLine, 1+height)
	lines[0].Text = "  " + l.joined(heading, l.Width-2)
	copy(lines[1:], p.rows)
	return lines
}

// alarmPanel has first what fires, then what has no data, then what is well again, the
// latest first.
func (l Look) alarmPanel(a metrics.Alarms, o OverviewOptions) panel {
	p := panel{title: "ALARMS", source: a.Source, quiet: l.quiet(a.Source, "there is none")}
	list := slices.Clone(a.List)
	if well := slices.IndexFunc(list, func(a metrics.Alarm) bool { return a.State == metrics.AlarmOK }); well >= 0 {
		slices.SortStableFunc(list[well:], func(a, b metrics.Alarm) int { return b.Since.Compare(a.Since) })
	}
	for _, alarm := range list {
		p.rows = append(p.rows, OverviewLine{Text: l.AlarmLine(alarm, o), Resource: metrics.Resource{Kind: metrics.KindAlarm, Name: alarm.Name}, At: alarm.Since})
	}
	return p
}

func (l Look) changePanel(c metrics.Changes, o OverviewOptions) panel {
	p := panel{title: "CHANGES, 24 h", source: c.Source, quiet: l.quiet(c.Source, "none known")}
	if c.Trail.Err != nil && !o.silent(c.Source) {
		p.note = Cell{"by whom: " + Clean(c.Trail.Code) + " LookupEvents", Unknown}
	}
	for _, change := range c.List {
		p.rows = append(p.rows, OverviewLine{Text: l.ChangeLine(change, o), Resource: changesResource, At: change.At})
	}
	return p
}

func (l Look) errorPanel(e metrics.Errors, o OverviewOptions) panel {
	p := panel{title: "TOP ERRORS, 60 min", source: e.Source, quiet: "none"}
	if e.Source.Loading() {
		p.quiet = "not asked for while nothing is wrong that they may explain"
	}
	for _, found := range e.Groups {
		when := o.clock(found.First)
		if last := o.clock(found.Last); last != when {
			when += "-" + last
		}
		text := fmt.Sprintf("  %s  %s  %s  %s", PadLeft(fmt.Sprintf("%dx", found.Count), 6), Pad(string(found.Function), longestName), Pad(when, len("15:04-15:04")), Clean(found.Fingerprint))
		p.rows = append(p.rows, OverviewLine{
			Text: l.cells(text, l.Width), Resource: metrics.Resource{Kind: metrics.KindFunction, Name: string(found.Function)},
			At: found.First, Fingerprint: found.Fingerprint,
		})
	}
	return p
}

// quiet is what is said where there is nothing, once that is known.
func (l Look) quiet(s metrics.Source, text string) string {
	if s.Loading() {
		return l.sourceCell(s).Text
	}
	return text
}

// changesResource stands for the changes as a whole.
var changesResource = metrics.Resource{Kind: metrics.KindChanges, Name: "changes"}

// AlarmLine is an alarm in one line: its state, since when, what it watches.
func (l Look) AlarmLine(a metrics.Alarm, o OverviewOptions) string {
	text := fmt.Sprintf("%s %s  %s  %s", l.Glyph(AlarmState(a)), Pad(o.clock(a.Since), len("yesterday 15:04")), Pad(l.Middle(a.Name, 36), 36), l.Paint(Dim, Clean(a.Description)))
	return l.cells(text, l.Width)
}

// ChangeLine is a change in one line: when, what, by whom.
func (l Look) ChangeLine(c metrics.Change, o OverviewOptions) string {
	who := "by an unknown"
	if known := ByWords(c); known != "" {
		who = "by " + known
	}
	text := fmt.Sprintf("  %s  %s  %s  %s", Pad(o.clock(c.At), len("yesterday 15:04")), Pad(string(c.Kind), len(metrics.ChangeRedrive)), Clean(ChangeWords(c)), l.Paint(Dim, who))
	return l.cells(text, l.Width)
}
