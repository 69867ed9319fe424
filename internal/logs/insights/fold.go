package insights

import (
	"slices"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/logs/fingerprint"
)

// Fold replaces a column's values by their fingerprints. Of rows that then agree in
// all but counts and times one is left, with the counts added up and the times from
// the first to the last; the largest count comes first.
func Fold(rows [][]Cell, column string) [][]Cell {
	if column == "" {
		return rows
	}
	var out [][]Cell
	known := map[string]int{}
	for _, row := range rows {
		row = slices.Clone(row)
		var id strings.Builder
		for i, cell := range row {
			if cell.Name == column {
				row[i].Value = fingerprint.Of(cell.Value)
			}
			if add(cell.Name) == nil {
				id.WriteString(cell.Name + "\x00" + row[i].Value + "\x00")
			}
		}
		if at, ok := known[id.String()]; ok {
			merge(out[at], row)
			continue
		}
		known[id.String()] = len(out)
		out = append(out, row)
	}
	slices.SortStableFunc(out, func(a, b []Cell) int { return count(b) - count(a) })
	return out
}

// add is how two values of a column become one; nil for columns that tell rows apart.
func add(column string) func(a, b string) string {
	switch column {
	case "count":
		return sum
	case "first":
		return func(a, b string) string { return min(a, b) } // times are written so that they compare
	case "last":
		return func(a, b string) string { return max(a, b) }
	}
	return nil
}

func sum(a, b string) string {
	x, _ := strconv.ParseInt(a, 10, 64)
	y, _ := strconv.ParseInt(b, 10, 64)
	return strconv.FormatInt(x+y, 10)
}

func merge(into, row []Cell) {
	for i := range into {
		for _, cell := range row {
			if f := add(cell.Name); f != nil && cell.Name == into[i].Name {
				into[i].Value = f(into[i].Value, cell.Value)
			}
		}
	}
}

func count(row []Cell) int {
	for _, cell := range row {
		if cell.Name == "count" {
			n, _ := strconv.Atoi(cell.Value)
			return n
		}
	}
	return 0
}
