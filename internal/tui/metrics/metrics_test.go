package metrics_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	domain "github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/metrics/example"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/metrics"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// screen is the page in a console, with CloudWatch as a test wants it.
type screen struct {
	*drive.Driver
	drive.Service
	// empty is an environment of which CloudWatch knows nothing.
	empty bool
	asked []domain.ChartOptions
	names [][]string
	went  page.Target
}

var ai = domain.Resource{Kind: domain.KindFunction, Name: "ai-processor"}

func (s *screen) Catalog() []domain.Metric {
	return []domain.Metric{
		{Name: "ai-processor.invocations", Title: "invocations", Unit: domain.Count, Resource: ai},
		{Name: "ai-processor.errors", Title: "failed invocations", Unit: domain.Count, Resource: ai},
		{Name: "ai-processor.p95", Title: "95th percentile of the duration", Unit: domain.Milliseconds, Resource: ai},
		{Name: "table.reads", Title: "read capacity", Unit: domain.Count, Resource: domain.Resource{Kind: domain.KindTable, Name: "table"}},
	}
}

// Charts has the p95 rise 21 minutes ago, minute by minute.
func (s *screen) Charts(ctx context.Context, names []string, o domain.ChartOptions) ([]domain.Chart, error) {
	s.asked, s.names = append(s.asked, o), append(s.names, names)
	if err := s.Answer(ctx); err != nil {
		return nil, err
	}
	var out []domain.Chart
	for _, m := range s.Catalog() {
		if names != nil && !slices.Contains(names, m.Name) {
			continue
		}
		series := example.Wave(12, 0)
		if strings.HasSuffix(m.Name, "p95") {
			series = example.Wave(9000, 20000)
			series.Points[20] = domain.Number{}
			series.Provisional = example.Night.Add(-15 * time.Minute)
		}
		if s.empty {
			series = example.Gaps(series, 0)
		}
		c := domain.Chart{Metric: m, Series: series, Compare: o.Compare}
		if o.Compare != domain.NoComparison {
			c.Before = example.Wave(9000, 0)
		}
		out = append(out, c)
	}
	return out, nil
}

type landing struct{ screen *screen }

func (l landing) Title() string          { return "Logs" }
func (l landing) Init() tea.Cmd          { return nil }
func (l landing) Update(tea.Msg) tea.Cmd { return nil }
func (l landing) View(int, int) string   { return "logs" }
func (l landing) Keys() []key.Binding    { return nil }
func (l landing) Actions() []page.Action { return nil }
func (l landing) Close()                 {}

func open(t *testing.T, s *screen, target page.Target, test func(*testing.T, *screen)) {
	t.Helper()
	drive.Run(t, func(t *testing.T, d *drive.Driver) {
		s.Driver = d
		test(t, s)
	}, func(t *testing.T) tea.Model {
		host := drive.Production(t, example.Night)
		options := metrics.Options{Connect: func(context.Context) (metrics.Source, error) { return s, nil }}
		return tui.New(tui.Options{Host: host, Pages: []page.Entry{
			{ID: page.Metrics, Name: "Metrics", Open: func(h *page.Host, _ page.Target) page.Page { return metrics.New(h, target, options) }},
			{ID: page.Logs, Name: "Logs", Open: func(_ *page.Host, target page.Target) page.Page {
				s.went = target
				return landing{s}
			}},
		}})
	})
}

func TestThePageInEachState(t *testing.T) {
	p95 := page.Target{Metric: "ai-processor.p95"}
	denied := problem.New(problem.Credentials, "CloudWatch GetMetricData: AccessDenied: not authorized").WithHint("the identity lacks the permission for GetMetricData")
	for name, state := range map[string]struct {
		screen screen
		target page.Target
		keys   []string
		// fail is what reading again comes to, once it is there.
		fail error
	}{
		"list":           {},
		"filtered":       {keys: []string{"/", "p", "9", "5", "enter"}},
		"no-match":       {keys: []string{"/", "x", "x", "enter"}},
		"empty":          {screen: screen{empty: true}},
		"chart-empty":    {screen: screen{empty: true}, target: p95},
		"failing":        {fail: denied},
		"chart-failing":  {fail: denied, target: p95},
		"chart":          {target: p95},
		"compared":       {target: p95, keys: []string{"=", "left", "left"}},
		"list-loading":   {screen: screen{Service: drive.Service{Slow: time.Hour}}},
		"chart-loading":  {screen: screen{Service: drive.Service{Slow: time.Hour}}, target: p95},
		"list-denied":    {screen: screen{Service: drive.Service{Refuse: denied}}},
		"chart-denied":   {screen: screen{Service: drive.Service{Refuse: denied}}, target: p95},
		"chart-no-point": {target: page.Target{Metric: "nothing"}},
	} {
		open(t, &state.screen, state.target, func(_ *testing.T, s *screen) {
			s.Press(state.keys...)
			if state.fail != nil {
				s.Refuse = state.fail
				s.Press("r")
			}
			s.Golden(name)
		})
	}
}

func TestAPointLeadsToTheLogsOfItsMinute(t *testing.T) {
	open(t, &screen{}, page.Target{Metric: "ai-processor.p95"}, func(t *testing.T, s *screen) {
		s.Press("left", "left", "l")
		at := example.Night.Truncate(time.Minute).Add(-3 * time.Minute)
		if want := (page.Target{Function: platform.AIProcessor, From: at, Until: at.Add(time.Minute)}); s.went != want {
			t.Errorf("went to %+v, want %+v", s.went, want)
		}
	})
}

func TestCopyingAPointAndAName(t *testing.T) {
	open(t, &screen{}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("y")
		if got := s.Clipboard(); got != "ai-processor.invocations" {
			t.Errorf("copied %q", got)
		}
		s.Press("enter", "y")
		if got := s.Clipboard(); got != "2026-11-28T03:06:00Z 13 ai-processor.invocations" {
			t.Errorf("copied %q\n%s", got, s.Screen())
		}
	})
}

func TestTheWindowMovesZoomsAndComparesAndComesBackToNow(t *testing.T) {
	now := example.Night.Truncate(time.Minute)
	for keys, want := range map[string]domain.ChartOptions{
		"":      {Window: 3 * time.Hour},
		"[":     {Window: 3 * time.Hour, Until: now.Add(-90 * time.Minute)},
		"[[]":   {Window: 3 * time.Hour, Until: now.Add(-90 * time.Minute)},
		"[]":    {Window: 3 * time.Hour},
		"[]]":   {Window: 3 * time.Hour},
		"+":     {Window: time.Hour},
		"-":     {Window: 6 * time.Hour},
		"=":     {Window: 3 * time.Hour, Compare: domain.Yesterday},
		"==":    {Window: 3 * time.Hour, Compare: domain.LastWeek},
		"===":   {Window: 3 * time.Hour},
		"+++++": {Window: 15 * time.Minute},
	} {
		open(t, &screen{}, page.Target{Metric: "ai-processor.p95"}, func(t *testing.T, s *screen) {
			s.Press(strings.Split(keys, "")...)
			got := s.asked[len(s.asked)-1]
			if got.Until = got.Until.UTC(); got != want {
				t.Errorf("%s asks %+v, want %+v", keys, got, want)
			}
		})
	}
}

func TestAChartIsReadAgainEachMinuteWhileItIsWatched(t *testing.T) {
	open(t, &screen{}, page.Target{Metric: "ai-processor.p95"}, func(t *testing.T, s *screen) {
		s.Advance(3*time.Minute + time.Second)
		if len(s.asked) != 4 {
			t.Errorf("asked %d times in three minutes, want 4", len(s.asked))
		}
		s.Press("2") // another page
		s.Advance(5 * time.Minute)
		if len(s.asked) != 4 {
			t.Errorf("asked %d times though nobody watched", len(s.asked)-4)
		}
		s.Press("1")
		s.Send(tea.BlurMsg{})
		s.Advance(5 * time.Minute)
		if len(s.asked) != 5 {
			t.Errorf("asked %d times, want once more on coming back and none while unfocused", len(s.asked)-4)
		}
	})
}

func TestOnlyTheNeighboursOfAnOpenMetricAreAskedFor(t *testing.T) {
	open(t, &screen{}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("G", "enter")
		if got := fmt.Sprint(s.names); got != "[[] [table.reads]]" {
			t.Errorf("asked for %s", got)
		}
		s.Press("esc")
		if !strings.Contains(s.Screen(), "4 metrics of 4") {
			t.Errorf("no way back to the list\n%s", s.Screen())
		}
	})
}

func TestAnAnswerThatComesLateIsNotTakenForTheLastQuestion(t *testing.T) {
	s := &screen{Service: drive.Service{Slow: 3 * time.Second}}
	open(t, s, page.Target{Metric: "ai-processor.p95"}, func(t *testing.T, s *screen) {
		s.Advance(time.Second)
		s.Slow = time.Second
		s.Press("=")
		s.Advance(5 * time.Second)
		if !strings.Contains(s.Screen(), "against yesterday") || !strings.Contains(s.Screen(), "yesterday 9") {
			t.Errorf("the older answer is shown\n%s", s.Screen())
		}
	})
}
