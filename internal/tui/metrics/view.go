package metrics

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// View draws the list, or the open chart with its neighbours below.
func (m *Metrics) View(width, height int) string {
	if m.open == "" {
		return m.listView(width, height)
	}
	return m.chartView(width, height)
}

func (m *Metrics) listView(width, height int) string {
	look, st := m.host.Look(width-1, height), m.host.Style
	m.list.Resize(len(m.shown), height-2)
	if lines := m.all.Waiting(m.host, width); lines != nil {
		return strings.Join(lines, "\n")
	}
	title := fmt.Sprintf("%s of %d", present.Count(len(m.shown), "metric"), len(m.all.Value))
	if pointless(m.all.Value) {
		title += ", no point of any"
	}
	var charts []metrics.Chart
	for _, i := range m.shown[m.list.First:min(m.list.First+m.list.Height, len(m.shown))] {
		charts = append(charts, m.all.Value[i])
	}
	lines := []string{m.all.Title(m.host, title, width)}
	for i, line := range look.ChartTable(charts) {
		lines = append(lines, st.Row(line, i > 0 && m.list.First+i-1 == m.list.Cursor, false))
	}
	if len(m.shown) == 0 {
		lines = append(lines, st.Hint.Render("   none is called like that: / filters by something else"))
	}
	return strings.Join(lines, "\n")
}

// pointless reports whether none of the charts has anything to draw.
func pointless(charts []metrics.Chart) bool {
	return !slices.ContainsFunc(charts, func(c metrics.Chart) bool {
		_, last := c.Series.Last()
		return last >= 0
	})
}

// What a chart's own lines take besides its bars: title, axis, cursor, and a blank one.
const chartLines, mostBars = 4, 20

func (m *Metrics) chartView(width, height int) string {
	look := m.host.Look(width-1, height)
	c, ok := m.chart()
	if !ok {
		waiting := m.near.Waiting(m.host, width)
		if waiting == nil {
			waiting = []string{" there is no metric " + present.Clean(m.open)}
		}
		return strings.Join(waiting, "\n")
	}
	m.cells, m.width = look.ChartCells(c), width
	below := m.nearLines(look)
	extra := chartLines
	if m.compare != metrics.NoComparison {
		extra++
	}
	bars := min(max(height-extra-len(below), 3), mostBars)
	if c.Error != nil {
		bars = max(bars-1, 1)
	}
	var lines []string
	if m.near.Err != nil { // what is drawn is old then
		lines = append(lines, m.host.Trouble(m.near.Err)[0])
		bars = max(bars-1, 1)
	}
	lines = append(lines, look.Chart(c, bars, m.host.Zone)...)
	lines = append(lines, m.cursorLine(look, c), m.windowLine(look))
	lines = append(lines, below...)
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return strings.Join(lines, "\n")
}

// cursorLine marks the point under the cursor and says what it is.
func (m *Metrics) cursorLine(look present.Look, c metrics.Chart) string {
	s := c.Series
	if len(s.Points) == 0 {
		return ""
	}
	at := m.index(s)
	column := look.ChartColumn(c, at)
	text := s.At(at).In(m.host.Zone).Format("15:04") + " " + present.Value(s.Points[at], c.Metric.Unit)
	if at < len(c.Before.Points) {
		text += ", " + string(c.Compare) + " " + present.Value(c.Before.Points[at], c.Metric.Unit)
	}
	if s.IsProvisional(at) {
		text += ", may still change"
	}
	mark := look.Paint(present.Strong, "^")
	if room := look.Width - column - 2; present.Width(text) > room {
		return present.PadLeft(text+" ", column) + mark
	}
	return present.Pad("", column) + mark + " " + text
}

// windowLine says what is seen, and how to see something else.
func (m *Metrics) windowLine(look present.Look) string {
	span := spanWords(m.window)
	text := "last " + span
	if !m.until.IsZero() {
		text = span + " up to " + m.until.In(m.host.Zone).Format("2 Jan 15:04")
	}
	if m.compare != metrics.NoComparison {
		text += " against " + string(m.compare)
	}
	return m.host.Style.Clip(look.Paint(present.Dim, text+"  [ ] earlier, later  + - zoom"), look.Width)
}

// spanWords is one of the windows in words: "15m", "3h", "7d".
func spanWords(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}

// nearLines are the metrics of the same resource, the open one marked.
func (m *Metrics) nearLines(look present.Look) []string {
	if len(m.near.Value) < 2 || look.Height < 20 {
		return nil
	}
	lines := look.ChartTable(m.near.Value)
	for i := range lines {
		if i == m.place()+1 {
			lines[i] = m.host.Style.Cursor + strings.TrimPrefix(lines[i], " ")
		}
	}
	return append([]string{""}, lines[:min(len(lines), look.Height/2)]...)
}

// click chooses a row of the list, opens it the second time, and chooses a point of
// the chart.
func (m *Metrics) click(at page.Click) tea.Cmd {
	if m.open == "" {
		row := m.list.First + at.Y - 2
		switch {
		case at.Y < 2 || row >= len(m.shown):
		case row == m.list.Cursor:
			return m.enter()
		default:
			m.list.To(row)
		}
		return nil
	}
	c, ok := m.chart()
	if !ok || len(c.Series.Points) == 0 {
		return nil
	}
	look := m.host.Look(m.width-1, 0)
	points := make([]int, len(c.Series.Points))
	for i := range points {
		points[i] = look.ChartColumn(c, i)
	}
	at.X-- // the page's margin
	if i := slices.IndexFunc(points, func(column int) bool { return column >= at.X }); i >= 0 {
		m.point = c.Series.At(i)
	}
	return nil
}
