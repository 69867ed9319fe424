// Package page is what a page of the console is, and how a page and the shell
// speak with each other.
//
// A page is a struct of its own package below internal/tui, made by an Entry's
// Open. It never does I/O in Update or View: work is a tea.Cmd, whose message comes
// back to the page that returned it, on the screen or not. A stream is taken by a
// command that gathers what came within some 50 ms into one message; its Update
// returns the command that takes the next.
//
// View runs after every message. It must be cheap: remember what was drawn, by the
// version of the data, the width, the height and Host.Version.
//
// What a page wants of the shell it says by a message, out of a command:
//
//	return page.Send(page.Go{To: page.Logs, Target: page.Target{RequestID: id}})
//
// A page uses neither tea.Sequence nor any of Bubble Tea's own requests (tea.Quit,
// tea.SetClipboard ...): what such a command yields does not reach the program.
//
// Text from outside passes present.Clean before it is drawn.
package page

import (
	"context"
	"net/url"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// ID names a page.
type ID string

// The pages. Those that a shell was given stand in its footer and its palette.
const (
	Overview ID = "overview"
	Metrics  ID = "metrics"
	Logs     ID = "logs"
	Queues   ID = "queues"
	Secrets  ID = "secrets"
	Stacks   ID = "stacks"
)

// Page is one page. The shell calls its methods from one goroutine.
type Page interface {
	// Title is the page's place in the breadcrumbs: "Logs", "ai-processing-dlq".
	Title() string
	// Init starts what the page needs.
	Init() tea.Cmd
	// Update takes what the page's commands yielded, the keys that the shell does
	// not take itself, and the notices of this package.
	Update(tea.Msg) tea.Cmd
	// View draws the page: at most height lines of at most width cells.
	View(width, height int) string
	// Keys are the page's own keys, as they stand now: for ?, and the first of them
	// for the footer.
	Keys() []key.Binding
	// Actions is what the menu behind a offers now. Every write of a page is here and
	// nowhere else.
	Actions() []Action
	// Close ends the page's work: its streams end, and no message comes any more.
	Close()
}

// What a page may have besides. The shell asks for each by a type assertion.
type (
	// Filterable has lines that / picks among. The shell asks for the text, and whether
	// there are such lines now; Filter is called as it is typed, and with "" when it is
	// given up.
	Filterable interface {
		Filter(text string) tea.Cmd
		FilterText() (text string, ok bool)
	}
	// Backer has inner places, which Esc leaves one by one before it leaves the page:
	// Back leaves the innermost, while Inside reports that there is one.
	Backer interface {
		Inside() bool
		Back()
	}
	// Copier gives what y copies: the thing under the cursor.
	Copier interface{ Copy() string }
	// Commander gives what Y copies: the keyvex command that shows the same.
	Commander interface{ Command() string }
	// Linker gives what o shows: the address of the same thing in AWS's own console.
	Linker interface{ Link() string }
	// Traveller has a time window or a filter, which a jump takes along unless it has its
	// own.
	Traveller interface{ Travels() Target }
)

// Entry is a page as the shell is given it.
type Entry struct {
	ID ID
	// Name is what footer and palette call it.
	Name string
	// Open makes the page, for a target or, with a zero one, from the footer. A jump
	// makes a page of its own and leaves the one that stood there as it is.
	Open func(*Host, Target) Page
	// Working says what leaving the console would break off, of what the pages of
	// this kind have begun, also of those that are closed; nil for nothing.
	Working func() []string
	// Places are what the palette offers of the page: each function, each queue.
	Places []Place
}

// Place is a resource that the palette jumps to.
type Place struct {
	Name   string
	Target Target
}

// Host is what the shell lends to its pages. They read it in Update and View; only
// the shell changes it, between messages.
type Host struct {
	// Context ends with the console. A page derives its own from it, for Close.
	Context context.Context
	Clock   clock.Clock
	// Where is the environment. Account and region may still be missing at first.
	Where present.Where
	// ReadOnly is set where every write would be refused.
	ReadOnly bool
	// Style holds the look: colour, ASCII or not, all styles.
	Style *style.Style
	// Zone is the one that times are shown in; t changes it.
	Zone *time.Location
	// Focused is false while another window has the keyboard: ask AWS less often then.
	Focused bool
	// Version grows with every change of what here is drawn.
	Version int
}

// Now is the current time.
func (h *Host) Now() time.Time { return h.Clock.Now() }

// Look is the look of an area of that width and height.
func (h *Host) Look(width, height int) present.Look {
	look := h.Style.Look
	look.Width, look.Height = width, height
	return look
}

// AWSConsole is the address of a place in AWS's own console; empty while the region is
// not known, and for the local platform, which has none.
func (h *Host) AWSConsole(service, place string) string {
	region := h.Where.Region
	if region == "" || h.Where.Environment == platform.Local {
		return ""
	}
	return "https://" + region + ".console.aws.amazon.com/" + service + "/home?region=" + region + "#" + place
}

// QueueConsole is the address there of a queue.
func (h *Host) QueueConsole(name string) string {
	return h.AWSConsole("sqs/v3", "/queues/"+url.QueryEscape("https://sqs."+h.Where.Region+".amazonaws.com/"+h.Where.Account+"/"+name))
}

// Trouble says why something cannot be read, and on a second line what to do about it.
func (h *Host) Trouble(err error) []string {
	text, hint := present.ProblemWords(err)
	lines := []string{h.Style.Glyph(present.Unsure) + " " + h.Style.Paint(present.Unknown, text)}
	if hint != "" {
		lines = append(lines, h.Style.Paint(present.Dim, "  next: "+hint))
	}
	return lines
}

// Failure is Trouble whole, in as many lines as that takes.
func (h *Host) Failure(err error, width int) (lines []string) {
	for _, line := range h.Trouble(err) {
		lines = append(lines, present.Wrap(line, width-1)...)
	}
	return Indented(lines)
}

// After is a command that yields msg once d has passed.
func (h *Host) After(d time.Duration, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		if clock.Sleep(h.Context, h.Clock, d) != nil {
			return nil
		}
		return msg
	}
}

// Send is a command that yields msg.
func Send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }
