package tui

import (
	"image"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/style"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// overlay lies over the page and has all keys but Esc and Ctrl-C.
type overlay interface {
	// press takes a key; done takes the overlay away.
	press(s *Shell, msg tea.KeyPressMsg) (cmd tea.Cmd, done bool)
	paste(text string)
	// typing reports whether letters are text, not keys.
	typing() bool
	// rows is the list in it that the mouse scrolls and chooses from, nil for none, and
	// how many lines are above it, negative where there is nothing to choose.
	rows() (list *widget.List, above int)
	// view draws what is inside the frame, at most that large.
	view(st *style.Style, width, height int) []string
}

// answer gives a key to the overlay. What its command opens stays open.
func (s *Shell) answer(msg tea.KeyPressMsg) tea.Cmd {
	over := s.over
	if key.Matches(msg, keys.Back) {
		s.dismiss()
		return nil
	}
	if top := s.top(); key.Matches(msg, keys.Snapshot) && !over.typing() && top != nil {
		return s.snapshot(top)
	}
	cmd, done := over.press(s, msg)
	if done && s.over == over {
		s.dismiss()
	}
	return cmd
}

func (s *Shell) dismiss() { s.over, s.quitting = nil, false }

// frameWidth and frameHeight are what the box around an overlay takes.
const frameWidth, frameHeight = 4, 2

// lay draws the overlay's box in the middle of the lines.
func (s *Shell) lay(lines []string) {
	st := s.host.Style
	most := min(s.width, 76) - frameWidth
	inside := s.over.view(st, most, max(len(lines)-frameHeight, 1))
	width := 0
	for i := range inside {
		inside[i] = st.Clip(inside[i], most)
		width = max(width, present.Width(inside[i]))
	}
	for i := range inside {
		inside[i] = present.Pad(inside[i], width)
	}
	box := strings.Split(st.Box.Render(strings.Join(inside, "\n")), "\n")
	if len(box) > len(lines) {
		box = box[:len(lines)]
	}
	top, left := (len(lines)-len(box))/2, max(0, (s.width-width-frameWidth)/2)
	s.box = image.Rect(left, top, left+width+frameWidth, top+len(box)).Inset(1)
	for i, line := range box {
		lines[top+i] = splice(lines[top+i], line, left)
	}
}

// splice puts over into base from a column on.
func splice(base, over string, left int) string {
	head := present.Pad(ansi.Truncate(base, left, ""), left)
	tail := ansi.TruncateLeft(base, left+present.Width(over), "")
	return head + "\x1b[m" + over + "\x1b[m" + tail
}

// clickOver chooses a row of what lies over the page, and picks it the second time.
func (s *Shell) clickOver(x, y int) tea.Cmd {
	list, above := s.over.rows()
	if list == nil || above < 0 || !image.Pt(x, y).In(s.box) {
		return nil
	}
	switch row := list.First + y - s.box.Min.Y - above; {
	case y < s.box.Min.Y+above || row >= list.Rows:
		return nil
	case row == list.Cursor:
		return s.answer(tea.KeyPressMsg{Code: tea.KeyEnter})
	default:
		list.To(row)
	}
	return nil
}
