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

// help shows the keys of this place: the page's own, then those of the shell that do
// something here.
type help struct {
	groups []keyGroup
	list   widget.List
}

type keyGroup struct {
	title string
	keys  []key.Binding
}

func newHelp(f *frame) *help {
	return &help{groups: []keyGroup{{f.page.Title(), f.page.Keys()}, {"Everywhere", f.global()}}}
}

// global are the shell's keys, in the order of the help, without what the page has
// nothing for.
func (f *frame) global() []key.Binding {
	all := []key.Binding{keys.Pages, keys.Back, keys.Quit, keys.Palette}
	if _, _, ok := f.filterable(); ok {
		all = append(all, keys.Filter)
	}
	if len(f.page.Actions()) > 0 {
		all = append(all, keys.Act)
	}
	if _, ok := f.page.(page.Copier); ok {
		all = append(all, keys.Copy)
	}
	if _, ok := f.page.(page.Commander); ok {
		all = append(all, keys.Command)
	}
	if l, ok := f.page.(page.Linker); ok && l.Link() != "" {
		all = append(all, keys.Link)
	}
	return append(all, keys.Zone, keys.Snapshot, keys.Help)
}

func (h *help) press(_ *Shell, msg tea.KeyPressMsg) (tea.Cmd, bool) {
	return nil, !h.list.Press(msg)
}

func (*help) typing() bool { return false }

func (h *help) rows() (*widget.List, int) { return &h.list, -1 }

func (h *help) paste(string) {}

func (h *help) view(st *style.Style, width, height int) []string {
	var lines []string
	columns := max(1, width/28)
	for _, g := range h.groups {
		if len(g.keys) == 0 {
			continue
		}
		lines = append(lines, st.Title.Render(present.Clean(g.title)))
		rows := (len(g.keys) + columns - 1) / columns
		for r := range rows {
			line := ""
			for i := r; i < len(g.keys); i += rows {
				help := g.keys[i].Help()
				line += st.Key.Render(present.Pad(st.KeyName(help.Key), 9)) + " " + present.Pad(help.Desc, 18)
			}
			lines = append(lines, st.Clip(line, width))
		}
	}
	h.list.Window(len(lines), height)
	return lines[h.list.First:min(h.list.First+height, len(lines))]
}
