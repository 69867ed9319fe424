package present

import (
	"strings"

	"github.com/keyvex/keyvex/internal/metrics"
)

// silent reports whether a source fails, or has not answered for so long that what it
// said counts no more.
func (o OverviewOptions) silent(s metrics.Source) bool { return s.Failing() || s.Stale(o.Now) }

// sourceCell says why a source is silent, or that it has not answered yet.
func (l Look) sourceCell(s metrics.Source) Cell {
	switch {
	case s.Failing():
		return Cell{strings.TrimSpace(Clean(s.Code) + " " + Clean(s.Operation)), Unknown}
	case s.Answered.IsZero():
		return Cell{"...", Dim}
	}
	return Cell{"no answer", Unknown}
}

// sourceCells are sourceCell, and of when the values are that are still shown.
func (l Look) sourceCells(s metrics.Source, o OverviewOptions) []Cell {
	cells := []Cell{l.sourceCell(s)}
	if !s.Answered.IsZero() {
		cells = append(cells, Cell{"last " + o.clock(s.Answered), Dim})
	}
	return cells
}

// held puts before a summary why its source is silent; what was known is dimmed.
func (l Look) held(cells []Cell, s metrics.Source, o OverviewOptions) []Cell {
	if !o.silent(s) {
		return cells
	}
	dim(cells)
	if s.Answered.IsZero() {
		cells = nil
	}
	why := l.sourceCells(s, o)
	why[0].Text = strings.TrimSpace(Look{ASCII: l.ASCII}.Glyph(Unsure)) + " " + why[0].Text
	return append(why, cells...)
}

func dim(cells []Cell) {
	for i := range cells {
		cells[i].Tone = Dim
	}
}

// trouble stands in the place of a spark whose source is silent. Where there is not
// enough room the code is cut off, never the time.
func (l Look) trouble(s metrics.Source, o OverviewOptions, room int) string {
	code := "no answer"
	if s.Failing() {
		code = Clean(s.Code)
	}
	if s.Answered.IsZero() {
		return code
	}
	at := o.clock(s.Answered)
	if text := code + ", last " + at; Width(text) <= room {
		return text
	}
	return l.cells(code, room-Width(at)-1) + " " + at
}
