package present

import (
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/metrics"
)

// summaryRows are jobs, stacks, alarms and changes, in that order.
func (l Look) summaryRows(s metrics.Snapshot, t tones, o OverviewOptions) []OverviewLine {
	line := func(title string, cells []Cell, r metrics.Resource) OverviewLine {
		return OverviewLine{Text: Pad("  "+title, edgeName) + l.joined(cells, l.Width-edgeName), Resource: r}
	}
	return []OverviewLine{
		line("JOBS", l.jobCells(s.Jobs, t, o), s.Jobs.Resource),
		line("STACKS", l.stackCells(s.Stacks, o), s.Stacks.Resource),
		line("ALARMS", l.alarmCells(s.Alarms, o), s.Alarms.Resource),
		line("CHANGES", l.changeCells(s.Changes, o), changesResource),
	}
}

// stacksAndAlarms is both in one line.
func (l Look) stacksAndAlarms(s metrics.Snapshot, _ tones, o OverviewOptions) OverviewLine {
	stacks, alarms := l.stackCells(s.Stacks, o), l.alarmCells(s.Alarms, o)
	stacks[0].Text = "stacks " + stacks[0].Text
	alarms[0].Text = "alarms " + alarms[0].Text
	return OverviewLine{Text: l.joined(append(stacks[:1], alarms...), l.Width), Resource: s.Stacks.Resource}
}

// jobCells are the stations of a job's way; on a wide screen the whole way.
func (l Look) jobCells(j metrics.Jobs, t tones, o OverviewOptions) []Cell {
	if j.State == metrics.Loading {
		return []Cell{l.sourceCell(j.Source)}
	}
	way := fmt.Sprintf("wait p95 %s > provider %s > push %s", Latency(j.Wait), Latency(j.Provider), Latency(j.Push))
	if l.Width >= 110 {
		way = fmt.Sprintf("p95: accepted %s > waited %s > first words %s > provider %s > stored %s > pushed %s",
			Latency(j.Accepted), Latency(j.Wait), Latency(j.FirstToken), Latency(j.Provider), Latency(j.Store), Latency(j.Push))
	}
	cells := []Cell{{Text: way}}
	if tries := j.SecondTries; tries.Known && tries.Value > 0 {
		tone := t.of(j.Resource, metrics.MatterSecondTries)
		text := "2nd try " + Number(tries)
		if tone != Normal {
			text += " " + strings.TrimSpace(Look{ASCII: l.ASCII}.Glyph(Attention))
		}
		cells = append(cells, Cell{text, tone})
	}
	return l.held(cells, j.Source, o)
}

func (l Look) stackCells(s metrics.Stacks, o OverviewOptions) []Cell {
	if s.State == metrics.Loading {
		return []Cell{l.sourceCell(s.Source)}
	}
	plain := Look{ASCII: l.ASCII}
	state, sign := levelStates[s.State], ""
	if !o.silent(s.Source) {
		sign = strings.TrimSpace(plain.Glyph(state)) + " "
	}
	cells := []Cell{{fmt.Sprintf("%s%d of %d", sign, s.Healthy, len(s.Stacks)), state.Tone()}}
	switch len(s.Builds) {
	case 0:
	case 1:
		cells = append(cells, Cell{Text: "build " + s.Builds[0]}, Cell{Text: "one build everywhere"})
	default:
		cells = append(cells, Cell{Text: "builds " + strings.Join(s.Builds, ", ")})
	}
	return l.held(cells, s.Source, o)
}

func (l Look) alarmCells(a metrics.Alarms, o OverviewOptions) []Cell {
	if a.State == metrics.Loading {
		return []Cell{l.sourceCell(a.Source)}
	}
	plain := Look{ASCII: l.ASCII}
	sign := func(s State) string { return strings.TrimSpace(plain.Glyph(s)) + " " }
	var cells []Cell
	if a.Firing > 0 {
		cells = append(cells, Cell{sign(Broken) + fmt.Sprintf("%d firing", a.Firing), Bad})
	}
	switch {
	case a.Fine > 0:
		cells = append(cells, Cell{sign(OK) + fmt.Sprint(a.Fine), Good})
	case a.Firing+a.NoData == 0:
		cells = append(cells, Cell{"none", Dim})
	}
	if a.NoData > 0 {
		cells = append(cells, Cell{sign(Unsure) + fmt.Sprintf("%d no data", a.NoData), Unknown})
	}
	if a.Muted > 0 {
		muted := fmt.Sprintf("muted %d", a.Muted)
		if !a.MutedUntil.IsZero() {
			muted += fmt.Sprintf(" (till %s)", o.clock(a.MutedUntil))
		}
		cells = append(cells, Cell{muted, Dim})
	}
	return l.held(cells, a.Source, o)
}

func (l Look) changeCells(c metrics.Changes, o OverviewOptions) []Cell {
	switch {
	case c.Source.Loading():
		return []Cell{l.sourceCell(c.Source)}
	case len(c.List) == 0:
		return l.held([]Cell{{"none known", Dim}}, c.Source, o)
	}
	var texts []string
	for _, change := range c.List[:min(3, len(c.List))] {
		texts = append(texts, Clean(fmt.Sprintf("%s %s %s", o.clock(change.At), change.Kind, ChangeWords(change))))
	}
	return l.held([]Cell{{Text: strings.Join(texts, l.dot())}}, c.Source, o)
}

// ChangeWords says what was changed: "ai version 7", "build 3f2c1a9, 4 stacks".
func ChangeWords(c metrics.Change) string {
	text := strings.TrimSpace(c.Resource + " " + c.What)
	if c.Failed {
		text += " failed"
	}
	return text
}
