package present

import (
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
)

// StackEventRows tell of a stack's events, one line each, and why something failed on
// lines of its own: rows[i] are those of events[i].
func (l Look) StackEventRows(events []deploy.PastEvent, zone *time.Location) (rows [][]string) {
	cells := make([][]Cell, len(events))
	for i, e := range events {
		sign, name := StackState(e.Status), Clean(e.LogicalID)
		if e.Stack {
			name = "the stack itself"
		}
		cells[i] = []Cell{
			{Text: l.Glyph(sign) + " " + e.At.In(zone).Format("15:04:05")}, {name, Normal},
			{StatusWords(e.Status), wordToneOf(sign)}, {Clean(ShortType(e.Type)), Dim},
		}
	}
	const indent = "  "
	for i, line := range l.Table([]Column{{}, {Flexible: true}, {}, {Optional: true}}, cells) {
		row := []string{line}
		if reason := strings.TrimSpace(Clean(events[i].Reason)); reason != "" && StackState(events[i].Status) == Broken {
			for _, part := range Wrap(reason, max(l.Width-len(indent), 1)) {
				row = append(row, indent+l.Paint(Dim, part))
			}
		}
		rows = append(rows, row)
	}
	return rows
}
