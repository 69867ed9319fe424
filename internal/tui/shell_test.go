package tui_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// probe is a page that shows what reaches it.
type probe struct {
	host    *page.Host
	name    string
	target  page.Target
	filter  string
	got     []string
	closed  bool
	actions []page.Action
}

type done string

func (p *probe) Title() string          { return p.name }
func (p *probe) Init() tea.Cmd          { return p.host.After(time.Second, done("a second")) }
func (p *probe) Keys() []key.Binding    { return []key.Binding{keys.Logs, keys.Metric} }
func (p *probe) Close()                 { p.closed = true }
func (p *probe) Copy() string           { return "thing of " + p.name }
func (p *probe) Command() string        { return "keyvex " + p.name }
func (p *probe) Actions() []page.Action { return p.actions }

func (p *probe) FilterText() (string, bool) { return p.filter, true }

func (p *probe) Filter(text string) tea.Cmd {
	p.filter = text
	return nil
}

func (p *probe) Travels() page.Target { return page.Target{From: p.target.From, Filter: p.filter} }

func (p *probe) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, keys.Logs) {
			return page.Send(page.Go{To: page.Logs, Target: page.Target{RequestID: "r-1"}})
		}
		p.got = append(p.got, "key "+msg.String())
	default:
		p.got = append(p.got, strings.TrimPrefix(fmt.Sprintf("%T %v", msg, msg), "page."))
	}
	return nil
}

func (p *probe) View(width, height int) string {
	p.got = p.got[max(len(p.got)-100, 0):]
	lines := []string{fmt.Sprintf("%s %s %dx%d", p.name, p.target.RequestID, width, height), "filter " + p.filter}
	return strings.Join(append(lines, p.got...), "\n")
}

// world is a console of probes.
type world struct {
	host    *page.Host
	pages   []*probe
	working []string
}

func (w *world) entry(id page.ID, name string) page.Entry {
	return page.Entry{ID: id, Name: name, Open: func(h *page.Host, target page.Target) page.Page {
		p := &probe{host: h, name: name, target: target}
		w.pages = append(w.pages, p)
		return p
	}, Working: func() []string { return slices.Clone(w.working) }, Places: []page.Place{{Name: "ai-processor in " + name, Target: page.Target{RequestID: "r-2"}}}}
}

func (w *world) last() *probe { return w.pages[len(w.pages)-1] }

func console(t *testing.T, test func(*testing.T, *drive.Driver, *world)) {
	t.Helper()
	w := &world{}
	drive.Run(t, func(t *testing.T, d *drive.Driver) { test(t, d, w) }, func(t *testing.T) tea.Model {
		ctx, cancel := context.WithCancel(t.Context())
		t.Cleanup(cancel)
		w.host = &page.Host{
			Context: ctx, Clock: clock.Wall{}, Zone: time.UTC, Focused: true, Style: style.New(present.Look{}),
			Where: present.Where{Environment: "staging", Tier: platform.Development, Account: "482100000912", Region: "us-east-1"},
		}
		return tui.New(tui.Options{Host: w.host, Folder: t.TempDir(), Pages: []page.Entry{
			w.entry(page.Overview, "Overview"), w.entry(page.Logs, "Logs"), w.entry(page.Queues, "Queues"),
		}})
	})
}

func sees(t *testing.T, d *drive.Driver, want ...string) {
	t.Helper()
	for _, text := range want {
		if !strings.Contains(d.Screen(), text) {
			t.Errorf("there is no %q on the screen\n%s", text, d.Screen())
		}
	}
}

func TestTheShellShowsHeaderPageAndFooter(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, _ *world) { d.Golden("shell") })
}

func TestTheFooterSaysWhetherQLeavesThePageOrTheConsole(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, _ *world) {
		sees(t, d, "q quit")
		d.Press("2")
		sees(t, d, "q back")
		d.Press("1")
		d.Type("/e")
		d.Press("enter")
		sees(t, d, "q back") // it leaves the filter
		d.Press("q")
		sees(t, d, "q quit")
		if d.Press("q"); !d.Quit() {
			t.Error("it has not quit")
		}
	})
}

func TestTheFooterHasRoomForThePagesOwnKeys(t *testing.T) {
	sixPages(t, func(t *testing.T, d *drive.Driver, w *world) {
		for width, want := range map[int]string{
			120: "1 Overview 2 Metrics 3 Logs 4 Queues 5 Secrets 6 Stacks : go / filter m metric l logs q quit ? keys",
			100: "1 Overview 2 Metrics 3 Logs 4 Queues 5 Secrets 6 Stacks m metric l logs q quit ? keys",
			80:  "1 Overview 2 Met 3 Log 4 Que 5 Sec 6 Sta m metric l logs q quit ? keys",
			70:  "1 Overview 2 Met 3 Log 4 Que 5 Sec 6 Sta m metric l logs ? keys",
			60:  "1 Overview 2 Met 3 Log 4 Que 5 Sec 6 Sta l logs ? keys",
			40:  "1 Overview 2 3 4 5 6 l logs ? keys",
		} {
			d.Resize(width, 16)
			if got := strings.Join(strings.Fields(bottom(d)), " "); got != want {
				t.Errorf("at %d\n%q, want\n%q", width, got, want)
			}
		}
		d.Resize(80, 24)
		d.Press("4")
		w.last().actions = []page.Action{{Key: "r", Title: "redrive"}}
		if got, want := strings.Join(strings.Fields(bottom(d)), " "), "1 Ove 2 Met 3 Log 4 Queues 5 Sec 6 Sta m metric l logs a act ? keys"; got != want {
			t.Errorf("with actions\n%q, want\n%q", got, want)
		}
		d.Resize(60, 16)
		if got, want := strings.Join(strings.Fields(bottom(d)), " "), "1 2 3 4 Queues 5 6 m metric l logs a act ? keys"; got != want {
			t.Errorf("with actions at 60\n%q, want\n%q", got, want)
		}
		d.Resize(80, 24)
		d.Click(strings.Index(bottom(d), "6 Sta"), 23)
		sees(t, d, "Stacks  80x22")
	})
}

// bottom is the last line of the screen.
func bottom(d *drive.Driver) string {
	screen := d.Screen()
	return screen[strings.LastIndexByte(screen, '\n')+1:]
}

// sixPages is a console with as many pages as keyvex's.
func sixPages(t *testing.T, test func(*testing.T, *drive.Driver, *world)) {
	t.Helper()
	w := &world{}
	drive.Run(t, func(t *testing.T, d *drive.Driver) { test(t, d, w) }, func(t *testing.T) tea.Model {
		w.host = drive.Production(t, time.Date(2026, 11, 28, 3, 7, 12, 0, time.UTC))
		var entries []page.Entry
		for _, name := range []string{"Overview", "Metrics", "Logs", "Queues", "Secrets", "Stacks"} {
			entries = append(entries, w.entry(page.ID(strings.ToLower(name)), name))
		}
		return tui.New(tui.Options{Host: w.host, Folder: t.TempDir(), Pages: entries})
	})
}

func TestTheKeysOfAPlaceAreThoseThatDoSomethingThere(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		d.Press("?")
		sees(t, d, "metric", "filter", "copy as a command")
		for _, text := range []string{"act", "AWS console", "next panel"} {
			if strings.Contains(d.Screen(), text) {
				t.Errorf("%q is shown, and the page has none\n%s", text, d.Screen())
			}
		}
		d.Press("x")
		w.last().actions = []page.Action{{Key: "r", Title: "redrive"}}
		d.Press("?")
		sees(t, d, "act")
	})
}

func TestTheKeysOfAPlaceScrollAtTheFirstKey(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, _ *world) {
		d.Resize(40, 8)
		d.Press("?")
		sees(t, d, "logs")
		d.Press("down", "down")
		if strings.Contains(d.Screen(), "l         logs") {
			t.Errorf("it has not moved\n%s", d.Screen())
		}
		d.Press("G")
		sees(t, d, "?         keys")
		d.Press("up", "x")
		sees(t, d, "Overview  40x6")
	})
}

func TestWhatAPagesCommandYieldsComesBackToItThoughAnotherIsShown(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		d.Press("2")
		d.Advance(2 * time.Second)
		for i, p := range w.pages {
			if n := strings.Count(strings.Join(p.got, "\n"), "a second"); n != 1 {
				t.Errorf("page %d was told %d times: %q", i, n, p.got)
			}
		}
	})
}

func TestAJumpComesBackWithTheStateKept(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		d.Press("/")
		d.Type("err")
		d.Press("enter", "l")
		sees(t, d, "Logs r-1", "Overview › Logs")
		d.Press("esc")
		sees(t, d, "Overview", "filter err")
		if !w.pages[1].closed || w.pages[0].closed {
			t.Error("the page that was left should be closed, the other not")
		}
	})
}

func TestTheWindowAndTheFilterTravelAlong(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		since := time.Date(2026, 11, 28, 2, 44, 0, 0, time.UTC)
		w.last().target.From = since
		d.Type("/err")
		d.Press("enter", "l")
		if got, want := w.last().target, (page.Target{RequestID: "r-1", From: since, Filter: "err"}); got != want {
			t.Errorf("it was opened with %+v, want %+v", got, want)
		}
		d.Press(":")
		d.Type("ai-processor in Queues")
		d.Press("enter")
		if got, want := w.last().target, (page.Target{RequestID: "r-2", From: since}); got != want {
			t.Errorf("by the palette it was opened with %+v, want %+v", got, want)
		}
	})
}

func TestEscapeLeavesTheFilterThenThePageThenTheTab(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, _ *world) {
		d.Press("3", "l", "/")
		d.Type("x")
		d.Press("enter", "esc")
		sees(t, d, "Logs r-1", "Queues › Logs")
		d.Press("esc")
		sees(t, d, "Queues  80x22")
		d.Press("esc")
		sees(t, d, "Overview  80x22")
		if d.Quit() {
			t.Fatal("it has ended")
		}
		d.Press("q")
		if !d.Quit() {
			t.Error("q on the Overview should end it")
		}
	})
}

func TestLeavingAsksWhileSomethingIsAtWork(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		w.working = []string{"redriving 3 of 14"}
		d.Press("q")
		sees(t, d, "Leave while this is at work?", "redriving 3 of 14")
		d.Press("y")
		if d.Quit() {
			t.Fatal("a key was taken at once")
		}
		d.Advance(time.Second)
		d.Press("enter", "q")
		d.Advance(time.Second)
		d.Press("y")
		if !d.Quit() {
			t.Error("y should have left")
		}
	})
}

func TestAWriteIsConfirmedByAnotherKeyAfterAQuietPeriod(t *testing.T) {
	for name, test := range map[string]struct {
		tier     platform.Tier
		readOnly bool
		loses    bool
		keys     []string
		done     bool
	}{
		"enter is cancel":               {keys: []string{"enter"}},
		"y goes on":                     {keys: []string{"y"}, done: true},
		"the button goes on":            {keys: []string{"tab", "enter"}, done: true},
		"production has the name typed": {tier: platform.Production, keys: []string{"y", "enter"}},
		"a loss has the name typed":     {loses: true, keys: []string{"s", "t", "a", "g", "i", "n", "g", "enter"}, done: true},
		"another name":                  {loses: true, keys: []string{"s", "t", "a", "g", "enter"}},
		"read-only":                     {readOnly: true, keys: []string{"y"}},
	} {
		t.Run(name, func(t *testing.T) {
			console(t, func(t *testing.T, d *drive.Driver, w *world) {
				w.host.ReadOnly = test.readOnly
				if test.tier != "" {
					w.host.Where.Tier = test.tier
				}
				w.last().actions = []page.Action{{Key: "r", Title: "redrive 14", Do: func() tea.Cmd {
					return page.Send(page.Ask{Title: "Redrive 14?", Yes: "redrive 14", Loses: test.loses, Do: page.Send(done("redriven"))})
				}}}
				d.Press("a", "r")
				d.Press("y", "enter") // meant for something else, or held too long
				d.Advance(time.Second)
				d.Press(test.keys...)
				if got := strings.Contains(strings.Join(w.last().got, "\n"), "redriven"); got != test.done {
					t.Errorf("done: %t, want %t\n%s", got, test.done, d.Screen())
				}
			})
		})
	}
}

func TestTheMenuFollowsWhatThePageCanDo(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		action := page.Action{Key: "x", Title: "delete 1", Why: "it is being read", Do: func() tea.Cmd { return page.Send(done("deleted")) }}
		w.last().actions = []page.Action{{Key: "r", Title: "redrive"}, action}
		d.Press("a")
		sees(t, d, "it is being read")
		action.Why = ""
		w.last().actions = []page.Action{action}
		d.Advance(time.Second) // the page is told something
		if strings.Contains(d.Screen(), "it is being read") || !strings.Contains(d.Screen(), "redrive") {
			t.Errorf("the menu is not as it should be now\n%s", d.Screen())
		}
		if d.Press("x"); !strings.Contains(d.Screen(), "deleted") {
			t.Errorf("it was not done\n%s", d.Screen())
		}
	})
}

func TestATypedConfirmationSaysHowToLeaveIt(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		w.last().actions = []page.Action{{Key: "x", Title: "delete", Do: func() tea.Cmd {
			return page.Send(page.Ask{Title: "Delete 14?", Yes: "delete", Loses: true, Do: page.Send(done("deleted"))})
		}}}
		d.Press("a", "x")
		sees(t, d, "type staging to delete: ", "esc, or enter alone, changes nothing")
		d.Advance(time.Second)
		if d.Press("enter"); strings.Contains(d.Screen(), "Delete 14?") {
			t.Errorf("it is still there\n%s", d.Screen())
		}
	})
}

func TestThePaletteFindsPagesPlacesAndActions(t *testing.T) {
	for typed, want := range map[string]string{"queu": "Queues  80x22", "aiprlogs": "Logs r-2"} {
		console(t, func(t *testing.T, d *drive.Driver, _ *world) {
			d.Press(":")
			d.Type(typed)
			d.Press("enter")
			sees(t, d, want)
		})
	}
}

func TestOnANarrowTerminalReadOnlyIsNeverCutOff(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		w.host.ReadOnly = true
		w.last().actions = []page.Action{{Key: "r", Title: "redrive all of the fourteen dead letters there are to ai-processing"}}
		d.Resize(50, 16)
		sees(t, d, "read-only")
		d.Press("l")
		sees(t, d, "read-only")
		d.Press("esc", "a")
		if n := strings.Count(d.Screen(), "read-only"); n != 2 {
			t.Errorf("read-only is there %d times, want in the header and in the menu\n%s", n, d.Screen())
		}
	})
}

func TestASCIIMeansASCII(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		w.host.Style = style.New(present.Look{ASCII: true})
		for _, open := range []string{"?", ":", "l"} {
			d.Press(open)
			for _, r := range d.Screen() {
				if r > '~' {
					t.Fatalf("%s shows %q\n%s", open, r, d.Screen())
				}
			}
			d.Press("esc")
		}
	})
}

func TestErrorsAreShownWithTheirHintAndGoAfterAWhile(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, _ *world) {
		d.Send(page.Fail{Err: errors.New("no such \x1b[31mqueue")})
		sees(t, d, "no such  [31mqueue")
		d.Advance(20 * time.Second)
		if strings.Contains(d.Screen(), "no such") {
			t.Error("it is still there")
		}
	})
}

func TestALongErrorIsSaidWholeInMoreLines(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, _ *world) {
		d.Resize(60, 16)
		d.Send(page.Fail{Err: problem.New(problem.Credentials, "SQS StartMessageMoveTask: AccessDenied: keyvex-oncall is not authorized").
			WithHint("the identity lacks the permission for StartMessageMoveTask on ai-processing-dlq")})
		lines := strings.Split(d.Screen(), "\n")
		if got := strings.Join(lines[13:], "\n"); got != ` SQS StartMessageMoveTask: AccessDenied: keyvex-oncall is
 not authorized (the identity lacks the permission for
 StartMessageMoveTask on ai-processing-dlq)` {
			t.Errorf("it says\n%s", got)
		}
		d.Send(page.Fail{Err: errors.New(strings.Repeat("word ", 200))})
		if n := strings.Count(d.Screen(), "word"); n > 60/5*4 || n < 40 {
			t.Errorf("%d words\n%s", n, d.Screen())
		}
	})
}

func TestTheConsoleItselfAsksForALine(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, _ *world) {
		var typed string
		d.Send(page.Prompt{Title: "MFA code", Do: func(text string) tea.Cmd {
			return func() tea.Msg { typed = text; return nil }
		}, Check: func(text string) error {
			if len(text) != 6 {
				return errors.New("six digits")
			}
			return nil
		}})
		d.Type("12345")
		d.Press("enter")
		sees(t, d, "MFA code", "six digits")
		d.Press("6", "enter")
		if typed != "123456" {
			t.Errorf("typed %q", typed)
		}
	})
}

func TestCopyingGoesToTheTerminalsClipboard(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, _ *world) {
		d.Press("y")
		if d.Clipboard() != "thing of Overview" {
			t.Errorf("copied %q", d.Clipboard())
		}
		d.Press("Y")
		if d.Clipboard() != "keyvex Overview" {
			t.Errorf("copied %q", d.Clipboard())
		}
	})
}

func TestTheWheelIsGathered(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		for range 50 {
			d.Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
		}
		d.Advance(20 * time.Millisecond)
		if got := strings.Count(strings.Join(w.last().got, "\n"), "Wheel"); got != 1 {
			t.Errorf("told %d times: %q", got, w.last().got)
		}
		sees(t, d, "Wheel {150}")
	})
}

func TestTheMouseWorksInMenuAndPalette(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		at := func(text string) (x, y int) {
			for y, line := range strings.Split(d.Screen(), "\n") {
				if x := strings.Index(line, text); x >= 0 {
					return ansi.StringWidth(line[:x]), y
				}
			}
			t.Fatalf("there is no %q\n%s", text, d.Screen())
			return 0, 0
		}
		for _, key := range []string{"p", "r"} {
			w.last().actions = append(w.last().actions, page.Action{Key: key, Title: "do " + key, Do: func() tea.Cmd { return page.Send(done("did " + key)) }})
		}
		d.Press("a")
		x, y := at("do r")
		d.Click(x, y)
		sees(t, d, "▸r do r")
		d.Click(x, y)
		sees(t, d, "did r")
		d.Press(":")
		d.Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
		d.Advance(20 * time.Millisecond)
		sees(t, d, "▸Logs")
		d.Click(0, 0) // beside it
		d.Click(at("Queues                "))
		d.Click(at("Queues                "))
		sees(t, d, "Queues  80x22")
	})
}

func TestAClickInTheFooterOpensThePage(t *testing.T) {
	console(t, func(t *testing.T, d *drive.Driver, _ *world) {
		d.Click(strings.Index(strings.Split(d.Screen(), "\n")[23], "Queues"), 23)
		sees(t, d, "Queues  80x22")
		d.Click(5, 3)
		sees(t, d, "Click {5 2}")
	})
}
