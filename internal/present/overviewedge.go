package present

import (
	"strings"

	"github.com/keyvex/keyvex/internal/metrics"
)

// edgeName is the width of the names of the table, the cache and the APIs, with their sign.
const edgeName = 11

// edgeText is how far their texts go where sparks follow.
const (
	edgeText  = 58
	edgeSpark = 76
)

func (l Look) edgeRows(s metrics.Snapshot, t tones, o OverviewOptions) group {
	g := group{heading: "  DATA AND EDGE"}
	table, cache, rest, socket := s.Table, s.Cache, s.REST, s.Socket
	g.rows = []OverviewLine{
		l.edgeRow(table.Row, o, []Cell{
			{Text: "r " + Number(table.Reads) + "/s"}, {Text: "w " + Number(table.Writes) + "/s"},
			{"throttled " + Number(table.Throttled), t.of(table.Resource, metrics.MatterThrottles)},
			{Text: "p95 " + Latency(table.P95)},
		}),
		l.edgeRow(cache.Row, o, []Cell{
			{"cpu " + whole(cache.CPU), t.of(cache.Resource, metrics.MatterCPU)},
			{"mem " + whole(cache.Memory), t.of(cache.Resource, metrics.MatterMemory)},
			{Text: "conn " + Number(cache.Connections)}, {Text: "evicted " + Number(cache.Evicted)},
		}),
		l.edgeRow(rest.Row, o, []Cell{
			{Text: Number(rest.PerMinute) + "/m"}, {Text: "4xx " + Share(rest.Percent4xx)},
			{"5xx " + Share(rest.Percent5xx), t.of(rest.Resource, metrics.MatterREST5xx)},
			{Text: "p95 " + Latency(rest.P95)},
		}),
		l.edgeRow(socket.Row, o, []Cell{
			{Text: "conn " + Number(socket.ConnectsPerMinute) + "/m"}, {Text: "msg " + Number(socket.MessagesPerMinute) + "/m"},
			{"4xx " + Number(socket.ClientErrors), t.of(socket.Resource, metrics.MatterSocket)},
			{"failed " + Number(socketFailures(socket)), t.of(socket.Resource, metrics.MatterSocket)},
		}),
	}
	return g
}

func socketFailures(s metrics.Socket) metrics.Number {
	if !s.ExecutionErrors.Known && !s.IntegrationErrors.Known {
		return metrics.Number{}
	}
	return metrics.Some(s.ExecutionErrors.Value + s.IntegrationErrors.Value)
}

// edgeRow is a name, as many of the cells as there is room for, and a spark. Where the
// source fails, that is said instead.
func (l Look) edgeRow(r metrics.Row, o OverviewOptions, cells []Cell) OverviewLine {
	sign := l.Glyph(levelStates[r.State])
	line := Pad(sign+" "+r.Resource.Name, edgeName)
	room := l.Width - edgeName
	sparked := l.Width >= edgeSpark
	if sparked {
		room = edgeText - edgeName
	}
	if o.silent(r.Source) {
		dim(cells)
		cells = append(l.sourceCells(r.Source, o), cells...)
	}
	text := l.joined(cells, room)
	if !sparked {
		return OverviewLine{Text: line + text, Resource: r.Resource}
	}
	spark := l.Spark(r.Spark, min(sparkMost, l.Width-edgeText))
	if o.silent(r.Source) {
		spark = l.Paint(Dim, spark)
	}
	return OverviewLine{Text: strings.TrimRight(Pad(line+text, edgeText)+spark, " "), Resource: r.Resource}
}

// joined sets cells beside each other as far as they fit into room.
func (l Look) joined(cells []Cell, room int) string {
	var out strings.Builder
	used := 0
	for i, c := range cells {
		text, gap := Clean(c.Text), ""
		if i > 0 {
			gap = columnGap
		}
		if i > 0 && used+len(gap)+Width(text) > room {
			break
		}
		out.WriteString(gap + l.Paint(c.Tone, l.cells(text, room-used-len(gap))))
		used += len(gap) + Width(text)
	}
	return out.String()
}
