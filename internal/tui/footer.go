package tui

import (
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
)

// footer is the pages and the main keys, or the filter's line while that is typed.
func (s *Shell) footer() string {
	st := s.host.Style
	if s.filtering != nil {
		return " /" + s.filtering.View(st, s.width-2)
	}
	names, hints := s.footing()
	if s.current < len(names) {
		names[s.current] = st.Chosen.Render(names[s.current])
	}
	left := " " + strings.Join(names, " ")
	return present.Pad(left, s.width-present.Width(hints)-1) + hints
}

// footing is what has room in the footer: the pages with the keys that lead there, and
// keys. The page on the screen has its name always; the others have theirs whole while
// the page's first keys and q have room beside them, short while a and ? have.
func (s *Shell) footing() (names []string, hints string) {
	all := s.hints()
	for _, others := range []struct{ name, keys int }{{100, 5}, {3, 2}, {0, 0}} {
		names = s.pageNames(others.name)
		room := s.width - present.Width(strings.Join(names, " ")) - len("   ") - 1
		shown := all
		for len(shown) > 0 && present.Width(strings.Join(shown, "  ")) > room {
			shown = shown[1:]
		}
		if hints = strings.Join(shown, "  "); len(shown) >= min(others.keys, len(all)) {
			break
		}
	}
	return names, hints
}

// pageNames are the pages, those that are not on the screen with names cut to length.
func (s *Shell) pageNames(length int) []string {
	var names []string
	for i, t := range s.tabs {
		name := t.entry.Name
		if i != s.current {
			name = ansi.Truncate(name, length, "")
		}
		names = append(names, strings.TrimSpace(strconv.Itoa(i+1)+" "+name))
	}
	return names
}

// hints are keys for the footer, the least important first.
func (s *Shell) hints() (out []string) {
	st, top := s.host.Style, s.top()
	add := func(key, what string) { out = append(out, st.Key.Render(st.KeyName(key))+" "+st.Hint.Render(what)) }
	add(":", "go")
	if top != nil {
		if _, _, ok := top.filterable(); ok {
			add("/", "filter")
		}
	}
	leave := "quit"
	if s.somewhere() {
		leave = "back"
	}
	add("q", leave)
	if top != nil {
		for _, own := range slices.Backward(keys.First(top.page.Keys())) {
			add(own.Help().Key, own.Help().Desc)
		}
		if len(top.page.Actions()) > 0 {
			add("a", "act")
		}
	}
	add(keys.Help.Help().Key, keys.Help.Help().Desc)
	return out
}
