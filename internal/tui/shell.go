// Package tui is the console's shell: the one model of Bubble Tea, which routes
// messages to the pages, lays the screen out, and owns the dialogs, the palette and
// the way back.
//
// Pages are packages of their own below it (package page says what one is); the
// shell imports none of them, and neither does it know a domain. keyvex tui puts
// both together.
package tui

import (
	"image"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// Shell is the console's model.
type Shell struct {
	host *page.Host
	// tabs are the pages of the footer, each with what was opened on top of it.
	tabs    []*tab
	current int
	// opened counts the pages ever made; their numbers route messages.
	opened int
	// over is what lies over the page and has the keys; nil most of the time.
	over overlay
	// box is where it was drawn last, without its frame.
	box image.Rectangle
	// filtering is set while / is being typed.
	filtering *widget.Line
	notice    notice
	// budget is what asking costs.
	budget metrics.Budget
	wheel  wheel

	width, height int
	quitting      bool
	// editor opens a text in an editor; folder takes the snapshots.
	editor  editor
	command func(page.Run) (tea.ExecCommand, error)
	folder  string
	// program is what runs the shell, once it does.
	program atomic.Pointer[tea.Program]
}

// Options are what a shell is made of.
type Options struct {
	Host  *page.Host
	Pages []page.Entry
	// Editor is the command line of the operator's editor.
	Editor string
	// Command makes the command of a page's Run, or says why it may not be run.
	Command func(page.Run) (tea.ExecCommand, error)
	// Folder is where snapshots are written.
	Folder string
}

// New makes a shell that opens on the first of the pages.
func New(o Options) *Shell {
	s := &Shell{host: o.Host, editor: editor(o.Editor), command: o.Command, folder: o.Folder}
	for _, entry := range o.Pages {
		s.tabs = append(s.tabs, &tab{entry: entry})
	}
	return s
}

// second is the header's clock, which runs more slowly unwatched.
type second struct{}

func (s *Shell) tick() tea.Cmd {
	every := time.Second
	if !s.host.Focused {
		every = 10 * time.Second
	}
	now := s.host.Now()
	return s.host.After(now.Truncate(every).Add(every).Sub(now), second{})
}

// Init opens the first page.
func (s *Shell) Init() tea.Cmd { return tea.Batch(s.tick(), s.show(0)) }

// Update takes a message: of the terminal, of a page's command, of the shell's own.
func (s *Shell) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case routed:
		return s, s.deliver(msg)
	case tea.WindowSizeMsg:
		return s, s.resize(msg)
	case tea.KeyPressMsg:
		return s, s.press(msg)
	case tea.PasteMsg:
		return s, s.paste(msg)
	case tea.MouseMsg:
		return s, s.mouse(msg)
	case tea.FocusMsg:
		return s, s.focus(true)
	case tea.BlurMsg:
		return s, s.focus(false)
	case second:
		return s, s.tick()
	case wheelTurned:
		return s, s.turn()
	case noticeOver:
		s.notice.expire(msg)
	case page.Say, page.Fail, page.Copy:
		return s, s.serve(s.top(), msg)
	case page.Prompt:
		return s, s.serve(nil, msg)
	}
	return s, nil
}

// redraw draws everything anew after a change of size. A frame that was under way then
// has told the terminal to scroll the lines of its old size alone, which it would go on
// to do: that is taken back first.
var redraw = tea.Sequence(tea.Raw(ansi.SetTopBottomMargins(0, 0)), tea.ClearScreen)

// resize takes the terminal's size. What tells it for the first time, or again after a
// command had the terminal, changes nothing: taking margins back moves the cursor to the top
// of the screen, which there may still be the one that the console was started on.
func (s *Shell) resize(to tea.WindowSizeMsg) tea.Cmd {
	first, same := s.width == 0, s.width == to.Width && s.height == to.Height
	if s.width, s.height = to.Width, to.Height; first || same {
		return nil
	}
	return redraw
}

func (s *Shell) focus(focused bool) tea.Cmd {
	if s.host.Focused == focused {
		return nil
	}
	s.host.Focused = focused
	return s.tell(page.Focus{})
}

// tell sends a notice to all pages that are open.
func (s *Shell) tell(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, t := range s.tabs {
		for _, f := range t.stack {
			cmds = append(cmds, f.own(f.page.Update(msg)))
		}
	}
	return tea.Batch(cmds...)
}

// Close ends all pages.
func (s *Shell) Close() {
	for _, t := range s.tabs {
		for _, f := range t.stack {
			f.page.Close()
		}
		t.stack = nil
	}
}
