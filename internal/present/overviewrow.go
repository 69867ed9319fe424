package present

import (
	"strings"

	"github.com/keyvex/keyvex/internal/metrics"
)

// field is a column of the Overview: its width never depends on what stands in it.
type field struct {
	title string
	width int
	// from is the screen's width from which on it is shown.
	from int
}

const (
	// longestName is "analytics-processor".
	longestName = 19
	// sparkMost is one cell a minute.
	sparkMost = 60
	// sparkTitle heads the sparks.
	sparkTitle = "60 min"
)

var functionFields = []field{
	{"inv/m", 5, 0}, {"err%", 7, 0}, {"p95", 8, 44}, {"yday", 6, 72}, {"thr", 5, 72},
	{"p50", 8, 100}, {"t/o", 5, 100}, {"conc", 6, 100}, {"cold", 6, 108}, {"mem", 6, 108}, {"week", 6, 114},
}

var queueFields = []field{
	{"ready", 5, 0}, {"flight", 7, 0}, {"oldest", 8, 50}, {"dead", 6, 0}, {"lost in", 9, 72},
	{"in/m", 7, 100}, {"out/m", 7, 100}, {"delay", 6, 112}, {"consumer", 10, 100}, {"+1h", 7, 108},
}

// consumerColumn is the place of the one that comes from a source of its own.
const consumerColumn = 8

// fields draws cells under their columns and gives how wide that is.
func (l Look) fields(columns []field, cells []Cell) (text string, width int) {
	var out strings.Builder
	for i, f := range columns {
		if l.Width < f.from {
			continue
		}
		cell := l.cells(cells[i].Text, f.width-1)
		if i == 0 {
			cell = l.cells(cells[i].Text, f.width)
		}
		out.WriteString(strings.Repeat(" ", f.width-Width(cell)) + l.Paint(cells[i].Tone, cell))
		width += f.width
	}
	return out.String(), width
}

// heading is a group's title over its columns.
func (l Look) heading(title string, columns []field) string {
	cells := make([]Cell, len(columns))
	for i, f := range columns {
		cells[i].Text = f.title
	}
	text, width := l.fields(columns, cells)
	line := Pad("  "+title, l.names()) + text
	if l.sparkRoom(width) >= len(sparkTitle) {
		line += columnGap + sparkTitle
	}
	return line
}

// names is how wide the names are, with their sign.
func (l Look) names() int { return Width(Look{ASCII: l.ASCII}.Glyph(OK)) + 1 + longestName }

func (l Look) sparkRoom(fields int) int {
	return min(sparkMost, l.Width-l.names()-fields-len(columnGap))
}

// row puts a row together: sign, name, cells, and the spark or what stands in its place.
func (l Look) row(r metrics.Row, columns []field, cells []Cell, tail func(room int) Cell) OverviewLine {
	text, width := l.fields(columns, cells)
	sign := l.Glyph(levelStates[r.State])
	line := Pad(sign+" "+r.Resource.Name, l.names()) + text
	if room := l.sparkRoom(width); room > 0 {
		end := tail(room)
		if end.Text == "" {
			end = Cell{Text: l.Spark(r.Spark, room)}
		}
		line += columnGap + l.Paint(end.Tone, l.cells(end.Text, room))
	}
	return OverviewLine{Text: strings.TrimRight(line, " "), Resource: r.Resource}
}

func (l Look) functionRows(s metrics.Snapshot, t tones, o OverviewOptions) group {
	g := group{heading: l.heading("FUNCTION", functionFields)}
	reports := o.silent(s.Source(metrics.SourceReports))
	for _, f := range s.Functions {
		p95 := Latency(f.P95)
		if f.Provisional && f.P95.Known {
			p95 = "~" + p95
		}
		cells := []Cell{
			{Text: Number(f.PerMinute)},
			{Share(f.ErrorPercent), t.of(f.Resource, metrics.MatterErrors, metrics.MatterProvider, metrics.MatterMail)},
			{p95, t.of(f.Resource, metrics.MatterLatency)},
			{Text: Ratio(f.Yesterday)},
			{Number(f.Throttles), t.of(f.Resource, metrics.MatterThrottles)},
			{Text: Latency(f.P50)}, {Number(f.TimeOuts), t.of(f.Resource, metrics.MatterTimeOuts)},
			{Text: Number(f.Concurrency)}, reportCell(f, f.ColdStarts, Number(f.ColdStarts), reports),
			reportCell(f, f.Memory, whole(f.Memory), reports), {Text: Ratio(f.LastWeek)},
		}
		if o.silent(f.Source) {
			dim(cells)
		}
		g.rows = append(g.rows, l.row(f.Row, functionFields, cells, func(room int) Cell {
			switch {
			case o.silent(f.Source):
				return Cell{l.trouble(f.Source, o, room), Unknown}
			case s.Stacks.None():
				return Cell{notDeployed, Dim}
			case f.State == metrics.Idle:
				return Cell{idleWords(f, s), Dim}
			}
			return Cell{}
		}))
	}
	return g
}

// reportCell is a figure from Lambda's reports: with a ~ where not all were read, with a
// ? where they cannot be read now.
func reportCell(f metrics.Function, n metrics.Number, text string, silent bool) Cell {
	switch {
	case silent && n.Known:
		return Cell{"?" + text, Dim}
	case silent:
		return Cell{"?", Unknown}
	case f.ReportsCut && n.Known:
		return Cell{Text: "~" + text}
	}
	return Cell{Text: text}
}

// notDeployed stands in the place of sparks while there is nothing to draw.
const notDeployed = "not deployed"

// idleWords says since when a function has had nothing to do.
func idleWords(f metrics.Function, s metrics.Snapshot) string {
	if f.IdleSince.IsZero() {
		return "idle over 1h"
	}
	return "idle " + Coarse(s.At.Sub(f.IdleSince))
}

func (l Look) queueRows(s metrics.Snapshot, t tones, o OverviewOptions) group {
	g := group{heading: l.heading("QUEUE", queueFields)}
	for _, q := range s.Queues {
		oldest := notKnown
		if q.Oldest.Known && q.Ready.Value+q.InFlight.Value+q.Delayed.Value > 0 {
			oldest = secondsWords(q.Oldest)
		}
		cells := []Cell{
			{Text: Number(q.Ready)}, {Text: Number(q.InFlight)},
			{oldest, t.of(q.Resource, metrics.MatterOldest)},
			{Number(q.Dead), t.of(q.Resource, metrics.MatterDead)},
			{lostIn(q), t.of(q.Resource, metrics.MatterExpiry)},
			{Text: Number(q.In)}, {Text: Number(q.Out)}, {Text: Number(q.Delayed)},
			{consumerCell(q), t.of(q.Resource, metrics.MatterPaused)}, {Text: Number(q.InAnHour())},
		}
		switch {
		case o.silent(q.Source):
			dim(cells)
		case o.silent(q.ConsumerSource):
			cells[consumerColumn].Tone = Dim
		}
		g.rows = append(g.rows, l.row(q.Row, queueFields, cells, func(room int) Cell { return l.queueTail(q, s, o, room) }))
	}
	return g
}

// consumerCell is whether the queue's function takes from it, once that is known.
func consumerCell(q metrics.Queue) string {
	if q.Consumer == "" && q.ConsumerSource.Answered.IsZero() {
		return notKnown
	}
	return consumerWords(q.Consumer)
}

// queueTail is what stands in the place of a queue's spark: which of the three sources
// of its row is silent, or why there is nothing to draw.
func (l Look) queueTail(q metrics.Queue, s metrics.Snapshot, o OverviewOptions, room int) Cell {
	for _, source := range []metrics.Source{q.Source, q.ConsumerSource, s.Source(metrics.SourceMetrics)} {
		if o.silent(source) {
			return Cell{l.trouble(source, o, room), Unknown}
		}
	}
	switch {
	case s.Stacks.None():
		return Cell{notDeployed, Dim}
	case !q.Ready.Known && q.State != metrics.Loading:
		return Cell{"not there", Dim}
	case q.Paused():
		return Cell{"consumer paused", Warning}
	case q.Asleep:
		return Cell{"asleep, live count", Dim}
	}
	return Cell{}
}

func lostIn(q metrics.Queue) string {
	switch {
	case !q.LostKnown || !q.Dead.Known || q.Dead.Value == 0:
		return notKnown
	case q.LostExact:
		return Days(q.LostIn)
	}
	return ">" + Days(q.LostIn)
}
