package present

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
)

// Value is a number in its metric's unit.
func Value(n metrics.Number, unit metrics.Unit) string {
	if !n.Known {
		return notKnown
	}
	switch unit {
	case metrics.Milliseconds:
		return Latency(n)
	case metrics.Seconds:
		return secondsWords(n)
	case metrics.Percent:
		return Share(n)
	}
	return Number(n)
}

// axisWidth is the room for the numbers beside a chart.
const axisWidth = 8

// Chart draws one metric in a box of the look's width and so many lines of bars, with
// what it is compared with as a line of its own below, and the times at the end.
func (l Look) Chart(c metrics.Chart, height int, zone *time.Location) []string {
	width := max(l.Width-axisWidth-1, 1)
	cells := condense(c.Series.Points, width)
	before := condense(c.Before.Points, width)
	top := 0.0
	for _, p := range append(append([]metrics.Number{}, cells...), before...) {
		top = max(top, p.Value)
	}
	lines := []string{l.chartTitle(c, zone)}
	if c.Error != nil {
		lines = append(lines, l.Paint(Unknown, l.cells("? "+Clean(c.Error.Error()), l.Width)))
	}
	for row := height - 1; row >= 0; row-- {
		lines = append(lines, l.axis(c, top, row, height)+l.chartRow(c, cells, top, row, height))
	}
	if len(before) > 0 {
		lines = append(lines, strings.TrimRight(Pad(l.cells(string(c.Compare), axisWidth), axisWidth+1)+l.Paint(Dim, l.Spark(metrics.Series{Points: before}, width)), " "))
	}
	return append(lines, l.timeAxis(c.Series, len(cells), zone))
}

// recent is how many periods a value may be old and be called that of now.
const recent = 3

func (l Look) chartTitle(c metrics.Chart, zone *time.Location) string {
	last, at := c.Series.Last()
	text := l.Paint(Strong, c.Metric.Name) + "  " + c.Metric.Title
	switch {
	case at < 0:
		text = l.Paint(Strong, c.Metric.Name) + "  no point in this time  " + c.Metric.Title
	case at < len(c.Series.Points)-recent:
		text += "  " + Value(last, c.Metric.Unit) + " at " + c.Series.At(at).In(zone).Format("15:04") + ", nothing since"
	default:
		text += "  now " + Value(last, c.Metric.Unit)
	}
	if len(c.Before.Points) > 0 {
		then := mean(c.Before.Points)
		text += ", " + string(c.Compare) + " " + Value(then, c.Metric.Unit) + " on average"
		if now := mean(c.Series.Points); now.Known && then.Known && then.Value > 0 {
			text += " (" + Ratio(metrics.Some(now.Value/then.Value)) + ")"
		}
	}
	return l.cells(text, l.Width)
}

func mean(points []metrics.Number) metrics.Number {
	sum, n := 0.0, 0
	for _, p := range points {
		if p.Known {
			sum, n = sum+p.Value, n+1
		}
	}
	if n == 0 {
		return metrics.Number{}
	}
	return metrics.Some(sum / float64(n))
}

// axis is the number beside a row: the highest above, nothing below.
func (l Look) axis(c metrics.Chart, top float64, row, height int) string {
	text := ""
	switch {
	case row == 0:
		text = "0"
	case row == height-1 && top > 0:
		text = Value(metrics.Some(top), c.Metric.Unit)
	}
	return PadLeft(l.cells(text, axisWidth), axisWidth) + " "
}

// chartRow is one row of the bars: full, a part, or nothing in each cell. A gap is told
// apart from a zero.
func (l Look) chartRow(c metrics.Chart, cells []metrics.Number, top float64, row, height int) string {
	levels, gap := sparkLevels, '·'
	if l.ASCII {
		levels, gap = sparkASCIILevels, ' '
	}
	var out strings.Builder
	for _, p := range cells {
		eighths := 0.0
		if top > 0 {
			eighths = p.Value/top*float64(height*len(levels)) - float64(row*len(levels))
		}
		switch {
		case !p.Known && row == 0:
			out.WriteRune(gap)
		case !p.Known, eighths <= 0 && row > 0:
			out.WriteByte(' ')
		default:
			out.WriteRune(levels[min(max(int(eighths)-1, 0), len(levels)-1)])
		}
	}
	tone := Normal
	if c.Fail.Known && top >= c.Fail.Value && float64(row+1)/float64(height)*top > c.Fail.Value {
		tone = Bad
	} else if c.Warn.Known && top >= c.Warn.Value && float64(row+1)/float64(height)*top > c.Warn.Value {
		tone = Warning
	}
	return l.Paint(tone, strings.TrimRight(out.String(), " "))
}

// timeAxis has the times of the first and of the last point under them.
func (l Look) timeAxis(s metrics.Series, width int, zone *time.Location) string {
	layout := "15:04"
	if s.End().Sub(s.Start) > 24*time.Hour {
		layout = "2 Jan 15:04"
	}
	first, last := s.Start.In(zone).Format(layout), s.End().In(zone).Format(layout)
	room := max(width-Width(first)-Width(last), 1)
	return l.cells(strings.Repeat(" ", axisWidth+1)+first+strings.Repeat(" ", room)+last, l.Width)
}

// ChartTable shows many metrics, one line each.
func (l Look) ChartTable(charts []metrics.Chart) []string {
	compared := len(charts) > 0 && charts[0].Compare != metrics.NoComparison
	var lines []string
	head := fmt.Sprintf("  %s %8s", Pad("METRIC", longestMetric), "last")
	if compared {
		head += fmt.Sprintf(" %8s %6s", charts[0].Compare, "")
	}
	lines = append(lines, l.Paint(Dim, l.cells(head, l.Width)))
	for _, c := range charts {
		last, _ := c.Series.Last()
		line := fmt.Sprintf("  %s %8s", Pad(l.Middle(c.Metric.Name, longestMetric), longestMetric), Value(last, c.Metric.Unit))
		if compared {
			now, then := mean(c.Series.Points), mean(c.Before.Points)
			change := metrics.Number{}
			if now.Known && then.Known && then.Value > 0 {
				change = metrics.Some(now.Value / then.Value)
			}
			line += fmt.Sprintf(" %9s %6s", Value(then, c.Metric.Unit), Ratio(change))
		}
		if room := min(l.Width-Width(line)-2, sparkMost); room > 0 {
			line += columnGap + l.Spark(c.Series, room)
		}
		if c.Error != nil {
			line += " " + l.Paint(Unknown, "?")
		}
		lines = append(lines, l.cells(strings.TrimRight(line, " "), l.Width))
	}
	return lines
}

// longestMetric is the longest of the metrics' names.
const longestMetric = 31
