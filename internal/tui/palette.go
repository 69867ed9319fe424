package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/style"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// palette finds a page, a resource or an action by some letters of its name.
type palette struct {
	line    *widget.Line
	entries entries
	// found are the entries that match, the best first.
	found []int
	list  widget.List
}

type entry struct {
	name, kind string
	do         func() tea.Cmd
}

type entries []entry

// String and Len are what the matcher asks for.
func (e entries) String(i int) string { return e[i].name }
func (e entries) Len() int            { return len(e) }

func (s *Shell) newPalette() *palette {
	p := &palette{line: widget.NewLine("")}
	for i, t := range s.tabs {
		p.entries = append(p.entries, entry{t.entry.Name, "page", func() tea.Cmd { return s.show(i) }})
	}
	for _, t := range s.tabs {
		for _, place := range t.entry.Places {
			p.entries = append(p.entries, entry{place.Name, t.entry.Name, func() tea.Cmd { return s.jump(t.entry.ID, place.Target) }})
		}
	}
	if top := s.top(); top != nil {
		for _, a := range s.actions(top) {
			if a.Why == "" {
				p.entries = append(p.entries, entry{present.Clean(a.Title), "action", func() tea.Cmd { return top.own(a.Do()) }})
			}
		}
		p.entries = append(p.entries,
			entry{"keys of this place", "console", func() tea.Cmd { s.over = newHelp(top); return nil }},
			entry{"snapshot of the screen", "console", func() tea.Cmd { return s.snapshot(top) }})
	}
	p.entries = append(p.entries, entry{"times local or UTC", "console", s.turnZone}, entry{"quit", "console", s.quit})
	p.find()
	return p
}

func (p *palette) find() {
	p.found = p.found[:0]
	if p.line.String() == "" {
		for i := range p.entries {
			p.found = append(p.found, i)
		}
	}
	for _, match := range fuzzy.FindFrom(p.line.String(), p.entries) {
		p.found = append(p.found, match.Index)
	}
	p.list = widget.List{}
}

// press takes letters for the line; only the arrows move in the list.
func (p *palette) press(s *Shell, msg tea.KeyPressMsg) (tea.Cmd, bool) {
	switch {
	case key.Matches(msg, keys.Enter):
		if p.list.Cursor >= len(p.found) {
			return nil, false
		}
		s.dismiss()
		return p.entries[p.found[p.list.Cursor]].do(), true
	case msg.Text == "" && p.list.Press(msg):
	case msg.String() == "tab", msg.String() == "ctrl+n":
		p.list.To(p.list.Cursor + 1)
	case msg.String() == "shift+tab", msg.String() == "ctrl+p":
		p.list.To(p.list.Cursor - 1)
	default:
		if p.line.Press(msg) {
			p.find()
		}
	}
	return nil, false
}

func (*palette) typing() bool { return true }

func (p *palette) rows() (*widget.List, int) { return &p.list, 1 }

func (p *palette) paste(text string) {
	p.line.Insert(text)
	p.find()
}

// paletteHeight is how many entries are seen at once.
const paletteHeight = 12

func (p *palette) view(st *style.Style, width, height int) []string {
	width = min(width, 56)
	lines := []string{present.Pad(": "+p.line.View(st, width-2), width)}
	rows := min(height-1, paletteHeight)
	p.list.Resize(len(p.found), rows)
	for row := p.list.First; row < p.list.First+rows; row++ {
		switch {
		case row < len(p.found):
			e := p.entries[p.found[row]]
			name := st.Middle(e.name, width-2-len(e.kind)-2)
			line := present.Pad(name, width-2-len(e.kind)) + st.Hint.Render(e.kind)
			lines = append(lines, st.Row(line, row == p.list.Cursor, false))
		case row == 0:
			lines = append(lines, " nothing is called that")
		default:
			lines = append(lines, "")
		}
	}
	return lines
}
