package logs_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	domain "github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/fingerprint"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/job"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/metrics/example"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/logs"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
)

const (
	first  = "09753288-fa78-d419-8a55-4bc5afa1c0d4"
	second = "67a68546-212b-e97d-4640-2c6a6fc75426"
)

var groups = domain.Groups(platform.Environment{Name: "production", Tier: platform.Production})

// screen is the page in a console, with logs as a test wants them.
type screen struct {
	*drive.Driver
	// lines are there from the beginning, more come when a test says so.
	lines   []domain.Line
	more    chan domain.Event
	refuse  error
	broken  error
	silent  bool
	asked   []domain.Options
	spans   []window.Span
	sought  []string
	way     *job.Way
	whole   []invocation.Whole
	went    page.Target
	missing bool
}

func (s *screen) Follow(ctx context.Context, o domain.Options) iter.Seq2[domain.Event, error] {
	s.asked = append(s.asked, o)
	return func(yield func(domain.Event, error) bool) {
		if s.silent {
			<-ctx.Done()
			return
		}
		if s.missing {
			for i := range o.Groups {
				if !yield(domain.Event{Notice: &domain.Notice{Matter: domain.Missing, Group: i, After: 5 * time.Second}}, nil) {
					return
				}
			}
		}
		lines := s.lines
		if o.Resume != nil {
			lines = nil
		}
		if !yield(domain.Event{Lines: lines}, nil) || s.broken != nil && !yield(domain.Event{}, s.broken) || !yield(domain.Event{CaughtUp: true}, nil) {
			return
		}
		for {
			select {
			case e := <-s.more:
				if !yield(e, nil) {
					return
				}
			case <-ctx.Done():
				yield(domain.Event{Cursor: &domain.Cursor{}}, nil)
				return
			}
		}
	}
}

// Invocations are of the lines.
func (s *screen) Invocations(_ context.Context, span window.Span) (*invocation.List, error) {
	s.spans = append(s.spans, span)
	list := &invocation.List{}
	assembler := invocation.NewAssembler(func(i *invocation.Invocation) { list.Invocations = append(list.Invocations, i) })
	for _, l := range s.lines {
		assembler.Add(groups[l.Group].Short, l)
	}
	assembler.Finish(span.To, func(string) time.Duration { return time.Minute })
	return list, s.refuse
}

func (s *screen) Show(_ context.Context, span window.Span, id string) ([]invocation.Whole, error) {
	s.spans, s.sought = append(s.spans, span), append(s.sought, id)
	return s.whole, s.refuse
}

func (s *screen) Job(_ context.Context, span window.Span, id string) (*job.Way, error) {
	s.spans, s.sought = append(s.spans, span), append(s.sought, id)
	return s.way, s.refuse
}

type landing struct{}

func (landing) Title() string          { return "Metrics" }
func (landing) Init() tea.Cmd          { return nil }
func (landing) Update(tea.Msg) tea.Cmd { return nil }
func (landing) View(int, int) string   { return "metrics" }
func (landing) Keys() []key.Binding    { return nil }
func (landing) Actions() []page.Action { return nil }
func (landing) Close()                 {}

func at(before time.Duration) int64 { return example.Night.Add(-before).UnixMilli() }

// healthy is an invocation of two functions; failing has a panic, a time-out, and a
// line that would drive the terminal.
func healthy() []domain.Line {
	return []domain.Line{
		{Group: 0, Stream: "a", Timestamp: at(9 * time.Minute), Message: "START RequestId: " + first + " Version: $LATEST"},
		{Group: 0, Stream: "a", Timestamp: at(9*time.Minute - 3*time.Millisecond), Message: `{"level":"INFO","msg":"message received","jobId":"job-1","receiveCount":1,"requestId":"` + first + `"}`},
		{Group: 0, Stream: "a", Timestamp: at(9*time.Minute - 8*time.Millisecond), Message: `{"level":"INFO","msg":"asking the provider","jobId":"job-1","model":"gpt-5.4-mini","why":{"kind":"chat","tokens":[1,2]},"requestId":"` + first + `"}`},
		{Group: 4, Stream: "r", Timestamp: at(9*time.Minute - 9*time.Millisecond), Message: `{"extendedRequestId":"x=","httpMethod":"POST","requestId":"` + second + `","requestTime":"28/Nov/2026:02:58:12 +0000","resourcePath":"/v1/jobs","status":"202"}`},
		{Group: 0, Stream: "a", Timestamp: at(9*time.Minute - 70*time.Millisecond), Message: "END RequestId: " + first},
		{Group: 0, Stream: "a", Timestamp: at(9*time.Minute - 70*time.Millisecond), Message: "REPORT RequestId: " + first + "\tDuration: 68.77 ms\tBilled Duration: 208 ms\tMemory Size: 1024 MB\tMax Memory Used: 43 MB\tInit Duration: 138.91 ms"},
	}
}

func failing() []domain.Line {
	return append(healthy(), []domain.Line{
		{Group: 1, Stream: "b", Timestamp: at(3 * time.Minute), Message: "START RequestId: " + second + " Version: $LATEST"},
		{Group: 1, Stream: "b", Timestamp: at(3*time.Minute - time.Second), Message: "panic: \x1b[2Jnil map"},
		{Group: 1, Stream: "b", Timestamp: at(3*time.Minute - time.Second), Message: "goroutine 1 [running]:"},
		{Group: 1, Stream: "b", Timestamp: at(3*time.Minute - time.Second), Message: "\t/main.go:7 +0x1d"},
		{Group: 1, Stream: "b", Timestamp: at(3*time.Minute - 2*time.Second), Message: "REPORT RequestId: " + second + "\tDuration: 2000.00 ms\tBilled Duration: 2000 ms\tMemory Size: 512 MB\tMax Memory Used: 43 MB\tStatus: error\tError Type: Runtime.ExitError"},
		{Group: 3, Stream: "c", Timestamp: at(time.Minute), Message: `{"level":"ERROR","msg":"message handed back","error":"sendgrid 401","requestId":"` + first + `"}`},
	}...)
}

func open(t *testing.T, s *screen, target page.Target, test func(*testing.T, *screen)) {
	t.Helper()
	drive.Run(t, func(t *testing.T, d *drive.Driver) {
		s.Driver = d
		d.Advance(time.Second)
		test(t, s)
	}, func(t *testing.T) tea.Model {
		s.more = make(chan domain.Event)
		return console(t, s, target)
	})
}

func console(t testing.TB, s *screen, target page.Target) *tui.Shell {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	host := &page.Host{
		Context: ctx, Clock: drive.At(example.Night), Zone: time.UTC, Focused: true, Style: style.New(present.Look{}),
		Where: present.Where{Environment: "production", Tier: platform.Production, Region: "us-east-1"},
	}
	options := logs.Options{Groups: groups, Connect: func(context.Context) (logs.Source, error) {
		if s.refuse != nil {
			return nil, s.refuse
		}
		return s, nil
	}}
	return tui.New(tui.Options{Host: host, Pages: []page.Entry{
		{ID: page.Logs, Name: "Logs", Open: func(h *page.Host, _ page.Target) page.Page { return logs.New(h, target, options) }},
		{ID: page.Metrics, Name: "Metrics", Open: func(_ *page.Host, target page.Target) page.Page {
			s.went = target
			return landing{}
		}},
	}})
}

func whole() []invocation.Whole {
	s := &screen{lines: failing()}
	list, _ := s.Invocations(context.Background(), window.Span{To: example.Night})
	return []invocation.Whole{{Invocation: list.Invocations[0], Log: healthy()[:3]}}
}

func way() *job.Way {
	began := example.Night.Add(-9 * time.Minute)
	return &job.Way{ID: "job-1", Stations: []job.Station{
		{At: began, Name: job.Queued},
		{At: began.Add(3 * time.Millisecond), Name: job.Received, Function: "ai-processor", RequestID: first, Since: 3 * time.Millisecond, Receive: 1},
		{At: began.Add(2 * time.Second), Name: "handed back", Detail: "openai 401", Function: "ai-processor", RequestID: first, Since: 1997 * time.Millisecond, Failed: true},
	}}
}

func TestThePageInEachState(t *testing.T) {
	denied := problem.New(problem.Credentials, "CloudWatch Logs FilterLogEvents: AccessDenied: not authorized").WithHint("the identity lacks the permission for FilterLogEvents")
	for name, state := range map[string]struct {
		screen screen
		target page.Target
		keys   []string
	}{
		"loading":     {screen: screen{silent: true}},
		"empty":       {screen: screen{missing: true}},
		"healthy":     {screen: screen{lines: healthy()}},
		"failing":     {screen: screen{lines: failing()}},
		"denied":      {screen: screen{refuse: denied}},
		"broken":      {screen: screen{lines: healthy(), broken: denied}},
		"errors":      {screen: screen{lines: failing()}, target: page.Target{Errors: true}},
		"filtered":    {screen: screen{lines: failing()}, keys: []string{"/", "p", "r", "o", "v", "enter"}},
		"unfolded":    {screen: screen{lines: failing()}, keys: []string{"Z", "g"}},
		"invocations": {screen: screen{lines: failing()}, keys: []string{"i"}},
		"invocation":  {screen: screen{lines: failing(), whole: whole()}, target: page.Target{RequestID: first}},
		"job":         {screen: screen{lines: failing(), way: way()}, target: page.Target{JobID: "job-1"}},
		"no-job":      {screen: screen{lines: failing(), way: &job.Way{}}, target: page.Target{JobID: "job-1"}},
	} {
		open(t, &state.screen, state.target, func(_ *testing.T, s *screen) {
			s.Press(state.keys...)
			s.Golden(name)
		})
	}
}

func TestAFrozenListStaysWhereItIsWhileLinesCome(t *testing.T) {
	open(t, &screen{lines: healthy()}, page.Target{}, func(t *testing.T, s *screen) {
		come := func(n int) {
			s.more <- domain.Event{Lines: []domain.Line{{Group: 2, Stream: "x", Timestamp: at(0), Message: fmt.Sprint("line ", n)}}}
			s.Advance(100 * time.Millisecond)
		}
		come(1)
		if !strings.Contains(s.Screen(), "▸03:07:12.000") {
			t.Errorf("the cursor does not follow\n%s", s.Screen())
		}
		s.Press("f")
		come(2)
		if screen := s.Screen(); !strings.Contains(screen, "frozen, 1 below") || !strings.Contains(screen, "line 2") {
			t.Errorf("not frozen, or the line is lost\n%s", screen)
		}
		s.Press("y")
		if s.Clipboard() != "line 1" {
			t.Errorf("the cursor moved to %q", s.Clipboard())
		}
		s.Press("G", "y")
		if s.Clipboard() != "line 2" {
			t.Errorf("following again, the cursor is on %q", s.Clipboard())
		}
	})
}

func TestErrorsAreStations(t *testing.T) {
	open(t, &screen{lines: failing()}, page.Target{}, func(t *testing.T, s *screen) {
		var seen []string
		for _, key := range []string{"g", "e", "e", "e", "e", "E", "E", "E"} {
			s.Press(key, "y")
			text, _, _ := strings.Cut(s.Clipboard(), "\n")
			seen = append(seen, text[:min(len(text), 6)])
		}
		if got := strings.Join(seen, "|"); got != `{"leve|panic:|REPORT|{"leve|{"leve|REPORT|panic:|panic:` {
			t.Errorf("e and E went to %s", got)
		}
	})
}

func TestWithoutAnErrorThatWayNothingMovesAndItIsSaid(t *testing.T) {
	open(t, &screen{lines: failing()}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("e")
		if shown := s.Screen(); !strings.Contains(shown, "no error further down") || !strings.Contains(shown, "following") {
			t.Errorf("at the end:\n%s", shown)
		}
		s.Press("g", "E")
		if shown := s.Screen(); !strings.Contains(shown, "no error further up") {
			t.Errorf("at the beginning:\n%s", shown)
		}
	})
}

func TestWhatIsCopiedIsTheWholeTraceAsItWasLogged(t *testing.T) {
	open(t, &screen{lines: failing()}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("g", "e", "y")
		if want := "panic: \x1b[2Jnil map\ngoroutine 1 [running]:\n\t/main.go:7 +0x1d"; s.Clipboard() != want {
			t.Errorf("copied %q", s.Clipboard())
		}
	})
}

func TestTheCommandShowsTheSame(t *testing.T) {
	target := page.Target{Function: platform.AIProcessor, Errors: true, Filter: "it's", From: example.Night.Add(-time.Hour), Until: example.Night.Add(-30 * time.Minute)}
	open(t, &screen{lines: failing(), whole: whole()}, target, func(t *testing.T, s *screen) {
		window := " -e production --since 2026-11-28T02:07:12Z --until 2026-11-28T02:37:12Z"
		for _, step := range []struct{ key, want string }{
			{"f", "keyvex logs tail ai-processor" + window + ` --level error --grep '(?i)it'\''s'`},
			{"i", "keyvex logs invocations ai-processor" + window},
			{"enter", "keyvex logs show " + second + " -e production --since 2026-11-27T03:07:13Z"},
		} {
			s.Press(step.key, "Y")
			if s.Clipboard() != step.want {
				t.Errorf("after %s: %s\nwant %s", step.key, s.Clipboard(), step.want)
			}
		}
	})
}

func TestTheWindowMovesAndZoomsAndComesBackToNow(t *testing.T) {
	for keys, want := range map[string]string{
		"":    "02:57:12 - follow",
		"[":   "02:52:11 03:02:12",
		"[[":  "02:47:11 02:57:12",
		"[]":  "02:57:12 - follow",
		"-":   "02:37:13 - follow",
		"+":   "03:02:13 - follow",
		"[-":  "02:32:12 03:02:12",
		"--":  "02:07:13 - follow",
		"]":   "02:57:12 - follow",
		"[]]": "02:57:12 - follow",
	} {
		open(t, &screen{lines: healthy()}, page.Target{}, func(t *testing.T, s *screen) {
			s.Press(strings.Split(keys, "")...)
			o := s.asked[len(s.asked)-1]
			got := o.From.UTC().Format(time.TimeOnly) + " - follow"
			if !o.Follow {
				got = o.From.UTC().Format(time.TimeOnly) + " " + o.To.UTC().Format(time.TimeOnly)
			}
			if got != want {
				t.Errorf("%s reads %s, want %s", keys, got, want)
			}
		})
	}
}

func TestATimeIsJumpedTo(t *testing.T) {
	open(t, &screen{lines: healthy()}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("T")
		s.Advance(time.Second)
		s.Type("02:46")
		s.Press("enter")
		if o := s.asked[len(s.asked)-1]; o.From.UTC().Format(time.TimeOnly) != "02:46:00" || o.To.Sub(o.From).Round(time.Minute) != 10*time.Minute {
			t.Errorf("reads from %s to %s\n%s", o.From, o.To, s.Screen())
		}
	})
}

func TestWindowAndFunctionTravelAlong(t *testing.T) {
	from, until := example.Night.Add(-time.Hour), example.Night.Add(-30*time.Minute)
	open(t, &screen{lines: healthy()}, page.Target{Function: platform.EmailProcessor, From: from, Until: until}, func(t *testing.T, s *screen) {
		if !strings.Contains(s.Screen(), "none of 4 lines is of this choice") {
			t.Errorf("lines of another function are shown\n%s", s.Screen())
		}
		s.Press("m")
		if want := (page.Target{Metric: "email-processor.errors", From: from, Until: until}); s.went != want {
			t.Errorf("went to %+v", s.went)
		}
	})
}

func TestEscLeavesOnePlaceAfterTheOther(t *testing.T) {
	open(t, &screen{lines: failing(), whole: whole(), way: way()}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("i", "enter", "J")
		for _, want := range []string{"job-1  3 stations", "67a68546  1 invocation", "Invocations  2 invocations", "following  all logs"} {
			if !strings.Contains(s.Screen(), want) {
				t.Errorf("%q is not on\n%s", want, s.Screen())
			}
			s.Press("esc")
		}
	})
}

var ownStyles = regexp.MustCompile("\x1b\\[(1|7|1;7)?m")

func TestALineCannotDriveTheTerminal(t *testing.T) {
	open(t, &screen{lines: []domain.Line{{Timestamp: at(0), Message: "a\x1b[31mb\x1b]0;t\x07c\rd\u202e\xff" + strings.Repeat("x", 1<<20)}}}, page.Target{}, func(t *testing.T, s *screen) {
		for _, key := range []string{"f", "z"} {
			s.Press(key)
			if text := ownStyles.ReplaceAllString(s.Styled(), ""); strings.ContainsAny(text, "\x1b\x07\r\u202e") || !utf8.ValidString(text) {
				t.Errorf("%q", text)
			}
		}
	})
}

func TestTheLinkIsOfTheLogGroup(t *testing.T) {
	open(t, &screen{lines: failing()}, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("g", "o")
		want := "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Fkeyvex-ai-processor-production"
		if s.Clipboard() != want {
			t.Errorf("copied %q", s.Clipboard())
		}
	})
}

// What differs each time is no part of a fingerprint.
func TestAKindOfErrorsIsShownFromItsFirstLineOn(t *testing.T) {
	lines := failing()
	for i, cause := range []string{"openai 401 Incorrect API key req_011CSHoEeqs5C35K2UUqR7Fy", "openai 429 slow down", "openai 401 Incorrect API key req_022CSHoEeqs5C35K2UUqR7Fz"} {
		lines = append(lines, domain.Line{Group: i, Stream: "d", Timestamp: at(time.Duration(30-i) * time.Second), Message: fmt.Sprintf(`{"level":"ERROR","msg":"job failed","error":%q}`, cause)})
	}
	kind := fingerprint.Of("job failed: openai 401 Incorrect API key req_033CSHoEeqs5C35K2UUqR7Fw")
	open(t, &screen{lines: lines}, page.Target{Fingerprint: kind, From: example.Night.Add(-10 * time.Minute)}, func(t *testing.T, s *screen) {
		if text := s.Screen(); !strings.Contains(text, "2 of 10 lines") || !strings.Contains(text, "errors of one kind") || strings.Contains(text, "429") || strings.Contains(text, "sendgrid") {
			t.Errorf("not these errors alone:\n%s", text)
		}
		s.Press("y")
		if !strings.Contains(s.Clipboard(), "req_011") {
			t.Errorf("the cursor is on %q", s.Clipboard())
		}
		s.Press("L")
		if text := s.Screen(); !strings.Contains(text, "6 of 10 lines") || !strings.Contains(text, "error and above") {
			t.Errorf("not all errors:\n%s", text)
		}
	})
}

// A look at another page is none; after that the page goes on from its cursor.
func TestAPageThatIsNotShownStopsReadingAfterAWhile(t *testing.T) {
	open(t, &screen{lines: healthy()}, page.Target{}, func(t *testing.T, s *screen) {
		for _, c := range []struct {
			away  time.Duration
			reads int
		}{{9 * time.Second, 1}, {time.Minute, 2}, {9 * time.Second, 2}, {11 * time.Second, 3}} {
			s.Press("m")
			s.Advance(c.away)
			s.Press("esc")
			s.Advance(time.Second)
			if len(s.asked) != c.reads || s.asked[len(s.asked)-1].Resume == nil != (c.reads == 1) {
				t.Errorf("after %s elsewhere it read %d times: %+v", c.away, len(s.asked), s.asked)
			}
			if text := s.Screen(); !strings.Contains(text, "following") || !strings.Contains(text, "4 lines") {
				t.Errorf("after %s elsewhere:\n%s", c.away, text)
			}
		}
	})
}

// Connecting takes a while, or fails: what is asked for meanwhile waits for it, or says why.
func TestAPlaceThatIsOpenedBeforeAWSAnswersSaysSoAndIsReadAgain(t *testing.T) {
	s := &screen{lines: healthy(), refuse: problem.New(problem.Credentials, "the session ended").WithHint("keyvex login")}
	open(t, s, page.Target{}, func(t *testing.T, s *screen) {
		s.Press("i")
		if !strings.Contains(s.Screen(), "the session ended") {
			t.Errorf("the reason is not shown:\n%s", s.Screen())
		}
		s.refuse = nil
		s.Press("r")
		if !strings.Contains(s.Screen(), "1 invocation") {
			t.Errorf("it was not read again:\n%s", s.Screen())
		}
	})
}

func TestAClickIsOfTheRowUnderItAlsoBelowANote(t *testing.T) {
	for name, broken := range map[string]error{"no note": nil, "a note": errors.New("no answer")} {
		open(t, &screen{lines: healthy(), broken: broken}, page.Target{}, func(t *testing.T, s *screen) {
			for y, line := range strings.Split(s.Screen(), "\n") {
				if strings.Contains(line, "asking the provider") {
					s.Click(20, y)
				}
			}
			if s.Press("y"); !strings.Contains(s.Clipboard(), "asking the provider") {
				t.Errorf("%s: copied %q\n%s", name, s.Clipboard(), s.Screen())
			}
		})
	}
}
