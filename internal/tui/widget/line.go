// Package widget has what more than one page, or a page and the shell, are made of.
package widget

import (
	"slices"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// Line is a line of text that is being typed. It is small enough that no library is
// linked in for it: that of Bubbles looks for clipboard programs at each start of
// the process, whatever the command.
type Line struct {
	text   []rune
	cursor int
}

// NewLine has the cursor behind text.
func NewLine(text string) *Line {
	l := &Line{text: []rune(text)}
	l.cursor = len(l.text)
	return l
}

func (l *Line) String() string { return string(l.text) }

// Clear empties the line.
func (l *Line) Clear() { l.text, l.cursor = nil, 0 }

// Insert puts text where the cursor is.
func (l *Line) Insert(text string) {
	added := []rune(present.Clean(text))
	l.text = slices.Insert(l.text, l.cursor, added...)
	l.cursor += len(added)
}

// Press takes a key and reports whether the text has changed.
func (l *Line) Press(msg tea.KeyPressMsg) bool {
	before := l.String()
	switch msg.String() {
	case "left", "ctrl+b":
		l.cursor = max(l.cursor-1, 0)
	case "right", "ctrl+f":
		l.cursor = min(l.cursor+1, len(l.text))
	case "home", "ctrl+a":
		l.cursor = 0
	case "end", "ctrl+e":
		l.cursor = len(l.text)
	case "backspace", "ctrl+h":
		l.cut(l.cursor-1, l.cursor)
	case "delete", "ctrl+d":
		l.cut(l.cursor, l.cursor+1)
	case "ctrl+w", "alt+backspace":
		l.cut(l.wordBefore(), l.cursor)
	case "ctrl+u":
		l.cut(0, l.cursor)
	case "ctrl+k":
		l.cut(l.cursor, len(l.text))
	default:
		if msg.Mod&^tea.ModShift == 0 {
			l.text = slices.Insert(l.text, l.cursor, printable(msg.Text)...)
			l.cursor += len(printable(msg.Text))
		}
	}
	return l.String() != before
}

func printable(text string) []rune {
	return slices.DeleteFunc([]rune(text), unicode.IsControl)
}

func (l *Line) cut(from, to int) {
	from, to = max(from, 0), min(to, len(l.text))
	if from < to {
		l.text = slices.Delete(l.text, from, to)
		l.cursor = from
	}
}

func (l *Line) wordBefore() int {
	at := l.cursor
	for at > 0 && unicode.IsSpace(l.text[at-1]) {
		at--
	}
	for at > 0 && !unicode.IsSpace(l.text[at-1]) {
		at--
	}
	return at
}

// View draws the line with its cursor, scrolled so that the cursor is within width
// cells.
func (l *Line) View(s *style.Style, width int) string {
	under, after := " ", ""
	if l.cursor < len(l.text) {
		under, after = string(l.text[l.cursor]), string(l.text[l.cursor+1:])
	}
	from := 0
	for from < l.cursor && present.Width(string(l.text[from:l.cursor])) > width-2 {
		from++
	}
	head := string(l.text[from:l.cursor])
	return s.Clip(head+s.Chosen.Render(under)+after, width)
}
