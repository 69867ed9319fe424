package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// Terminal control: what a live region needs.
const (
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	clearLine  = "\x1b[K"
	clearBelow = "\x1b[J"
)

// live draws the tree of a run over itself, at the bottom of a terminal.
type live struct {
	*app
	tree *present.DeployTree
	// look is asked before each drawing: windows change their size.
	look func() present.Look
	// drawn are the lines on the screen, the cursor being below the last.
	drawn  []string
	hidden bool
	// asking is set while the cursor stands behind a question, below what is drawn,
	// and nothing is drawn over what is being typed.
	asking bool
	// keep leaves the tree on the screen after a success, too.
	keep bool
}

func (l *live) event(e deploy.Event) { l.tree.Apply(forPeople(e)) }

func (l *live) tick(now time.Time) {
	look := l.look()
	if lines := l.tree.Lines(look, now); !l.asking && !slices.Equal(lines, l.drawn) {
		l.draw(look, lines)
	}
}

// draw writes the lines over those before. After a resize these may take more rows
// than lines, since the terminal has wrapped them anew.
func (l *live) draw(look present.Look, lines []string) {
	var frame strings.Builder
	if !l.hidden {
		l.hidden = true
		frame.WriteString(hideCursor)
	}
	frame.WriteString(l.rewind(look))
	for _, line := range lines {
		frame.WriteString(line + clearLine + "\n")
	}
	frame.WriteString(clearBelow)
	fmt.Fprint(l.err, frame.String())
	l.drawn = lines
}

// rewind moves the cursor to the first row of what is drawn.
func (l *live) rewind(look present.Look) string {
	rows := 0
	for _, line := range l.drawn {
		rows += max(1, (present.Width(line)+look.Width-1)/look.Width)
	}
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\r", rows)
}

// ask shows a question; an empty one says that it was answered, which has taken
// the cursor to the next row.
func (l *live) ask(question string) {
	if question != "" {
		l.tick(l.clock.Now())
		fmt.Fprint(l.err, showCursor+"\r"+clearLine+question) // over the ^C of the terminal
		l.asking, l.hidden = true, false
		return
	}
	l.asking = false
	l.drawn = append(l.drawn, "")
	l.tick(l.clock.Now())
}

func (l *live) end(failed bool) {
	if l.asking { // nobody answered
		fmt.Fprintln(l.err)
		l.ask("")
	}
	look := l.look()
	if !failed && !l.keep {
		fmt.Fprint(l.err, l.rewind(look)+clearBelow)
		l.drawn = nil
	} else {
		look.Height = 0
		l.draw(look, l.tree.Lines(look, l.clock.Now()))
	}
	fmt.Fprint(l.err, showCursor)
}

// logged writes the same run as lines that are never drawn over.
type logged struct {
	*app
	tree   *present.DeployTree
	states map[string]deploy.State
	last   time.Time
}

// silence is after how long without a line a log says that the run still lives.
const silence = 10 * time.Second

func (l *logged) event(e deploy.Event) {
	e = forPeople(e)
	l.tree.Apply(e)
	line := present.DeployLine(e, l.states[e.Stack.Name])
	if e.Stack.Name != "" {
		l.states[e.Stack.Name] = e.Stack.State
	}
	if line != "" {
		l.say(line, l.clock.Now())
	}
}

func (l *logged) tick(now time.Time) {
	if now.Sub(l.last) >= silence {
		l.say(l.tree.Heartbeat(now), now)
	}
}

func (l *logged) say(line string, now time.Time) {
	l.last = now
	fmt.Fprintln(l.err, line)
}

func (l *logged) ask(question string) {
	if question != "" {
		fmt.Fprint(l.err, question)
	}
}
func (l *logged) end(bool) {}

// forPeople calls the event's resources by their paths in the CDK app, "MainTable"
// instead of "MainTable74195DAB".
func forPeople(e deploy.Event) deploy.Event {
	stack := e.Stack.Stack
	if e.Resource.LogicalID != "" {
		e.Resource.LogicalID = assembly.Path(stack, e.Resource.LogicalID)
	}
	if e.Stack.ReasonResource != "" {
		e.Stack.ReasonResource = assembly.Path(stack, e.Stack.ReasonResource)
	}
	return e
}

// recorded writes the events as JSON lines.
type recorded struct{ *app }

func (r *recorded) event(e deploy.Event) {
	if e.Kind != deploy.DoneEvent { // the command writes that one, with the outputs
		_ = r.record(present.Event(e))
	}
}
func (r *recorded) tick(time.Time) {}
func (r *recorded) ask(string)     {}
func (r *recorded) end(bool)       {}

// watch picks the way of showing a run that fits the streams.
func (a *app) watch(title, detail string) watcher {
	now := a.clock.Now()
	tree := &present.DeployTree{Title: title, Detail: detail, Started: now}
	switch {
	case a.flags.json:
		return &recorded{a}
	case a.moves():
		return &live{app: a, tree: tree, look: a.errLook, keep: !a.terminal.out}
	}
	return &logged{app: a, tree: tree, states: map[string]deploy.State{}, last: now}
}
