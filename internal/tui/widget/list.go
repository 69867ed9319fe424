package widget

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/tui/keys"
)

// List is the cursor in a list of which a window is seen. It holds no rows: tell it
// how many there are with Resize, and draw those from First to First+Height.
type List struct {
	// Cursor is the row under the cursor, First the topmost that is seen.
	Cursor, First int
	// Rows is how many there are, Height how many are seen.
	Rows, Height int
}

// Resize sets how many rows there are and how many are seen, and keeps the cursor
// among both.
func (l *List) Resize(rows, height int) {
	l.Rows, l.Height = rows, max(height, 1)
	l.To(l.Cursor)
}

// Window is Resize for a text that has no cursor: what is seen is moved itself.
func (l *List) Window(rows, height int) {
	l.Resize(rows, height)
	l.Cursor = min(l.Cursor, max(rows-l.Height, 0))
	l.First = l.Cursor
}

// To puts the cursor on a row, or the nearest that there is.
func (l *List) To(row int) {
	l.Cursor = min(max(row, 0), max(l.Rows-1, 0))
	l.First = min(max(l.First, l.Cursor-l.Height+1), l.Cursor)
	l.First = max(min(l.First, l.Rows-l.Height), 0)
}

// Scroll moves the window by lines, and the cursor with it.
func (l *List) Scroll(lines int) { l.To(l.Cursor + lines) }

// Press moves the cursor by a key, and reports whether the key was of that kind.
func (l *List) Press(msg tea.KeyPressMsg) bool {
	switch {
	case key.Matches(msg, keys.Up):
		l.To(l.Cursor - 1)
	case key.Matches(msg, keys.Down):
		l.To(l.Cursor + 1)
	case key.Matches(msg, keys.PageUp):
		l.To(l.Cursor - l.Height)
	case key.Matches(msg, keys.PageDown):
		l.To(l.Cursor + l.Height)
	case key.Matches(msg, keys.Top):
		l.To(0)
	case key.Matches(msg, keys.Bottom):
		l.To(l.Rows - 1)
	default:
		return false
	}
	return true
}
