package page

import (
	"cmp"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
)

// What a page asks of the shell. The shell takes these messages whoever's command
// yields them.
type (
	// Go opens a page on top of this one; Esc comes back.
	Go struct {
		To     ID
		Target Target
	}
	// Say shows a line until the next one or some seconds have passed.
	Say struct {
		Text string
		Tone present.Tone
	}
	// Fail shows an error with its hint.
	Fail struct{ Err error }
	// Copy puts text on the clipboard; What says in words what it was.
	Copy struct{ Text, What string }
	// Ask opens a dialog before something is written. An action's command yields it
	// when everything that the dialog shows is known.
	Ask struct {
		// Title says what would be done: "Redrive 14 messages to ai-processing".
		Title string
		// Lines say what changes or is lost, with counts.
		Lines []string
		// Yes is the confirming button: "redrive 14".
		Yes string
		// Loses is set when what goes does not come back. Then, and in a production
		// tier always, the environment's name has to be typed.
		Loses bool
		// Do is what is confirmed.
		Do tea.Cmd
	}
	// Prompt asks for one line of text.
	Prompt struct {
		Title, Value string
		// Check refuses a text, with the reason; nil takes any.
		Check func(string) error
		Do    func(text string) tea.Cmd
	}
	// Edit opens text in the operator's editor ($VISUAL, $EDITOR); Done makes of it
	// the message that comes back to the page.
	Edit struct {
		Text, Suffix string
		Done         func(text string, err error) tea.Msg
	}
	// Run gives the terminal to a command of keyvex's own, in the console's environment,
	// until it has ended and Enter was pressed. Then the page gets Ran.
	Run struct {
		// Args are the command's, without keyvex: "secrets", "set", "ai.openai_api_key".
		Args []string
		// Writes is set where the command may change something.
		Writes bool
	}
	// Fresh tells the header how old the data is and what asking costs, and where one is,
	// once that is known.
	Fresh struct {
		At              time.Time
		Budget          metrics.Budget
		Account, Region string
	}
)

// What the shell tells a page.
type (
	// Shown says that the page is on the screen.
	Shown struct{}
	// Hidden says that it is not any more: it keeps its state and lets its clocks rest.
	Hidden struct{}
	// Focus says that Host.Focused has changed.
	Focus struct{}
	// Ran says that the command of Run has ended. What became of it, it has said itself.
	Ran struct{}
	// Click is a mouse button in the page's area, counted from its top left corner.
	Click struct{ X, Y int }
	// Wheel is the mouse wheel, in lines; up is negative.
	Wheel struct{ Lines int }
)

// Target is what travels along on a jump. What is zero leaves the page as it would
// open by itself.
type Target struct {
	// From and Until are the time window.
	From, Until time.Time
	Function    platform.Function
	// Queue is the short name: "ai-processing", "ai-processing-dlq".
	Queue string
	Stack platform.Stack
	// Metric is a metric's name as keyvex metrics knows it.
	Metric string
	// Filter is the text of the page's / filter.
	Filter string
	// Errors shows errors alone.
	Errors bool
	// RequestID is an invocation, MessageID a message, JobID a job, Fingerprint a
	// kind of error, whose first line is shown.
	RequestID, MessageID, JobID, Fingerprint string
}

// With takes the time window and the filter from another target, unless there are any.
func (t Target) With(other Target) Target {
	if t.From.IsZero() && t.Until.IsZero() {
		t.From, t.Until = other.From, other.Until
	}
	t.Filter = cmp.Or(t.Filter, other.Filter)
	return t
}

// Action is an entry of the menu behind a.
type Action struct {
	// Key picks it in the menu: one letter, not y.
	Key string
	// Title says what it does to what: "redrive 3 marked messages".
	Title string
	// Why says why it cannot be done now; it is then shown and cannot be picked. The
	// shell itself says so of all that writes where the environment is read-only.
	Why string
	// Reads is set for an action that writes nothing.
	Reads bool
	// Do starts it: at once, or with an Ask where something is lost or many things
	// change.
	Do func() tea.Cmd
}
