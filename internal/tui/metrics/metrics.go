// Package metrics is the console's page of CloudWatch's metrics: all of them in a
// list, and one of them as a chart over a window of time, from which one goes to the
// logs of any of its points.
//
// The list is read when it is asked for, the chart once a minute while it is watched:
// each metric that is asked for costs.
package metrics

import (
	"context"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// Source is where the charts come from.
type Source interface {
	Charts(ctx context.Context, names []string, o metrics.ChartOptions) ([]metrics.Chart, error)
	Catalog() []metrics.Metric
}

// Options are what the page needs.
type Options struct {
	// Connect opens the way to AWS, or gives the one that is open.
	Connect func(context.Context) (Source, error)
}

// Metrics is the page.
type Metrics struct {
	Options
	host   *page.Host
	ctx    context.Context
	cancel context.CancelFunc

	// open is the name of the metric that is drawn; empty for the list.
	open string
	// all are those of the list, near those of the open metric's resource, with it.
	all, near page.Reading[[]metrics.Chart]
	// round counts the plans to read again: only the last one counts.
	round int

	filter string
	shown  []int // of all, those that the filter keeps
	list   widget.List

	window  time.Duration
	until   time.Time // zero is now
	compare metrics.Comparison
	// point is the time of the point under the cursor, zero for the newest.
	point time.Time
	// width is the page's when the chart was drawn, cells how many the chart had then.
	width, cells int
	hidden       bool
}

// windows are the spans that + and - go through.
var windows = []time.Duration{
	15 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour,
}

const firstWindow = 3 * time.Hour

// New makes the page: with the target's metric open, or the list.
func New(host *page.Host, target page.Target, o Options) *Metrics {
	m := &Metrics{Options: o, host: host, open: target.Metric, filter: target.Filter, window: firstWindow}
	m.ctx, m.cancel = context.WithCancel(host.Context)
	if !target.Until.IsZero() {
		m.until = target.Until
	}
	if !target.From.IsZero() {
		end := m.until
		if end.IsZero() {
			end = host.Now()
		}
		m.window = spanOf(end.Sub(target.From))
	}
	return m
}

// spanOf is the shortest of the windows that is as long.
func spanOf(length time.Duration) time.Duration {
	for _, w := range windows {
		if w >= length {
			return w
		}
	}
	return windows[len(windows)-1]
}

// Title names the page, or the metric that is open.
func (m *Metrics) Title() string {
	if m.open != "" {
		return m.open
	}
	return "Metrics"
}

// Init reads.
func (m *Metrics) Init() tea.Cmd { return m.load() }

// Close ends the reading.
func (m *Metrics) Close() { m.cancel() }

// again has a watched chart read again.
type again int

// listWindow is what the list's sparks show.
const listWindow = time.Hour

// load reads what is on the screen: the list, or the open metric with its neighbours.
func (m *Metrics) load() tea.Cmd {
	open, options := m.open, metrics.ChartOptions{Window: listWindow}
	if open != "" {
		options = metrics.ChartOptions{Window: m.window, Until: m.until, Compare: m.compare}
	}
	return page.ReadFrom(m.ctx, m.reading(), m.Connect, func(source Source, ctx context.Context) ([]metrics.Chart, error) {
		return source.Charts(ctx, neighbours(source.Catalog(), open), options)
	})
}

// reading is that of what is on the screen.
func (m *Metrics) reading() *page.Reading[[]metrics.Chart] {
	if m.open == "" {
		return &m.all
	}
	return &m.near
}

// neighbours are the names of the metrics of the same resource; none stands for all.
func neighbours(catalog []metrics.Metric, open string) []string {
	var out []string
	for _, m := range catalog {
		if m.Name != open {
			continue
		}
		for _, other := range catalog {
			if other.Resource == m.Resource {
				out = append(out, other.Name)
			}
		}
		return out
	}
	if open != "" {
		return []string{open} // whose error says which there are
	}
	return nil
}

// refreshEvery is how often a watched chart is read again: no point comes sooner.
const refreshEvery = time.Minute

func (m *Metrics) take(answer page.Read[[]metrics.Chart]) tea.Cmd {
	if !m.reading().Take(answer, m.host.Now()) {
		return nil
	}
	m.choose()
	m.round++
	return tea.Batch(m.host.After(refreshEvery, again(m.round)), page.Send(page.Fresh{At: m.reading().At}))
}

// Update takes answers, keys and clicks.
func (m *Metrics) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.Read[[]metrics.Chart]:
		return m.take(msg)
	case again:
		if int(msg) == m.round && (m.open != "" && m.until.IsZero() || m.reading().Err != nil) && !m.hidden && m.host.Focused {
			return m.load()
		}
	case page.Shown:
		m.hidden = false
		if m.open != "" && !m.near.At.IsZero() {
			return m.load()
		}
	case page.Hidden:
		m.hidden = true
	case page.Focus:
		if m.host.Focused && m.open != "" {
			return m.load()
		}
	case page.Wheel:
		if m.open == "" {
			m.list.Scroll(msg.Lines)
		}
	case page.Click:
		return m.click(msg)
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return nil
}

func (m *Metrics) press(msg tea.KeyPressMsg) tea.Cmd {
	if key.Matches(msg, keys.Refresh) {
		return m.load()
	}
	if m.open == "" {
		if key.Matches(msg, keys.Enter, keys.Metric) {
			return m.enter()
		}
		m.list.Press(msg)
		return nil
	}
	switch {
	case key.Matches(msg, keys.Up):
		return m.neighbour(-1)
	case key.Matches(msg, keys.Down), key.Matches(msg, keys.Panel):
		return m.neighbour(1)
	case key.Matches(msg, keys.Left):
		m.step(-1)
	case key.Matches(msg, keys.Right):
		m.step(1)
	case key.Matches(msg, keys.Enter, keys.Logs):
		return m.logs()
	case key.Matches(msg, keys.Earlier):
		return m.shift(-1)
	case key.Matches(msg, keys.Later):
		return m.shift(1)
	case key.Matches(msg, keys.ZoomIn):
		return m.zoom(-1)
	case key.Matches(msg, keys.ZoomOut):
		return m.zoom(1)
	case key.Matches(msg, keys.Compare):
		return m.turnCompare()
	}
	return nil
}

// enter opens the metric under the cursor.
func (m *Metrics) enter() tea.Cmd {
	if m.list.Cursor >= len(m.shown) {
		return nil
	}
	m.open, m.point = m.all.Value[m.shown[m.list.Cursor]].Metric.Name, time.Time{}
	m.near.Forget()
	return m.load()
}

// Inside reports whether a chart is open over the list.
func (m *Metrics) Inside() bool { return m.open != "" && !m.all.At.IsZero() }

// Back goes from a chart that was opened from the list to the list.
func (m *Metrics) Back() { m.open = "" }

// Keys are the page's own, of the list or of the chart.
func (m *Metrics) Keys() []key.Binding {
	if m.open == "" {
		return keys.Of(keys.Enter, keys.Refresh)
	}
	return []key.Binding{keys.Logs, keys.Compare, keys.Neighbour, keys.Left, keys.Right, keys.Earlier, keys.Later, keys.ZoomIn, keys.ZoomOut, keys.Refresh}
}

// Actions are none: nothing here is written.
func (m *Metrics) Actions() []page.Action { return nil }

// Filter keeps the metrics of the list whose name or title has the text.
func (m *Metrics) Filter(text string) tea.Cmd {
	m.filter = text
	m.choose()
	return nil
}

// FilterText is the filter of the list; the chart has none.
func (m *Metrics) FilterText() (text string, ok bool) {
	if m.open != "" {
		return "", false
	}
	return m.filter, true
}

func (m *Metrics) choose() {
	m.shown = m.shown[:0]
	want := strings.ToLower(m.filter)
	for i, c := range m.all.Value {
		if strings.Contains(strings.ToLower(c.Metric.Name+" "+c.Metric.Title), want) {
			m.shown = append(m.shown, i)
		}
	}
	m.list.Resize(len(m.shown), m.list.Height)
}

// Copy is the name of the metric under the cursor, or the point of the chart: its time,
// its value, its name.
func (m *Metrics) Copy() string {
	if m.open == "" {
		if m.list.Cursor >= len(m.shown) {
			return ""
		}
		return m.all.Value[m.shown[m.list.Cursor]].Metric.Name
	}
	c, ok := m.chart()
	if !ok || len(c.Series.Points) == 0 {
		return ""
	}
	at := m.index(c.Series)
	return c.Series.At(at).UTC().Format(time.RFC3339) + " " + present.Value(c.Series.Points[at], c.Metric.Unit) + " " + m.open
}

// Command is the command that draws the same.
func (m *Metrics) Command() string {
	if m.open == "" {
		return "keyvex metrics -e " + m.host.Where.Environment
	}
	text := "keyvex metrics " + m.open + " -e " + m.host.Where.Environment + " --since " + m.from().UTC().Format(time.RFC3339)
	if m.compare != metrics.NoComparison {
		text += " --compare " + string(m.compare)
	}
	return text
}

// Link is the dashboard in AWS's own console.
func (m *Metrics) Link() string {
	return m.host.AWSConsole("cloudwatch", "dashboards/dashboard/"+platform.Environment{Name: m.host.Where.Environment}.DashboardName())
}
