package stacks

import (
	"strings"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// headLines stand above the stacks: a title, and the table's own heading.
const headLines = 2

// View draws the stacks with the outputs of the one under the cursor, or the events of one.
func (p *Page) View(width, height int) string {
	lines := p.stackLines(width, height)
	if p.open != "" {
		lines = p.eventLines(width, height)
	}
	return strings.Join(lines, "\n")
}

func (p *Page) stackLines(width, height int) []string {
	if lines := p.state.Waiting(p.host, width); lines != nil {
		return lines
	}
	look := p.host.Look(width-1, height)
	table := look.StatusTable(p.state.Value.stacks, p.host.Now())
	lines := []string{p.state.Title(p.host, "Stacks", width), " " + table[0]}
	p.state.Doubt(p.host, table[1:])
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
	return page.Indented(look.OutputsTable(own))
}

func (p *Page) eventLines(width, height int) []string {
	if lines := p.events.Waiting(p.host, width); lines != nil {
		return lines
	}
	lines := []string{p.events.Title(p.host, string(p.open)+": the last operation, the newest first", width)}
	p.rows = p.host.Look(width-1, height).StackEventRows(p.events.Value, p.host.Zone)
	p.past.Resize(len(p.rows), height-1)
	p.top = p.first(height - 1)
	for i := p.top; i < len(p.rows) && len(lines) < height; i++ {
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
