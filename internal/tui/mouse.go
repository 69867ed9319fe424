package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// wheel gathers turns of the mouse wheel: a touchpad sends hundreds a second, and
// each would be drawn.
type wheel struct {
	lines   int
	waiting bool
}

type wheelTurned struct{}

const (
	// wheelRest is how long turns are gathered.
	wheelRest = 16 * time.Millisecond
	// wheelLines is how far one turn goes.
	wheelLines = 3
)

// mouse gives clicks and turns of the wheel to the page.
func (s *Shell) mouse(msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	switch msg.(type) {
	case tea.MouseWheelMsg:
		switch at.Button {
		case tea.MouseWheelUp:
			s.wheel.lines -= wheelLines
		case tea.MouseWheelDown:
			s.wheel.lines += wheelLines
		}
		if s.wheel.waiting {
			return nil
		}
		s.wheel.waiting = true
		return s.host.After(wheelRest, wheelTurned{})
	case tea.MouseClickMsg:
		switch {
		case at.Button != tea.MouseLeft:
		case s.over != nil:
			return s.clickOver(at.X, at.Y)
		default:
			return s.click(at.X, at.Y)
		}
	}
	return nil
}

func (s *Shell) turn() tea.Cmd {
	lines := s.wheel.lines
	s.wheel = wheel{}
	if s.over != nil {
		if list, _ := s.over.rows(); list != nil {
			list.Scroll(lines / wheelLines)
		}
		return nil
	}
	if lines == 0 {
		return nil
	}
	return s.notify(page.Wheel{Lines: lines})
}

// click is for the page's area, or a page's name in the footer.
func (s *Shell) click(x, y int) tea.Cmd {
	if y >= 1 && y < s.height-1 {
		return s.notify(page.Click{X: x, Y: y - 1})
	}
	if y != s.height-1 || s.notice.text != "" || s.filtering != nil {
		return nil
	}
	left := 1
	names, _ := s.footing()
	for i, name := range names {
		right := left + present.Width(name)
		if x >= left && x < right {
			return s.show(i)
		}
		left = right + 1
	}
	return nil
}
