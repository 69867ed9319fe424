package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// menu is what can be done on a page: the only way to a write.
type menu struct {
	from    *frame
	actions []page.Action
	list    widget.List
}

func (s *Shell) menu(f *frame) tea.Cmd {
	actions := s.actions(f)
	if len(actions) == 0 {
		return s.say("there is nothing to do here", present.Dim)
	}
	m := &menu{from: f, actions: actions}
	m.list.Resize(len(actions), len(actions))
	for i, a := range actions {
		if a.Why == "" {
			m.list.To(i)
			break
		}
	}
	s.over = m
	return nil
}

// actions are the page's; where nothing is written, they say so.
func (s *Shell) actions(f *frame) []page.Action {
	actions := f.page.Actions()
	for i := range actions {
		if s.host.ReadOnly && !actions[i].Reads {
			actions[i].Why = "read-only"
		}
	}
	return actions
}

// refresh takes over whether an action can be done now. None comes, goes or moves under
// the fingers.
func (m *menu) refresh(actions []page.Action) {
	for _, now := range actions {
		for i, a := range m.actions {
			if a.Key == now.Key && a.Title == now.Title {
				m.actions[i] = now
			}
		}
	}
}

func (m *menu) press(s *Shell, msg tea.KeyPressMsg) (tea.Cmd, bool) {
	for i, a := range m.actions {
		if a.Key != "" && msg.String() == a.Key {
			m.list.To(i)
			return m.start(s)
		}
	}
	switch {
	case m.list.Press(msg):
	case key.Matches(msg, keys.Enter):
		return m.start(s)
	case key.Matches(msg, keys.Quit), key.Matches(msg, keys.Act):
		return nil, true
	}
	return nil, false
}

func (m *menu) start(s *Shell) (tea.Cmd, bool) {
	a := m.actions[m.list.Cursor]
	if a.Why != "" {
		return s.say("not now: "+a.Why, present.Dim), false
	}
	return m.from.own(a.Do()), true
}

func (*menu) typing() bool { return false }

func (m *menu) rows() (*widget.List, int) { return &m.list, 1 }

func (m *menu) paste(string) {}

func (m *menu) view(st *style.Style, width, height int) []string {
	lines := []string{st.Title.Render("Actions")}
	m.list.Resize(len(m.actions), height-1)
	for i := m.list.First; i < min(m.list.First+m.list.Height, len(m.actions)); i++ {
		a := m.actions[i]
		line := st.Key.Render(present.Pad(a.Key, 2)) + present.Clean(a.Title)
		if a.Why != "" {
			why := " (" + present.Clean(a.Why) + ")"
			title := st.Middle(present.Clean(a.Title), max(width-len("> p ")-present.Width(why), 8))
			line = st.Paint(present.Dim, present.Pad(a.Key, 2)+title+why)
		}
		lines = append(lines, st.Clip(st.Row(line, i == m.list.Cursor, false), width))
	}
	return lines
}
