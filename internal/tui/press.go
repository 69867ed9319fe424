package tui

import (
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// press gives a key to whom it is for: what lies over the page, the filter's line, the
// shell, the page.
func (s *Shell) press(msg tea.KeyPressMsg) tea.Cmd {
	if key.Matches(msg, keys.Stop) {
		return s.quit()
	}
	if s.over != nil {
		return s.answer(msg)
	}
	if s.filtering != nil {
		return s.typeFilter(msg)
	}
	top := s.top()
	if top == nil {
		return nil
	}
	if cmd, taken := s.global(top, msg); taken {
		return cmd
	}
	return top.own(top.page.Update(msg))
}

// global does what the shell's own keys say.
func (s *Shell) global(top *frame, msg tea.KeyPressMsg) (tea.Cmd, bool) {
	switch {
	case key.Matches(msg, keys.Pages):
		return s.show(slices.Index(keys.Pages.Keys(), msg.String())), true
	case key.Matches(msg, keys.Back):
		cmd, _ := s.back()
		return cmd, true
	case key.Matches(msg, keys.Quit):
		cmd, left := s.back()
		if !left {
			return s.quit(), true
		}
		return cmd, true
	case key.Matches(msg, keys.Palette):
		s.over = s.newPalette()
	case key.Matches(msg, keys.Help):
		s.over = newHelp(top)
	case key.Matches(msg, keys.Act):
		return s.menu(top), true
	case key.Matches(msg, keys.Filter):
		_, text, ok := top.filterable()
		if ok {
			s.filtering = widget.NewLine(text)
		}
		return nil, ok
	case key.Matches(msg, keys.Zone):
		return s.turnZone(), true
	case key.Matches(msg, keys.Snapshot):
		return s.snapshot(top), true
	default:
		return s.copy(top, msg)
	}
	return nil, true
}

// copy is y, Y and o: what the page says of the thing under the cursor.
func (s *Shell) copy(top *frame, msg tea.KeyPressMsg) (tea.Cmd, bool) {
	var text, what string
	switch {
	case key.Matches(msg, keys.Copy):
		if c, ok := top.page.(page.Copier); ok {
			text = c.Copy()
		}
		what = present.Count(len([]rune(text)), "character")
	case key.Matches(msg, keys.Command):
		if c, ok := top.page.(page.Commander); ok {
			text = c.Command()
		}
		what = text
	case key.Matches(msg, keys.Link):
		if c, ok := top.page.(page.Linker); ok {
			text = c.Link()
		}
		what = text
	default:
		return nil, false
	}
	if text == "" {
		return s.say("there is nothing to copy here", present.Dim), true
	}
	return s.serve(top, page.Copy{Text: text, What: what}), true
}

// paste goes where text is being typed, and nowhere else.
func (s *Shell) paste(msg tea.PasteMsg) tea.Cmd {
	text := present.Clean(msg.Content)
	switch {
	case s.over != nil:
		s.over.paste(text)
	case s.filtering != nil:
		s.filtering.Insert(text)
		return s.refilter()
	}
	return nil
}

// typeFilter edits the filter's line; the page filters as it is typed.
func (s *Shell) typeFilter(msg tea.KeyPressMsg) tea.Cmd {
	switch msg.String() {
	case "enter":
		s.filtering = nil
		return nil
	case "esc":
		s.filtering.Clear()
		cmd := s.refilter()
		s.filtering = nil
		return cmd
	case "up", "down", "pgup", "pgdown": // the list moves while the line is typed
		return s.notify(msg)
	}
	if s.filtering.Press(msg) {
		return s.refilter()
	}
	return nil
}

func (s *Shell) refilter() tea.Cmd {
	top := s.top()
	if f, _, ok := top.filterable(); ok {
		return top.own(f.Filter(s.filtering.String()))
	}
	return nil
}

// turnZone changes between local time and UTC.
func (s *Shell) turnZone() tea.Cmd {
	zone, name := time.UTC, "UTC"
	if s.host.Zone == time.UTC {
		zone, name = time.Local, "local"
	}
	s.host.Zone = zone
	s.host.Version++
	return s.say("times are "+name, present.Dim)
}
