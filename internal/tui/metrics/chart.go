package metrics

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// chart is the open metric's, with ok unset while there is none.
func (m *Metrics) chart() (c metrics.Chart, ok bool) {
	i := m.place()
	if i < 0 {
		return c, false
	}
	return m.near.Value[i], true
}

// place is the open metric's among its neighbours.
func (m *Metrics) place() int {
	return slices.IndexFunc(m.near.Value, func(c metrics.Chart) bool { return c.Metric.Name == m.open })
}

// neighbour opens the next metric of the resource: it has been read already.
func (m *Metrics) neighbour(by int) tea.Cmd {
	if at := m.place(); at >= 0 {
		m.open = m.near.Value[(at+by+len(m.near.Value))%len(m.near.Value)].Metric.Name
	}
	return nil
}

// step moves the cursor by cells of the chart.
func (m *Metrics) step(by int) {
	c, ok := m.chart()
	if !ok || len(c.Series.Points) == 0 {
		return
	}
	at := m.index(c.Series) + by*m.perCell(c.Series)
	at = min(max(at, 0), len(c.Series.Points)-1)
	m.point = c.Series.At(at)
}

// index is the place of the point under the cursor.
func (m *Metrics) index(s metrics.Series) int {
	if m.point.IsZero() {
		return len(s.Points) - 1
	}
	return min(max(int(m.point.Sub(s.Start)/s.Period), 0), len(s.Points)-1)
}

// perCell is how many points stand in one cell, at least one.
func (m *Metrics) perCell(s metrics.Series) int {
	if m.cells <= 0 || len(s.Points) <= m.cells {
		return 1
	}
	return (len(s.Points) + m.cells - 1) / m.cells
}

// from is when the window begins.
func (m *Metrics) from() time.Time {
	if m.until.IsZero() {
		return m.host.Now().Add(-m.window)
	}
	return m.until.Add(-m.window)
}

// Travels is the window of the chart.
func (m *Metrics) Travels() page.Target {
	if m.open == "" {
		return page.Target{}
	}
	return page.Target{From: m.from(), Until: m.until}
}

// shift goes by half a window; into the future it ends at now.
func (m *Metrics) shift(by int) tea.Cmd {
	end := m.until
	if end.IsZero() {
		end = m.host.Now().Truncate(time.Minute)
	}
	m.until = end.Add(time.Duration(by) * m.window / 2)
	if !m.until.Before(m.host.Now().Add(-time.Minute)) {
		m.until = time.Time{}
	}
	return m.load()
}

// zoom takes the next longer or shorter window, about the point under the cursor.
func (m *Metrics) zoom(by int) tea.Cmd {
	at := slices.Index(windows, m.window) + by
	if at < 0 || at >= len(windows) {
		return page.Send(page.Say{Text: "no further", Tone: present.Dim})
	}
	m.window = windows[at]
	if !m.point.IsZero() {
		m.until = m.point.Add(m.window / 2)
		if !m.until.Before(m.host.Now()) {
			m.until = time.Time{}
		}
	}
	return m.load()
}

// turnCompare goes through nothing, yesterday and last week.
func (m *Metrics) turnCompare() tea.Cmd {
	order := []metrics.Comparison{metrics.NoComparison, metrics.Yesterday, metrics.LastWeek}
	m.compare = order[(slices.Index(order, m.compare)+1)%len(order)]
	return m.load()
}

// logs opens the logs at the time of the point under the cursor.
func (m *Metrics) logs() tea.Cmd {
	c, ok := m.chart()
	if !ok || len(c.Series.Points) == 0 {
		return nil
	}
	at := c.Series.At(m.index(c.Series))
	return page.Send(page.Go{To: page.Logs, Target: page.Target{
		Function: c.Metric.Resource.Function(), From: at, Until: at.Add(max(c.Series.Period, time.Minute)),
	}})
}
