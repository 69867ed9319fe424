package secrets

import (
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/present"
)

// headLines stand above the rows: a title, and the table's own heading.
const headLines = 2

// View draws the keys, or the versions of one secret.
func (p *Page) View(width, height int) string {
	look := p.host.Look(width-1, height)
	if p.open != "" {
		p.past.Resize(len(p.versions.Value), height-headLines)
		title := string(p.open) + ": " + present.Count(len(p.versions.Value), "version")
		return strings.Join(p.draw(look, title, p.versions.At, p.versions.Err, look.HistoryTable(p.versions.Value, p.host.Now())), "\n")
	}
	table := look.SecretsTable(p.keys.Value, p.host.Now())
	wrong := len(table) - 1 - len(p.keys.Value) // lines below the keys
	p.list.Resize(len(p.keys.Value), height-headLines-min(wrong, height/3))
	return strings.Join(p.draw(look, p.summary(), p.keys.At, p.keys.Err, table), "\n")
}

// summary says how the keys stand.
func (p *Page) summary() string {
	text := present.Count(len(p.keys.Value), "key")
	if n := p.lacking(); n > 0 {
		text += ", " + present.Count(n, "key") + " to set: a"
	}
	return text
}

// draw puts together a title, how old what is shown is, and the window of a table that is
// on the screen.
func (p *Page) draw(look present.Look, title string, at time.Time, err error, table []string) []string {
	st, list := p.host.Style, p.cursor()
	switch {
	case at.IsZero() && err == nil:
		return []string{" " + look.Paint(present.Dim, "reading ...")}
	case at.IsZero():
		var lines []string
		for _, line := range p.host.Trouble(err) {
			lines = append(lines, present.Wrap(line, look.Width)...)
		}
		return indented(lines)
	}
	lines := []string{" " + st.Title.Render(title) + look.Paint(present.Dim, "  as of "+at.In(p.host.Zone).Format(time.TimeOnly)+", r reads again"), " " + table[0]}
	if err != nil { // what is shown is old then
		lines[0] = " " + p.host.Trouble(err)[0]
	}
	for i := list.First; i < min(list.First+list.Height, list.Rows); i++ {
		lines = append(lines, st.Row(table[1+i], i == list.Cursor, false))
	}
	return append(lines, indented(table[1+list.Rows:])...)
}

func indented(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = " " + line
	}
	return out
}
