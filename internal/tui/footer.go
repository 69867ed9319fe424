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
// keys. The page on the screen has its name always; the others have theirs whole while q
// and the page's two first keys have room beside them, short while the first has.
func (s *Shell) footing() (names []string, hints string) {
	all, main, least := s.hints()
	for _, others := range []struct{ name, choices int }{{100, main + 1}, {3, least + 1}, {0, len(all)}} {
		names = s.pageNames(others.name)
		room := s.width - present.Width(strings.Join(names, " ")) - len("   ") - 1
		for _, choice := range all[:others.choices] {
			if hints = strings.Join(choice, "  "); present.Width(hints) <= room {
				return names, hints
			}
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

// hints are choices of keys for the footer, each with less than the one before, the last
// with nothing. Main is that of q, a, ? and the page's two first keys, least that of a, ?
// and its first.
func (s *Shell) hints() (choices [][]string, main, least int) {
	st, top := s.host.Style, s.top()
	hint := func(key, what string) string { return st.Key.Render(st.KeyName(key)) + " " + st.Hint.Render(what) }
	before, behind := []string{hint(":", "go")}, []string{hint("?", "keys")}
	if top != nil {
		if _, _, ok := top.filterable(); ok {
			before = append(before, hint("/", "filter"))
		}
		for _, own := range slices.Backward(keys.First(top.page.Keys())) {
			before = append(before, hint(own.Help().Key, own.Help().Desc))
		}
		if len(top.page.Actions()) > 0 {
			behind = slices.Insert(behind, 0, hint("a", "act"))
		}
	}
	leave := "quit"
	if s.somewhere() {
		leave = "back"
	}
	main = max(len(before)-2, 0)
	for i := range main + 1 {
		choices = append(choices, slices.Concat(before[i:], []string{hint("q", leave)}, behind))
	}
	less := slices.Concat(before[main:], behind)
	for i := range len(less) + 1 {
		choices = append(choices, less[i:])
	}
	return choices, main, len(choices) - len(behind) - 2
}
