package present

import "github.com/keyvex/keyvex/internal/metrics"

// ChartCells is how many cells the chart of a look has its points in.
func (l Look) ChartCells(c metrics.Chart) int {
	return min(max(l.Width-axisWidth-1, 1), len(c.Series.Points))
}

// ChartColumn is the column of a chart's line in which a point stands.
func (l Look) ChartColumn(c metrics.Chart, point int) int {
	cells, points := l.ChartCells(c), len(c.Series.Points)
	if points <= cells {
		return axisWidth + 1 + point
	}
	// Cell i holds the points from i*points/cells on, as condense has it.
	return axisWidth + 1 + ((point+1)*cells-1)/points
}
