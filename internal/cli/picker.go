package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/term"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

// menu is a list to pick one line of, with the arrow keys. It is small enough that
// no library is linked in for it, which every start of keyvex would pay for.
type menu struct {
	title   string
	entries []string
	cursor  int
	// first is the entry at the top, when not all of them fit.
	first int
	// marks are the entries that space has marked; nil where none can be.
	marks map[int]bool
}

// press moves the cursor by what a terminal sent, and reports whether an entry was
// taken or the menu was left.
func (m *menu) press(keys string) (taken, left bool) {
	for keys != "" {
		key := keys[:1]
		for _, arrow := range []string{"\x1b[A", "\x1bOA", "\x1b[B", "\x1bOB"} {
			if strings.HasPrefix(keys, arrow) {
				key = arrow
			}
		}
		keys = keys[len(key):]
		switch key {
		case "\r", "\n":
			return true, false
		case "\x03", "\x04", "q", "\x1b": // Ctrl-C, Ctrl-D, q, escape
			return false, true
		case "k", "\x1b[A", "\x1bOA":
			m.cursor = max(m.cursor-1, 0)
		case "j", "\x1b[B", "\x1bOB":
			m.cursor = min(m.cursor+1, len(m.entries)-1)
		case " ", "a":
			m.mark(key == "a")
		}
	}
	return false, false
}

// mark turns the mark under the cursor, or marks all entries, or none if all are.
func (m *menu) mark(all bool) {
	switch {
	case m.marks == nil:
	case all && len(m.marks) == len(m.entries):
		clear(m.marks)
	case all:
		for i := range m.entries {
			m.marks[i] = true
		}
	case m.marks[m.cursor]:
		delete(m.marks, m.cursor)
	default:
		m.marks[m.cursor] = true
	}
}

// prefix is what stands before an entry: the cursor and the mark.
func (m *menu) prefix(i int) string {
	prefix := "  "
	if i == m.cursor {
		prefix = "> "
	}
	if m.marks == nil {
		return prefix
	}
	if m.marks[i] {
		return prefix + "[x] "
	}
	return prefix + "[ ] "
}

// lines draws the menu, the entries scrolled so that the cursor is among them.
func (m *menu) lines(look present.Look) []string {
	shown := len(m.entries)
	if look.Height > 1 {
		shown = min(shown, look.Height-1)
	}
	m.first = min(m.first, m.cursor)
	m.first = max(m.first, m.cursor-shown+1)
	lines := []string{look.Middle(m.title, look.Width)}
	for i, entry := range m.entries[m.first : m.first+shown] {
		prefix := m.prefix(m.first + i)
		entry = prefix + look.Middle(entry, look.Width-len(prefix))
		if m.first+i == m.cursor {
			entry = look.Paint(present.Strong, entry)
		}
		lines = append(lines, entry)
	}
	return lines
}

// pickFrom shows the menu and gives the index of what was picked. Nothing of it
// stays on the screen.
func (a *app) pickFrom(ctx context.Context, in *os.File, m *menu) (int, error) {
	before, err := term.MakeRaw(in.Fd())
	if err != nil {
		return 0, problem.New(problem.Usage, "the terminal takes no single keys: %s", err).WithHint("name the environment with -e").WithCause(err)
	}
	defer func() { _ = term.Restore(in.Fd(), before) }()
	for {
		lines := m.lines(a.errLook())
		fmt.Fprint(a.err, hideCursor+strings.Join(lines, clearLine+"\r\n")+clearLine+clearBelow)
		var keys string
		var open bool
		select {
		case keys, open = <-keysOf(in):
		case <-ctx.Done():
		}
		fmt.Fprintf(a.err, "\r\x1b[%dA%s%s", len(lines)-1, clearBelow, showCursor)
		switch taken, left := m.press(keys); {
		case left || !open:
			return 0, problem.New(problem.Interrupted, "nothing was picked, nothing was changed").WithHint("-e names the environment")
		case taken:
			return m.cursor, nil
		}
	}
}

// keysOf reads once. Whoever does not wait for it any more ends with the process:
// a reader left behind would take the answer to the next question.
func keysOf(in io.Reader) <-chan string {
	pressed := make(chan string, 1)
	go func() {
		defer close(pressed)
		buffer := make([]byte, 64)
		if n, err := in.Read(buffer); err == nil {
			pressed <- string(buffer[:n])
		}
	}()
	return pressed
}
