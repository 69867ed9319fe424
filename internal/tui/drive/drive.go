// Package drive runs the console's model in tests: it presses keys, waits until
// nothing is under way any more, and looks at the screen.
//
// A test runs in a bubble of testing/synctest, in which time stands still until
// everything waits. So nothing ever sleeps in earnest, and idle is exact: every
// command has yielded, or waits for a clock or a stream.
//
//	drive.Run(t, func(t *testing.T, d *drive.Driver) {
//		d.Press("3", "/", "e", "r", "r", "enter")
//		d.Golden("logs-filtered")
//	}, func(t *testing.T) tea.Model { ... })
//
// What the model is made of, the sandbox for one, has to be made inside the bubble:
// in the function that makes the model.
package drive

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/clock"
)

// Driver runs one model.
type Driver struct {
	t     *testing.T
	model tea.Model
	// queue are the messages that commands have yielded.
	queue         chan tea.Msg
	width, height int
	quit          bool
	// posted counts Post's messages: not every frame of theirs is drawn.
	posted    int
	clipboard string
}

// queued is how many messages may wait: more than any test yields while it sleeps.
const queued = 1 << 16

// Run runs test on a model at 80x24 inside a bubble. A model with a Close method is
// closed at the end.
func Run(t *testing.T, test func(*testing.T, *Driver), model func(*testing.T) tea.Model) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := New(t, model(t))
		defer d.Close()
		test(t, d)
	})
}

// New drives a model, for whoever is in a bubble already. Close ends it.
func New(t *testing.T, model tea.Model) *Driver {
	t.Helper()
	d := &Driver{t: t, model: model, queue: make(chan tea.Msg, queued)}
	d.start(model.Init())
	d.Resize(80, 24)
	return d
}

// Close ends the model's pages and streams.
func (d *Driver) Close() {
	if c, ok := d.model.(interface{ Close() }); ok {
		c.Close()
	}
}

func (d *Driver) start(cmd tea.Cmd) {
	if cmd != nil {
		go func() { d.queue <- cmd() }()
	}
}

func (d *Driver) apply(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
		return
	case tea.BatchMsg:
		for _, cmd := range msg {
			d.start(cmd)
		}
		return
	case tea.QuitMsg:
		d.quit = true
		return
	}
	if text, ok := clipboard(msg); ok {
		d.clipboard = text
		return
	}
	var cmd tea.Cmd
	d.model, cmd = d.model.Update(msg)
	d.start(cmd)
	if d.posted%postedPerFrame == 0 {
		d.check()
	}
}

// clipboard recognizes what tea.SetClipboard yields, whose type has no name outside.
func clipboard(msg tea.Msg) (string, bool) {
	if strings.HasSuffix(typeName(msg), ".setClipboardMsg") {
		return stringOf(msg), true
	}
	return "", false
}

// Settle waits until nothing is under way any more: what waits for a clock or a
// stream goes on waiting.
func (d *Driver) Settle() {
	for {
		synctest.Wait()
		select {
		case msg := <-d.queue:
			d.apply(msg)
		default:
			return
		}
	}
}

// Advance lets time pass. Commands that wait for it go on, in their order.
func (d *Driver) Advance(span time.Duration) {
	over := make(chan struct{})
	clock.Wall{}.AfterFunc(span, func() { close(over) })
	for {
		select {
		case msg := <-d.queue:
			d.apply(msg)
		case <-over:
			d.Settle()
			return
		}
	}
}

// Send gives the model a message, and settles.
func (d *Driver) Send(msg tea.Msg) {
	d.posted = 0
	d.apply(msg)
	d.Settle()
}

// postedPerFrame is how many messages of Post come to a frame, as between two drawings
// of a terminal.
const postedPerFrame = 4

// Post gives the model a message and takes what has been yielded by now, without
// waiting for more: for a test that posts a hundred thousand.
func (d *Driver) Post(msg tea.Msg) {
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		d.width, d.height = size.Width, size.Height
	}
	d.posted++
	d.apply(msg)
	for {
		select {
		case msg := <-d.queue:
			d.apply(msg)
		default:
			return
		}
	}
}

// Press presses keys one after the other and settles after each: "a", "G", "enter",
// "esc", "ctrl+p", "pgdown", "space".
func (d *Driver) Press(names ...string) {
	d.t.Helper()
	for _, name := range names {
		d.Send(Key(d.t, name))
	}
}

// Type presses a key for each letter of text.
func (d *Driver) Type(text string) {
	for _, r := range text {
		d.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// Click presses the left mouse button at a cell of the screen.
func (d *Driver) Click(x, y int) { d.Send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}) }

// Resize changes the terminal's size.
func (d *Driver) Resize(width, height int) {
	d.width, d.height = width, height
	d.Send(tea.WindowSizeMsg{Width: width, Height: height})
}

// Styled is the screen with its colours.
func (d *Driver) Styled() string { return d.model.View().Content }

// Screen is the screen as text, each line without the spaces at its end.
func (d *Driver) Screen() string {
	lines := strings.Split(ansi.Strip(d.Styled()), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// Quit reports whether the model has ended.
func (d *Driver) Quit() bool { return d.quit }

// Clipboard is what was copied last.
func (d *Driver) Clipboard() string { return d.clipboard }

// check holds each frame to the size of the terminal.
func (d *Driver) check() {
	lines := strings.Split(d.Styled(), "\n")
	if d.height > 0 && len(lines) != d.height {
		d.t.Fatalf("a frame of %d lines in a terminal of %d:\n%s", len(lines), d.height, d.Screen())
	}
	for i, line := range lines {
		if d.width <= 0 || len(line) <= d.width {
			continue // no line has more cells than bytes
		}
		if width := ansi.StringWidth(line); width > d.width {
			d.t.Fatalf("line %d takes %d cells of %d: %q", i+1, width, d.width, ansi.Strip(line))
		}
	}
}
