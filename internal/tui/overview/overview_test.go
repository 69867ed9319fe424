package overview_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/metrics/example"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/overview"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// screen is the Overview in a console, as a test works with it.
type screen struct {
	*drive.Driver
	t *testing.T
	// snapshots are handed to the page one by one.
	snapshots chan metrics.Snapshot
	focus     []bool
	refreshed int
	// refuse is what connecting answers, as long as it is set.
	refuse error
	paused []platform.Function
	muted  []string
	// went is where the last jump led.
	went page.Target
	to   page.ID
	host *page.Host
}

func (s *screen) Watch(ctx context.Context) iter.Seq[metrics.Snapshot] {
	return func(yield func(metrics.Snapshot) bool) {
		for {
			select {
			case snapshot := <-s.snapshots:
				if !yield(snapshot) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

func (s *screen) Focus(focused bool) { s.focus = append(s.focus, focused) }
func (s *screen) Refresh()           { s.refreshed++ }

func (s *screen) Catalog() []metrics.Metric { return metrics.CatalogOf(example.Healthy().Environment) }

func (s *screen) Pause(_ context.Context, f platform.Function) error {
	s.paused = append(s.paused, f)
	return nil
}

func (s *screen) Resume(context.Context, platform.Function) error { return nil }

func (s *screen) Mute(_ context.Context, alarm string, length time.Duration) (time.Time, error) {
	s.muted = append(s.muted, alarm)
	return s.host.Now().Add(length), nil
}

func (s *screen) Unmute(context.Context, string) error { return nil }

// get hands the page a snapshot.
func (s *screen) get(snapshot metrics.Snapshot) {
	s.snapshots <- snapshot
	s.Advance(time.Second)
}

// choose moves the cursor to a row by its name.
func (s *screen) choose(name string) {
	s.t.Helper()
	s.Press("g")
	for range 40 {
		for line := range strings.Lines(s.Screen()) {
			if strings.HasPrefix(line, "▸") && strings.Contains(line, name) {
				return
			}
		}
		s.Press("j")
	}
	s.t.Fatalf("no row %q can be chosen\n%s", name, s.Screen())
}

// landing is any other page: it notes what it was opened for.
type landing struct{ name string }

func (l landing) Title() string          { return l.name }
func (l landing) Init() tea.Cmd          { return nil }
func (l landing) Update(tea.Msg) tea.Cmd { return nil }
func (l landing) View(int, int) string   { return "this is " + l.name }
func (l landing) Keys() []key.Binding    { return nil }
func (l landing) Actions() []page.Action { return nil }
func (l landing) Close()                 {}

func open(t *testing.T, o overview.Options, test func(*testing.T, *screen)) {
	t.Helper()
	openRefused(t, nil, o, test)
}

// openRefused opens it with connecting refused at first.
func openRefused(t *testing.T, refuse error, o overview.Options, test func(*testing.T, *screen)) {
	t.Helper()
	openOn(t, &screen{t: t, refuse: refuse}, nil, o, test)
}

// openWith opens it on a source that is made in the bubble.
func openWith(t *testing.T, source func(*testing.T) overview.Source, test func(*testing.T, *screen)) {
	t.Helper()
	openOn(t, &screen{t: t}, source, overview.Options{}, test)
}

func openOn(t *testing.T, s *screen, source func(*testing.T) overview.Source, o overview.Options, test func(*testing.T, *screen)) {
	t.Helper()
	drive.Run(t, func(t *testing.T, d *drive.Driver) {
		s.t, s.Driver = t, d
		test(t, s)
	}, func(t *testing.T) tea.Model {
		s.snapshots = make(chan metrics.Snapshot)
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		env := example.Healthy().Environment
		s.host = &page.Host{
			Context: ctx, Clock: drive.At(example.Night), Zone: time.UTC, Focused: true, Style: style.New(present.Look{}),
			Where: present.Where{Environment: env.Name, Tier: env.Tier},
		}
		o.Environment, o.Consumers, o.Alarms = env, s, s
		o.Connect = func(context.Context) (overview.Source, error) { return s, s.refuse }
		if source != nil {
			made := source(t)
			o.Connect = func(context.Context) (overview.Source, error) { return made, nil }
		}
		entries := []page.Entry{{ID: page.Overview, Name: "Overview", Open: func(h *page.Host, _ page.Target) page.Page { return overview.New(h, o) }}}
		for _, id := range []page.ID{page.Metrics, page.Logs, page.Queues, page.Secrets, page.Stacks} {
			entries = append(entries, page.Entry{ID: id, Name: string(id), Open: func(_ *page.Host, target page.Target) page.Page {
				s.to, s.went = id, target
				return landing{string(id)}
			}})
		}
		return tui.New(tui.Options{Host: s.host, Pages: entries})
	})
}

func TestTheOverviewInEachState(t *testing.T) {
	for name, snapshot := range map[string]metrics.Snapshot{
		"healthy": example.Healthy(), "broken": example.Broken(), "denied": example.Denied("AccessDenied"),
	} {
		open(t, overview.Options{}, func(_ *testing.T, s *screen) {
			s.get(snapshot)
			s.Golden(name)
		})
	}
	open(t, overview.Options{}, func(_ *testing.T, s *screen) { s.Golden("loading") })
}

func TestNoWayToAWSIsSaidAndTriedAgain(t *testing.T) {
	refused := problem.New(problem.Credentials, "the session of profile keyvex-prod ended at 02:00").WithHint("aws sso login --profile keyvex-prod")
	openRefused(t, refused, overview.Options{}, func(t *testing.T, s *screen) {
		s.Golden("unreachable")
		s.refuse = nil
		s.Advance(11 * time.Second)
		s.get(example.Healthy())
		if !strings.Contains(s.Screen(), "HEALTHY") {
			t.Errorf("it did not come back\n%s", s.Screen())
		}
	})
}

func TestEveryRowLeadsToTheThingItself(t *testing.T) {
	began := time.Date(2026, 11, 28, 2, 44, 0, 0, time.UTC)
	for _, test := range []struct {
		row, key string
		to       page.ID
		target   page.Target
	}{
		{"BROKEN", "enter", page.Queues, page.Target{Queue: "ai-processing-dlq", From: began}},
		{"BROKEN", "l", page.Logs, page.Target{Function: platform.AIProcessor, From: began}},
		{"BROKEN", "m", page.Metrics, page.Target{Metric: "ai-processing-dlq.dead"}},
		{"ai-processor ", "enter", page.Logs, page.Target{Function: platform.AIProcessor}},
		{"ai-processor ", "m", page.Metrics, page.Target{Metric: "ai-processor.invocations"}},
		{"ai-processing ", "enter", page.Queues, page.Target{Queue: "ai-processing-dlq"}},
		{"analytics   ", "enter", page.Queues, page.Target{Queue: "analytics"}},
		{"STACKS", "enter", page.Stacks, page.Target{}},
		{"table", "enter", page.Metrics, page.Target{Metric: "table.reads"}},
		{"ai-processor-errors-broken", "enter", page.Metrics, page.Target{Metric: "ai-processor.errors"}},
		{"openai 401 Incorrect", "enter", page.Logs, page.Target{Fingerprint: "openai 401 Incorrect API key provided", From: example.Night.Add(-23 * time.Minute)}},
	} {
		t.Run(test.row+" "+test.key, func(t *testing.T) {
			open(t, overview.Options{}, func(t *testing.T, s *screen) {
				s.Resize(120, 40)
				s.get(example.Broken())
				s.choose(test.row)
				s.Press(test.key)
				if s.to != test.to || s.went != test.target {
					t.Errorf("went to %s with %+v, want %s with %+v", s.to, s.went, test.to, test.target)
				}
				s.Press("esc")
				if !strings.Contains(s.Screen(), "▸") || s.to == "" {
					t.Errorf("the way back is lost\n%s", s.Screen())
				}
			})
		})
	}
}

func TestTheListsBehindTheSummary(t *testing.T) {
	for row, want := range map[string]string{"ALARMS": "ai-processor-errors-broken", "CHANGES": "ci-runner-7"} {
		open(t, overview.Options{}, func(t *testing.T, s *screen) {
			s.get(example.Broken())
			s.choose(row)
			s.Press("enter")
			if !strings.Contains(s.Screen(), want) {
				t.Errorf("%s: there is no %s\n%s", row, want, s.Screen())
			}
			s.Press("esc")
			if !strings.Contains(s.Screen(), "BROKEN 21m") {
				t.Errorf("%s: no way back\n%s", row, s.Screen())
			}
		})
	}
}

func TestAChangeLeadsToWhatWasChangedAndToTheLogsOfThen(t *testing.T) {
	at := example.Night.Add(-time.Hour)
	snapshot := example.Broken()
	change := func(kind metrics.ChangeKind, resource string) metrics.Change {
		return metrics.Change{At: at, Kind: kind, Resource: resource, What: "something"}
	}
	snapshot.Changes.List = []metrics.Change{
		change(metrics.ChangeDeploy, ""), change(metrics.ChangeSecret, "ai"), change(metrics.ChangePurge, "email-dlq"),
		change(metrics.ChangeResume, "ai-processor"), change(metrics.ChangeOther, "rest"),
	}
	then := page.Target{From: at.Add(-2 * time.Minute)}
	for row, want := range []struct {
		to     page.ID
		target page.Target
	}{
		{page.Stacks, page.Target{}}, {page.Secrets, page.Target{}}, {page.Queues, page.Target{Queue: "email-dlq"}},
		{page.Queues, page.Target{Queue: "ai-processing"}}, {page.Logs, then},
	} {
		open(t, overview.Options{}, func(t *testing.T, s *screen) {
			s.get(snapshot)
			s.choose("CHANGES")
			s.Press("enter")
			s.Press(slices.Repeat([]string{"j"}, row)...)
			s.Press("enter")
			if s.to != want.to || s.went != want.target {
				t.Errorf("change %d went to %s with %+v, want %s with %+v", row, s.to, s.went, want.to, want.target)
			}
			s.Press("esc", "l")
			if s.to != page.Logs || s.went != then {
				t.Errorf("l of change %d went to %s with %+v", row, s.to, s.went)
			}
		})
	}
}

func TestAListBehindTheSummaryIsOfNowAndItsKeysAreOfItsRow(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.get(example.Broken())
		s.choose("ALARMS")
		s.Press("enter", "j", "y")
		if got := s.Clipboard(); !strings.Contains(got, "ai-processor-errors-broken") {
			t.Errorf("copied %q", got)
		}
		s.Press("Y")
		if got := s.Clipboard(); got != "keyvex alarms list -e production" {
			t.Errorf("copied %q", got)
		}
		now := example.Broken()
		slices.Reverse(now.Alarms.List)
		for i := range now.Alarms.List {
			now.Alarms.List[i].Since = now.Alarms.List[i].Since.Add(-24 * time.Hour)
		}
		s.get(now)
		s.Press("y")
		if got := s.Clipboard(); !strings.Contains(got, "yesterday") || !strings.Contains(got, "ai-processor-errors-broken") {
			t.Errorf("after a snapshot it copied %q\n%s", got, s.Screen())
		}
	})
}

func TestTheCursorStaysWithItsErrorWhenOthersComeBeforeIt(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.Resize(120, 40)
		s.get(example.Broken())
		s.choose("openai 401 Incorrect")
		now := example.Broken()
		other := now.Errors.Groups[0]
		other.Fingerprint = "another"
		now.Errors.Groups = slices.Insert(slices.Clone(now.Errors.Groups), 0, other)
		now.Version++
		s.get(now)
		s.Press("enter")
		if s.went.Fingerprint != "openai 401 Incorrect API key provided" {
			t.Errorf("went to %+v\n%s", s.went, s.Screen())
		}
	})
}

func TestTheNextThingThatIsWrongIsOneKeyAway(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.get(example.Broken())
		for _, step := range []struct{ key, row string }{
			{"e", "✖ ai-processor"}, {"e", "✖ ai-processing"}, {"e", "? socket"}, {"e", "JOBS"}, {"e", "JOBS"}, {"E", "? socket"},
		} {
			s.Press(step.key, "y")
			if got := s.Clipboard(); !strings.HasPrefix(got, step.row) {
				t.Errorf("%s leads to %q, want %s", step.key, got, step.row)
			}
		}
	})
}

func TestAChangeOfThePanelLeadsToWhatWasChanged(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.Resize(120, 40)
		s.get(example.Broken())
		s.choose("secret   ai version 7  by")
		s.Press("enter")
		if s.to != page.Secrets {
			t.Errorf("went to %q\n%s", s.to, s.Screen())
		}
	})
}

func TestTheVerdictOpensAllFindings(t *testing.T) {
	open(t, overview.Options{}, func(_ *testing.T, s *screen) {
		s.get(example.Broken())
		s.Press("v")
		s.Is("findings-80x24")
	})
}

func TestTheWayOnStaysOnTheScreenWhereTheCauseTakesTwoLines(t *testing.T) {
	long := example.Broken()
	long.Verdict.Findings[0].Cause = `all "anthropic: bad request, status 400, invalid_request_error, …"; secret database 02:40`
	for planted, want := range map[bool]string{true: "planted by the demo: press enter", false: "enter = the dead letters"} {
		open(t, overview.Options{Planted: planted}, func(t *testing.T, s *screen) {
			s.get(long)
			if screen := s.Screen(); !strings.Contains(screen, want) || !strings.Contains(screen, "invalid_request_error") {
				t.Errorf("there is no %q\n%s", want, screen)
			}
		})
	}
}

func TestFreezingHoldsWhatIsSeen(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.get(example.Broken())
		s.Press("f")
		s.get(example.Healthy())
		if screen := s.Screen(); !strings.Contains(screen, "BROKEN") || !strings.Contains(screen, "frozen at 03:07:12") {
			t.Errorf("it is not frozen\n%s", screen)
		}
		s.Press("f")
		if !strings.Contains(s.Screen(), "HEALTHY") {
			t.Errorf("it is still frozen\n%s", s.Screen())
		}
	})
}

func TestOnAnUnwatchedTerminalItIsAskedLessOften(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.Send(tea.BlurMsg{})
		s.Send(tea.FocusMsg{})
		if len(s.focus) != 3 || !s.focus[0] || s.focus[1] || !s.focus[2] {
			t.Errorf("told %v", s.focus)
		}
	})
}

func TestPausingAConsumerIsInTheMenuAndAsks(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.get(example.Broken())
		s.choose("ai-processing ")
		s.Press("a", "p")
		s.Advance(time.Second)
		s.Type("production")
		s.Press("enter")
		if len(s.paused) != 1 || s.paused[0] != platform.AIProcessor || s.refreshed != 1 {
			t.Errorf("paused %v, refreshed %d\n%s", s.paused, s.refreshed, s.Screen())
		}
	})
}

func TestAnAlarmIsMutedWhereItIsSeen(t *testing.T) {
	for _, way := range []string{"row", "list"} {
		open(t, overview.Options{}, func(t *testing.T, s *screen) {
			s.Resize(120, 40)
			s.get(example.Broken())
			if way == "row" {
				s.choose("ai-processor-errors-broken")
			} else {
				s.choose("ALARMS   ")
				s.Press("enter", "j")
			}
			s.Press("a", "m")
			s.Advance(time.Second)
			s.Type("production")
			s.Press("enter")
			if len(s.muted) != 1 || s.muted[0] != "ai-processor-errors-broken" || !strings.Contains(s.Screen(), "is muted till 04:07") {
				t.Errorf("by the %s muted %v\n%s", way, s.muted, s.Screen())
			}
		})
	}
}

func TestCopyingARowAndItsCommand(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.get(example.Broken())
		s.choose("ai-processing ")
		s.Press("y")
		if got := s.Clipboard(); !strings.HasPrefix(got, "✖ ai-processing") || strings.Contains(got, "\x1b") {
			t.Errorf("copied %q", got)
		}
		s.Press("Y")
		if got := s.Clipboard(); got != "keyvex queues peek ai-processing-dlq -e production" {
			t.Errorf("copied %q", got)
		}
	})
}

func TestARowsPlaceInTheConsoleOfAWS(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.get(example.Broken())
		s.choose("ai-processor ")
		s.Press("o")
		if got := s.Clipboard(); got != "https://us-east-1.console.aws.amazon.com/lambda/home?region=us-east-1#/functions/keyvex-ai-processor-production" {
			t.Errorf("copied %q", got)
		}
	})
}

func TestAClickChoosesARowAndASecondOneOpensIt(t *testing.T) {
	open(t, overview.Options{}, func(t *testing.T, s *screen) {
		s.get(example.Broken())
		y := 0
		for i, line := range strings.Split(s.Screen(), "\n") {
			if strings.Contains(line, "● table") {
				y = i
			}
		}
		s.Click(10, y)
		s.Click(10, y)
		if s.went.Metric != "table.reads" {
			t.Errorf("went to %s %+v\n%s", s.to, s.went, s.Screen())
		}
	})
}
