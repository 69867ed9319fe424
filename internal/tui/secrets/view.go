package secrets

import (
	"strings"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// headLines stand above the rows: a title, and the table's own heading.
const headLines = 2

// View draws the keys, or the versions of one secret.
func (p *Page) View(width, height int) string {
	lines := p.keyLines(width, height)
	if p.open != "" {
		lines = p.versionLines(width, height)
	}
	return strings.Join(lines, "\n")
}

func (p *Page) keyLines(width, height int) []string {
	if lines := p.keys.Waiting(p.host, width); lines != nil {
		return lines
	}
	table := p.host.Look(width-1, height).SecretsTable(p.keys.Value, p.host.Now())
	wrong := len(table) - 1 - len(p.keys.Value) // lines below the keys
	p.list.Resize(len(p.keys.Value), height-headLines-min(wrong, height/3))
	p.keys.Doubt(p.host, table[1:1+p.list.Rows])
	return append([]string{p.keys.Title(p.host, p.summary(), width)}, p.rows(table)...)
}

func (p *Page) versionLines(width, height int) []string {
	if lines := p.versions.Waiting(p.host, width); lines != nil {
		return lines
	}
	p.past.Resize(len(p.versions.Value), height-headLines)
	title := string(p.open) + ": " + present.Count(len(p.versions.Value), "version")
	table := p.host.Look(width-1, height).HistoryTable(p.versions.Value, p.host.Now())
	return append([]string{p.versions.Title(p.host, title, width)}, p.rows(table)...)
}

// summary says how the keys stand.
func (p *Page) summary() string {
	text := present.Count(len(p.keys.Value), "key")
	if n := p.lacking(); n > 0 {
		text += ", " + present.Count(n, "key") + " to set: a"
	}
	return text
}

// rows are a table's heading, the window of its rows that is on the screen, and what
// stands below them.
func (p *Page) rows(table []string) []string {
	list, lines := p.cursor(), []string{" " + table[0]}
	for i := list.First; i < min(list.First+list.Height, list.Rows); i++ {
		lines = append(lines, p.host.Style.Row(table[1+i], i == list.Cursor, false))
	}
	return append(lines, page.Indented(table[1+list.Rows:])...)
}
