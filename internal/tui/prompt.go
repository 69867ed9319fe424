package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// prompt asks for a line of text.
type prompt struct {
	page.Prompt
	from  *frame
	line  *widget.Line
	wrong string
}

func newPrompt(f *frame, p page.Prompt) *prompt {
	return &prompt{Prompt: p, from: f, line: widget.NewLine(p.Value)}
}

func (p *prompt) press(_ *Shell, msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if msg.String() != "enter" {
		p.line.Press(msg)
		p.wrong = ""
		return nil, false
	}
	if p.Check != nil {
		if err := p.Check(p.line.String()); err != nil {
			p.wrong = present.Clean(err.Error())
			return nil, false
		}
	}
	if p.from == nil { // the console itself asks
		return p.Do(p.line.String()), true
	}
	return p.from.own(p.Do(p.line.String())), true
}

func (*prompt) typing() bool { return true }

func (*prompt) rows() (*widget.List, int) { return nil, 0 }

func (p *prompt) paste(text string) { p.line.Insert(text) }

func (p *prompt) view(st *style.Style, width, _ int) []string {
	lines := append(wrapped(st.Title.Render(present.Clean(p.Title)), width), present.Pad(p.line.View(st, width), min(width, 40)))
	if p.wrong != "" {
		for _, line := range wrapped(p.wrong, width) {
			lines = append(lines, st.Paint(present.Warning, line))
		}
	}
	return append(lines, st.Hint.Render("enter to go on, esc to leave it"))
}
