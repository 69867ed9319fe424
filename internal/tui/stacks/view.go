package stacks

import (
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
)

// headLines stand above the stacks: a title, and the table's own heading.
const headLines = 2

// View draws the stacks with the outputs of the one under the cursor, or the events of one.
func (p *Page) View(width, height int) string {
	look := p.host.Look(width-1, height)
	lines := p.stackLines(look)
	if p.open != "" {
		lines = p.eventLines(look, height)
	}
	return strings.Join(lines, "\n")
}

func (p *Page) stackLines(look present.Look) []string {
	if lines, waits := p.waiting(look, p.state.At, p.state.Err); waits {
		return lines
	}
	table := look.StatusTable(p.state.Value.stacks, p.host.Now())
	lines := []string{p.title(look, "Stacks", p.state.At, p.state.Err), " " + table[0]}
	for i, line := range table[1:] {
		lines = append(lines, p.host.Style.Row(line, i == p.list.Cursor, false))
	}
	lines = append(lines, "")
	return append(lines, p.outputLines(look, platform.Stacks[p.list.Cursor])...)
}

// outputLines are the outputs of one stack.
func (p *Page) outputLines(look present.Look, stack platform.Stack) []string {
	var own []deploy.Output
	for _, o := range p.state.Value.outputs {
		if o.Stack == stack {
			own = append(own, o)
		}
	}
	var lines []string
	for _, line := range look.OutputsTable(own) {
		lines = append(lines, " "+line)
	}
	return lines
}

func (p *Page) eventLines(look present.Look, height int) []string {
	if lines, waits := p.waiting(look, p.events.At, p.events.Err); waits {
		return lines
	}
	lines := []string{p.title(look, string(p.open)+": the last operation, the newest first", p.events.At, p.events.Err)}
	p.rows = look.StackEventRows(p.events.Value, p.host.Zone)
	p.past.Resize(len(p.rows), height-1)
	for i := p.first(height - 1); i < len(p.rows) && len(lines) < height; i++ {
		for n, line := range p.rows[i] {
			lines = append(lines, p.host.Style.Row(line, n == 0 && i == p.past.Cursor, false))
		}
	}
	return lines[:min(len(lines), height)]
}

// first is the topmost event from which the one under the cursor is seen whole: events
// have lines of different number.
func (p *Page) first(height int) int {
	first, used := p.past.Cursor, 0
	for i := p.past.Cursor; i >= p.past.First && i < len(p.rows); i-- {
		if used += len(p.rows[i]); used > height && i < p.past.Cursor {
			break
		}
		first = i
	}
	return first
}

// waiting says that nothing has come yet, or why nothing will.
func (p *Page) waiting(look present.Look, at time.Time, err error) (lines []string, waits bool) {
	switch {
	case !at.IsZero():
		return nil, false
	case err == nil:
		return []string{" " + look.Paint(present.Dim, "reading ...")}, true
	}
	for _, line := range p.host.Trouble(err) {
		for _, part := range present.Wrap(line, look.Width) {
			lines = append(lines, " "+part)
		}
	}
	return lines, true
}

// title says what is shown and how old it is, or why it is not newer.
func (p *Page) title(look present.Look, text string, at time.Time, err error) string {
	if err != nil {
		return " " + p.host.Trouble(err)[0]
	}
	return " " + p.host.Style.Title.Render(text) + look.Paint(present.Dim, "  as of "+at.In(p.host.Zone).Format(time.TimeOnly))
}
