// Package keys has all keys of the console. Some the shell takes itself; pages take what
// is theirs of the others, so that a key means the same everywhere.
//
// Nothing that destroys is on a key: every write is in the menu behind Act.
package keys

import (
	"slices"

	"charm.land/bubbles/v2/key"
)

func bind(help, what string, names ...string) key.Binding {
	return key.NewBinding(key.WithKeys(names...), key.WithHelp(help, what))
}

// Moving in lists.
var (
	Up       = bind("↑ k", "up", "up", "k")
	Down     = bind("↓ j", "down", "down", "j")
	PageUp   = bind("PgUp", "a screen up", "pgup")
	PageDown = bind("PgDn", "a screen down", "pgdown")
	Top      = bind("g", "first", "g", "home")
	Bottom   = bind("G", "last", "G", "end")
	Left     = bind("← h", "left", "left", "h")
	Right    = bind("→", "right", "right")
	Enter    = bind("enter", "open", "enter")
	Panel    = bind("tab", "next panel", "tab")
)

// What pages do with what is under the cursor.
var (
	Logs        = bind("l", "logs", "l")
	Metric      = bind("m", "metric", "m")
	Mark        = bind("space", "mark", "space", " ")
	Next        = bind("n", "next match", "n")
	Previous    = bind("N", "match before", "N")
	Neighbour   = bind("↑ ↓", "its others", "up", "down", "k", "j", "tab")
	NextOne     = bind("n", "next", "n")
	PreviousOne = bind("N", "one before", "N")
	Causes      = bind("tab", "causes", "tab")
	Error       = bind("e", "next error", "e")
	ErrorUp     = bind("E", "error before", "E")
	Earlier     = bind("[", "earlier", "[")
	Later       = bind("]", "later", "]")
	ZoomIn      = bind("+", "zoom in", "+")
	ZoomOut     = bind("-", "zoom out", "-")
	Compare     = bind("=", "compare", "=")
	Freeze      = bind("f", "freeze", "f")
	Fold        = bind("z", "fold", "z")
	FoldAll     = bind("Z", "fold all", "Z")
	Log         = bind("tab", "another log", "tab")
	LogBefore   = bind("shift+tab", "the log before", "shift+tab")
	Level       = bind("L", "level", "L")
	Invocations = bind("i", "invocations", "i")
	Job         = bind("J", "its job", "J")
	JumpTo      = bind("T", "to a time", "T")
	Refresh     = bind("r", "read again", "r", "ctrl+r")
	Attention   = bind("v", "the verdict", "v")
)

// What the shell takes itself.
var (
	Act      = bind("a", "act", "a")
	Back     = bind("esc", "back", "esc")
	Quit     = bind("q", "back, quit", "q")
	Stop     = bind("ctrl+c", "quit", "ctrl+c")
	Palette  = bind(":", "go", ":", "ctrl+p")
	Filter   = bind("/", "filter", "/")
	Help     = bind("?", "keys", "?")
	Copy     = bind("y", "copy", "y")
	Command  = bind("Y", "copy as a command", "Y")
	Link     = bind("o", "AWS console", "o")
	Zone     = bind("t", "local, UTC", "t")
	Snapshot = bind("S", "snapshot", "S")
	Pages    = bind("1-6", "page", "1", "2", "3", "4", "5", "6")
)

// Of is what a page with a list has: keys of its own, the most important first, and
// those that move in the list.
func Of(own ...key.Binding) []key.Binding {
	return append(own, Up, Down, PageUp, PageDown, Top, Bottom)
}

// First are the first three of a page's keys, of which none moves in a list.
func First(own []key.Binding) []key.Binding {
	if i := slices.IndexFunc(own, func(b key.Binding) bool { return b.Help() == Up.Help() }); i >= 0 {
		own = own[:i]
	}
	return own[:min(len(own), 3)]
}
