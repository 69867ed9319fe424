package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// deepest is how many pages may lie on one another; then the lowest but the tab's
// own goes, with all that it holds.
const deepest = 10

// tab is a page of the footer, and what was opened on top of it.
type tab struct {
	entry page.Entry
	stack []*frame
}

// frame is a page that is open.
type frame struct {
	number int
	page   page.Page
	// data is when what the page shows was true.
	data time.Time
}

// filterable is the page where it has lines to filter now, and the filter's text.
func (f *frame) filterable() (filterable page.Filterable, text string, ok bool) {
	if filterable, ok = f.page.(page.Filterable); ok {
		text, ok = filterable.FilterText()
	}
	return filterable, text, ok
}

// routed is what a page's command yielded, on its way back to the page.
type routed struct {
	to  int
	msg tea.Msg
}

// own has what the command yields come back to this page.
func (f *frame) own(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() tea.Msg {
		switch msg := cmd().(type) {
		case nil:
			return nil
		case tea.BatchMsg:
			owned := make(tea.BatchMsg, len(msg))
			for i, each := range msg {
				owned[i] = f.own(each)
			}
			return owned
		default:
			return routed{f.number, msg}
		}
	}
}

// deliver gives a message to its page, or takes it where it asks the shell. One
// whose page is closed is dropped.
func (s *Shell) deliver(r routed) tea.Cmd {
	for _, t := range s.tabs {
		for _, f := range t.stack {
			if f.number != r.to {
				continue
			}
			switch r.msg.(type) {
			case page.Go, page.Say, page.Fail, page.Copy, page.Ask, page.Prompt, page.Edit, page.Run, page.Fresh, snapped:
				return s.serve(f, r.msg)
			}
			cmd := f.own(f.page.Update(r.msg))
			if m, ok := s.over.(*menu); ok && m.from == f {
				m.refresh(s.actions(f))
			}
			return cmd
		}
	}
	return nil
}

// top is the page on the screen, nil before the first.
func (s *Shell) top() *frame {
	if s.current >= len(s.tabs) {
		return nil
	}
	if stack := s.tabs[s.current].stack; len(stack) > 0 {
		return stack[len(stack)-1]
	}
	return nil
}

// show brings a tab to the screen as it was left; the current one goes back to its
// own page.
func (s *Shell) show(i int) tea.Cmd {
	if i >= len(s.tabs) {
		return nil
	}
	if top := s.top(); top != nil && i == s.current {
		var cmds []tea.Cmd
		for len(s.tabs[i].stack) > 1 {
			cmds = append(cmds, s.pop())
		}
		return tea.Batch(cmds...)
	}
	hidden := s.notify(page.Hidden{})
	s.current = i
	if s.top() != nil {
		return tea.Batch(hidden, s.notify(page.Shown{}))
	}
	return tea.Batch(hidden, s.push(s.tabs[i].entry, page.Target{}))
}

// push opens a page over the current one.
func (s *Shell) push(entry page.Entry, target page.Target) tea.Cmd {
	t := s.tabs[s.current]
	hidden := s.notify(page.Hidden{})
	if len(t.stack) == deepest {
		t.stack[1].page.Close()
		t.stack = append(t.stack[:1], t.stack[2:]...)
	}
	s.opened++
	f := &frame{number: s.opened, page: entry.Open(s.host, target)}
	t.stack = append(t.stack, f)
	return tea.Batch(hidden, f.own(f.page.Init()), s.notify(page.Shown{}))
}

// pop leaves the page on the screen for the one below it.
func (s *Shell) pop() tea.Cmd {
	t := s.tabs[s.current]
	last := len(t.stack) - 1
	t.stack[last].page.Close()
	t.stack = t.stack[:last]
	return s.notify(page.Shown{})
}

// notify tells the page on the screen.
func (s *Shell) notify(msg tea.Msg) tea.Cmd {
	if top := s.top(); top != nil {
		return top.own(top.page.Update(msg))
	}
	return nil
}

// somewhere reports whether there is anything to leave but the console.
func (s *Shell) somewhere() bool {
	top := s.top()
	if top == nil {
		return false
	}
	backer, ok := top.page.(page.Backer)
	_, text, _ := top.filterable()
	return s.current > 0 || len(s.tabs[s.current].stack) > 1 || ok && backer.Inside() || text != ""
}

// back leaves an inner place of the page, or the page, or the tab. It reports
// whether there was anything to leave.
func (s *Shell) back() (tea.Cmd, bool) {
	top := s.top()
	if top == nil {
		return nil, false
	}
	if backer, ok := top.page.(page.Backer); ok && backer.Inside() {
		backer.Back()
		return nil, true
	}
	if f, text, _ := top.filterable(); text != "" {
		return top.own(f.Filter("")), true
	}
	switch {
	case len(s.tabs[s.current].stack) > 1:
		return s.pop(), true
	case s.current > 0:
		return s.show(0), true
	}
	return nil, false
}

// jump opens the page that a target is of.
func (s *Shell) jump(to page.ID, target page.Target) tea.Cmd {
	if top := s.top(); top != nil {
		if t, ok := top.page.(page.Traveller); ok {
			target = target.With(t.Travels())
		}
	}
	for _, t := range s.tabs {
		if t.entry.ID == to {
			return s.push(t.entry, target)
		}
	}
	return s.serve(s.top(), page.Fail{Err: problem.New(problem.NotFound, "this console has no page %s", to)})
}
