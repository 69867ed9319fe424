// Package stacks is the console's page of the CloudFormation stacks: how each stands,
// its outputs, and what happened in the last operation of one. What changes a stack is
// keyvex deploy itself.
package stacks

import (
	"context"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// Source is what the page is told by package deploy.
type Source interface {
	Status(context.Context) ([]deploy.StackStatus, error)
	Outputs(context.Context) ([]deploy.Output, error)
	LastOperation(context.Context, platform.Stack) ([]deploy.PastEvent, error)
}

// Options are what the page needs.
type Options struct {
	// Connect opens the way to AWS, or gives the one that is open.
	Connect func(context.Context) (Source, error)
}

// state is the stacks with their outputs.
type state struct {
	stacks  []deploy.StackStatus
	outputs []deploy.Output
}

// Page is the page: the list of stacks, and over it the events of one.
type Page struct {
	Options
	host   *page.Host
	ctx    context.Context
	cancel context.CancelFunc

	state page.Reading[state]
	list  widget.List
	// moved is set once the cursor is where it should be at first.
	moved bool
	// open is the stack whose events are shown, empty for the list; direct is set where
	// a jump led to it, past the list.
	open   platform.Stack
	direct bool
	events page.Reading[[]deploy.PastEvent]
	past   widget.List
	// rows are the events' lines, as they were drawn last, top the event drawn first.
	rows   [][]string
	top    int
	hidden bool
	// round counts the plans to read again: only the last one counts.
	round int
}

// New makes the page, on the stack that the target names if it names one.
func New(host *page.Host, target page.Target, o Options) *Page {
	p := &Page{Options: o, host: host, open: target.Stack, direct: target.Stack != "", moved: target.Stack != ""}
	p.ctx, p.cancel = context.WithCancel(host.Context)
	p.list.Resize(len(platform.Stacks), len(platform.Stacks))
	p.list.To(max(slices.Index(platform.Stacks, target.Stack), 0))
	return p
}

// Title is the stack whose events are shown, or the page's own.
func (p *Page) Title() string {
	if p.open != "" {
		return string(p.open)
	}
	return "Stacks"
}

// Init reads the stacks.
func (p *Page) Init() tea.Cmd { return p.read() }

// Close ends the reading.
func (p *Page) Close() { p.cancel() }

// read reads the stacks, and the events where they are shown.
func (p *Page) read() tea.Cmd {
	cmds := []tea.Cmd{page.ReadFrom(p.ctx, &p.state, p.Connect, func(source Source, ctx context.Context) (s state, err error) {
		if s.stacks, err = source.Status(ctx); err == nil {
			s.outputs, err = source.Outputs(ctx)
		}
		return s, err
	})}
	if stack := p.open; stack != "" {
		cmds = append(cmds, page.ReadFrom(p.ctx, &p.events, p.Connect, func(source Source, ctx context.Context) ([]deploy.PastEvent, error) {
			return source.LastOperation(ctx, stack)
		}))
	}
	return tea.Batch(cmds...)
}

// choose puts the cursor on the first stack that is broken, once.
func (p *Page) choose() {
	for i, s := range p.state.Value.stacks {
		if !p.moved && present.StackState(s.Status) == present.Broken {
			p.list.To(i)
			p.moved = true
		}
	}
	p.moved = p.moved || p.state.Err == nil
}

// again has the stacks read again.
type again int

// A stack that is being changed is read often.
const readEvery, readWorking = time.Minute, 5 * time.Second

// plan has the next reading wait for its time.
func (p *Page) plan() tea.Cmd {
	p.round++
	every := readEvery
	if slices.ContainsFunc(p.state.Value.stacks, func(s deploy.StackStatus) bool { return present.StackState(s.Status) == present.Working }) {
		every = readWorking
	}
	return p.host.After(every, again(p.round))
}

// Update takes what was read, keys and clicks.
func (p *Page) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.Read[state]:
		if p.state.Take(msg, p.host.Now()) {
			p.choose()
			return tea.Batch(p.plan(), page.Send(page.Fresh{At: p.state.At}))
		}
	case page.Read[[]deploy.PastEvent]:
		p.take(msg)
	case again:
		if int(msg) == p.round && !p.hidden && p.host.Focused {
			return p.read()
		}
	case page.Ran:
		return p.read()
	case page.Hidden:
		p.hidden = true
	case page.Shown:
		if p.hidden {
			p.hidden = false
			return p.read()
		}
	case page.Focus:
		if p.host.Focused && !p.hidden {
			return p.read()
		}
	case page.Wheel:
		p.cursor().Scroll(msg.Lines)
	case page.Click:
		return p.click(msg)
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

// take keeps events, and the cursor on its own while newer ones come above it. That on
// the newest stays on the newest.
func (p *Page) take(events page.Read[[]deploy.PastEvent]) {
	was, at := p.events.Value, p.past.Cursor
	if !p.events.Take(events, p.host.Now()) || at == 0 || at >= len(was) {
		return
	}
	if i := slices.Index(p.events.Value, was[at]); i >= 0 {
		p.past.Resize(len(p.events.Value), p.past.Height)
		p.past.To(i)
	}
}

// cursor is that of the list on the screen.
func (p *Page) cursor() *widget.List {
	if p.open != "" {
		return &p.past
	}
	return &p.list
}

func (p *Page) press(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case p.cursor().Press(msg):
	case key.Matches(msg, keys.Refresh):
		return p.read()
	case key.Matches(msg, keys.Enter):
		return p.enter()
	case key.Matches(msg, keys.Error):
		p.failure(1)
	case key.Matches(msg, keys.ErrorUp):
		p.failure(-1)
	}
	return nil
}

// enter opens the events of the stack under the cursor.
func (p *Page) enter() tea.Cmd {
	if p.open != "" {
		return nil
	}
	p.open, p.past = platform.Stacks[p.list.Cursor], widget.List{}
	p.events.Forget()
	return p.read()
}

// failure goes to the next event that tells of one.
func (p *Page) failure(by int) {
	if p.open == "" {
		return
	}
	for i := p.past.Cursor + by; i >= 0 && i < len(p.events.Value); i += by {
		if present.StackState(p.events.Value[i].Status) == present.Broken {
			p.past.To(i)
			return
		}
	}
}

func (p *Page) click(at page.Click) tea.Cmd {
	if p.open != "" {
		p.clickEvent(at.Y - 1)
		return nil
	}
	row := at.Y - headLines
	switch {
	case row < 0 || row >= p.list.Rows:
		return nil
	case row == p.list.Cursor:
		return p.enter()
	}
	p.list.To(row)
	return nil
}

// clickEvent chooses the event of a line below the title.
func (p *Page) clickEvent(line int) {
	for i := p.top; i < len(p.rows) && line >= 0; i++ {
		if line -= len(p.rows[i]); line < 0 {
			p.past.To(i)
		}
	}
}

// Inside reports whether a stack is open that was chosen here.
func (p *Page) Inside() bool { return p.open != "" && !p.direct }

// Back leaves the events.
func (p *Page) Back() { p.open = "" }

// Keys are the page's own.
func (p *Page) Keys() []key.Binding {
	if p.open != "" {
		return keys.Of(keys.Error, keys.ErrorUp, keys.Refresh)
	}
	return keys.Of(keys.Enter, keys.Refresh)
}

// Actions are keyvex's own commands, run in the console's terminal: they show what would
// change, and ask before they write.
func (p *Page) Actions() []page.Action {
	run := func(r page.Run) func() tea.Cmd { return func() tea.Cmd { return page.Send(r) } }
	return []page.Action{
		{Key: "c", Title: "what a deploy of this build would change", Reads: true, Do: run(page.Run{Args: []string{"diff"}})},
		{Key: "d", Title: "deploy this build", Do: run(page.Run{Args: []string{"deploy"}, Writes: true})},
		{Key: "u", Title: "all outputs", Reads: true, Do: run(page.Run{Args: []string{"outputs"}})},
	}
}

// Copy is the name of the stack, or the event under the cursor.
func (p *Page) Copy() string {
	if p.open != "" {
		if p.past.Cursor < len(p.events.Value) {
			e := p.events.Value[p.past.Cursor]
			return present.Clean(e.At.UTC().Format(time.RFC3339) + " " + e.LogicalID + " " + e.Status + " " + e.Reason)
		}
		return ""
	}
	if p.list.Cursor < len(p.state.Value.stacks) {
		return p.state.Value.stacks[p.list.Cursor].Name
	}
	return ""
}

// Command is the command that shows the same.
func (p *Page) Command() string { return "keyvex status -e " + p.host.Where.Environment }

// Link is the stack in AWS's own console.
func (p *Page) Link() string {
	name := platform.Environment{Name: p.host.Where.Environment}.StackName(platform.Stacks[p.list.Cursor])
	return p.host.AWSConsole("cloudformation", "/stacks?filteringText="+name)
}
