package present

import (
	"fmt"
	"time"

	"github.com/keyvex/keyvex/internal/logs/job"
)

// WayDocument is the document of keyvex logs job.
type WayDocument struct {
	Where
	JobID       string          `json:"jobId"`
	Seconds     float64         `json:"seconds"`
	Stations    []WayRow        `json:"stations"`
	Invocations []InvocationRow `json:"invocations"`
}

// WayRow is a station in a document.
type WayRow struct {
	Time         time.Time `json:"time"`
	Name         string    `json:"name"`
	Detail       string    `json:"detail,omitempty"`
	Function     string    `json:"function,omitempty"`
	RequestID    string    `json:"requestId,omitempty"`
	Receive      int       `json:"receive,omitempty"`
	SinceSeconds float64   `json:"sinceSeconds"`
	Failed       bool      `json:"failed"`
	ByTime       bool      `json:"byTime,omitempty"`
}

// JobWay makes the document of keyvex logs job.
func JobWay(where Where, w *job.Way) WayDocument {
	doc := WayDocument{Where: where, JobID: w.ID, Seconds: w.Took().Seconds(), Stations: []WayRow{}, Invocations: []InvocationRow{}}
	for _, s := range w.Stations {
		doc.Stations = append(doc.Stations, WayRow{
			Time: s.At.UTC(), Name: s.Name, Detail: s.Detail, Function: s.Function, RequestID: s.RequestID, Receive: s.Receive,
			SinceSeconds: s.Since.Seconds(), Failed: s.Failed, ByTime: s.ByTime,
		})
	}
	for _, try := range w.Tries {
		doc.Invocations = append(doc.Invocations, Invocation(try.Invocation))
	}
	return doc
}

// WayTable has a line for each station, with the time since the one before.
func (l Look) WayTable(w *job.Way, zone *time.Location) []string {
	columns := []Column{
		{Title: "TIME"}, {Title: "AFTER", Right: true}, {Title: "STATION"}, {Title: "FUNCTION", Flexible: true},
		{Title: "DETAIL", Flexible: true}, {Title: "REQUEST"},
	}
	shown := len(columns)
	if l.Width < narrow {
		shown--
	}
	var rows [][]Cell
	for i, s := range w.Stations {
		after, tone := "", Normal
		if i > 0 {
			after = "+" + Fine(s.Since)
		}
		if s.Failed {
			tone = Bad
		}
		name := Clean(s.Name)
		if s.Receive > 1 && s.Name == job.Received {
			name = fmt.Sprintf("%s again (%d)", name, s.Receive)
		}
		detail := Clean(s.Detail)
		if s.ByTime {
			detail += " (by its time)"
		}
		rows = append(rows, []Cell{
			{s.At.In(zone).Format("15:04:05.000"), Dim}, {after, Normal}, {name, tone}, {s.Function, Normal}, {detail, tone}, {s.RequestID, Dim},
		}[:shown])
	}
	return l.Table(columns[:shown], rows)
}
