package present

import (
	"slices"
	"strings"
)

// Column is one column of a table.
type Column struct {
	Title string
	// Right aligns numbers and times.
	Right bool
	// Flexible columns give way, in the middle, when a line is too long; the
	// widest first. Others keep their whole text.
	Flexible bool
	// Optional columns are left out, the last first, where lines are still too long.
	Optional bool
}

// Cell is the content of one place in a table.
type Cell struct {
	Text string
	Tone Tone
}

// columnGap separates columns.
const columnGap = "  "

// minimumFlexible is below what no flexible column is shortened.
const minimumFlexible = 8

// Table lays rows out under the columns' titles; a table without any title has no
// heading.
func (l Look) Table(columns []Column, rows [][]Cell) []string {
	widths := l.columnWidths(columns, rows)
	for i := len(columns) - 1; i >= 0 && overflow(widths, l.Width) > 0; i-- {
		if columns[i].Optional {
			columns, rows = withoutColumn(columns, rows, i)
			widths = l.columnWidths(columns, rows)
		}
	}
	var lines []string
	heading, titled := make([]Cell, len(columns)), false
	for i, column := range columns {
		heading[i] = Cell{column.Title, Dim}
		titled = titled || column.Title != ""
	}
	if titled {
		lines = append(lines, l.tableLine(columns, widths, heading))
	}
	for _, row := range rows {
		lines = append(lines, l.tableLine(columns, widths, row))
	}
	return lines
}

func (l Look) tableLine(columns []Column, widths []int, row []Cell) string {
	var line strings.Builder
	gap := ""
	for i, cell := range row {
		text := cell.Text
		if columns[i].Flexible {
			text = l.Middle(text, widths[i])
		}
		padding := strings.Repeat(" ", max(0, widths[i]-Width(text)))
		line.WriteString(gap)
		if columns[i].Right {
			line.WriteString(padding + l.Paint(cell.Tone, text))
		} else {
			line.WriteString(l.Paint(cell.Tone, text) + padding)
		}
		gap = columnGap
	}
	return strings.TrimRight(line.String(), " ")
}

func (l Look) columnWidths(columns []Column, rows [][]Cell) []int {
	widths := make([]int, len(columns))
	for i, column := range columns {
		widths[i] = Width(column.Title)
		for _, row := range rows {
			widths[i] = max(widths[i], Width(row[i].Text))
		}
	}
	for over := overflow(widths, l.Width); over > 0; over-- {
		widest := -1
		for i, column := range columns {
			if column.Flexible && widths[i] > minimumFlexible && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

func overflow(widths []int, width int) int {
	total := (len(widths) - 1) * len(columnGap)
	for _, w := range widths {
		total += w
	}
	return total - width
}

func withoutColumn(columns []Column, rows [][]Cell, i int) ([]Column, [][]Cell) {
	fewer := make([][]Cell, len(rows))
	for r, row := range rows {
		fewer[r] = slices.Delete(slices.Clone(row), i, i+1)
	}
	return slices.Delete(slices.Clone(columns), i, i+1), fewer
}
