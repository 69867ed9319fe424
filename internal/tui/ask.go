package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// quiet is how long a dialog takes no key: those that were under way when it opened
// were meant for something else.
const quiet = 425 * time.Millisecond

// question is the dialog before a write. Cancel is what Enter does at first.
type question struct {
	page.Ask
	from   *frame
	opened time.Time
	// typed has the name that must be typed, want what it must be; nil where a
	// button is enough.
	typed *widget.Line
	want  string
	yes   bool
}

// ask opens the dialog. A read-only console refuses what it would confirm.
func (s *Shell) ask(f *frame, ask page.Ask) tea.Cmd {
	q := &question{Ask: ask, from: f, opened: s.host.Now()}
	if f != nil { // else it is the console's own question, and nothing is written
		if s.host.ReadOnly {
			return s.fail(readOnly())
		}
		if ask.Loses || s.host.Where.Tier == platform.Production {
			q.typed, q.want = widget.NewLine(""), s.host.Where.Environment
		}
	}
	s.over = q
	return nil
}

func readOnly() error {
	return problem.New(problem.Refused, "read-only: nothing is written from here").WithHint("leave out --read-only")
}

func (q *question) press(s *Shell, msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if s.host.Now().Sub(q.opened) < quiet {
		return nil, false
	}
	if q.typed != nil {
		if msg.String() != "enter" {
			q.typed.Press(msg)
			return nil, false
		}
		if q.typed.String() == "" {
			return nil, true
		}
		if q.typed.String() != q.want {
			q.typed.Clear()
			return s.say("that is not "+q.want+", nothing was changed", present.Warning), false
		}
		return q.confirmed(), true
	}
	switch msg.String() {
	case "left", "right", "tab", "shift+tab", "h", "l":
		q.yes = !q.yes
	case "y":
		return q.confirmed(), true
	case "n", "q":
		return nil, true
	case "enter":
		if q.yes {
			return q.confirmed(), true
		}
		return nil, true
	}
	return nil, false
}

func (q *question) confirmed() tea.Cmd {
	if q.from == nil {
		return q.Do
	}
	return q.from.own(q.Do)
}

func (*question) rows() (*widget.List, int) { return nil, 0 } // a slip of the mouse confirms nothing

func (q *question) typing() bool { return q.typed != nil }

func (q *question) paste(string) {} // a name that must be typed is typed

func (q *question) view(st *style.Style, width, height int) []string {
	lines := wrapped(st.Title.Render(present.Clean(q.Title)), width)
	var body []string
	for _, line := range q.Lines {
		body = append(body, wrapped(line, width)...)
	}
	end := []string{"", buttons(st, q.yes, "cancel", q.Yes+" (y)")}
	if q.typed != nil {
		prompt := "type " + q.want + " to " + q.Yes + ": " + q.typed.View(st, len(q.want)+2)
		end = append(append(end[:1], wrapped(prompt, width)...), st.Hint.Render("esc, or enter alone, changes nothing"))
	}
	if room := max(height-len(lines)-len(end), 0); len(body) > room {
		body = append(body[:max(room-1, 0)], st.Paint(present.Dim, present.Count(len(body)-max(room-1, 0), "more line")))
	}
	return append(append(lines, body...), end...)
}

// buttons draws two, of which one is chosen.
func buttons(st *style.Style, second bool, names ...string) string {
	line := ""
	for i, name := range names {
		text := "  " + name + "  "
		if second == (i == 1) {
			text = st.Chosen.Render("[ " + name + " ]")
		}
		line += text + " "
	}
	return line
}

func wrapped(text string, width int) []string { return present.Wrap(text, width) }
