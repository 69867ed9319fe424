package present

import (
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/metrics"
)

var (
	sparkLevels      = []rune("▁▂▃▄▅▆▇█")
	sparkASCIILevels = []rune(".:-=#")
)

// Spark draws a series in width cells, the newest on the right. A cell is the highest
// of its points. They stand between zero and the highest of all, or twice the median
// if that is more: what is steady is drawn at half the height. A gap is a gap: nothing
// is drawn over it.
func (l Look) Spark(s metrics.Series, width int) string {
	levels, gap := sparkLevels, "·"
	if l.ASCII {
		levels, gap = sparkASCIILevels, " "
	}
	cells := condense(s.Points, width)
	top := ceiling(cells)
	var out strings.Builder
	for _, c := range cells {
		switch {
		case !c.Known:
			out.WriteString(gap)
		case top == 0:
			out.WriteRune(levels[0])
		default:
			level := int(c.Value / top * float64(len(levels)))
			out.WriteRune(levels[min(max(level, 0), len(levels)-1)])
		}
	}
	return out.String()
}

func ceiling(cells []metrics.Number) float64 {
	var known []float64
	for _, c := range cells {
		if c.Known {
			known = append(known, c.Value)
		}
	}
	if len(known) == 0 {
		return 0
	}
	slices.Sort(known)
	return max(known[len(known)-1], 2*known[len(known)/2])
}

// condense makes at most width points of them, each the highest of those it stands for.
func condense(points []metrics.Number, width int) []metrics.Number {
	if width <= 0 {
		return nil
	}
	if len(points) <= width {
		return points
	}
	out := make([]metrics.Number, width)
	for i := range out {
		for _, p := range points[i*len(points)/width : (i+1)*len(points)/width] {
			if p.Known && (!out[i].Known || p.Value > out[i].Value) {
				out[i] = p
			}
		}
	}
	return out
}
