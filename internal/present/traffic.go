package present

import (
	"fmt"
	"strings"
	"time"
)

// TrafficRow is a line of local traffic --json.
type TrafficRow struct {
	Event string    `json:"event"`
	Time  time.Time `json:"time"`
	JobID string    `json:"jobId,omitempty"`
	// AcceptedSeconds is how long the REST API took, the others how long the user
	// waited for the first words and for the end.
	AcceptedSeconds   float64 `json:"acceptedSeconds,omitempty"`
	FirstWordsSeconds float64 `json:"firstWordsSeconds,omitempty"`
	Seconds           float64 `json:"seconds,omitempty"`
	Reason            string  `json:"reason,omitempty"`
	TrafficTotals
	// Way is a job's way, in the last line.
	Way []StationRow `json:"way,omitempty"`
}

// TrafficTotals are how many there were of everything so far.
type TrafficTotals struct {
	Jobs     int `json:"jobs"`
	Answered int `json:"answered"`
	Failed   int `json:"failed"`
	Waiting  int `json:"waiting"`
	Refused  int `json:"refused"`
	Events   int `json:"events"`
	Leads    int `json:"leads"`
	Sockets  int `json:"sockets"`
}

// StationRow is one part of a job's way.
type StationRow struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// TrafficLine says in one line how the traffic stands.
func (l Look) TrafficLine(t TrafficTotals) string {
	parts := []string{
		Count(t.Jobs, "job"), fmt.Sprintf("%d answered", t.Answered), fmt.Sprintf("%d waiting", t.Waiting), fmt.Sprintf("%d failed", t.Failed),
	}
	if t.Refused > 0 {
		parts = append(parts, fmt.Sprintf("%d refused", t.Refused))
	}
	parts = append(parts, Count(t.Events, "event"), Count(t.Leads, "lead"), Count(t.Sockets, "socket"))
	return l.Middle(strings.Join(parts, ", "), l.Width)
}

// Way draws a job's way as a chain of stations, over as many lines as it takes.
func (l Look) Way(jobID string, stations []StationRow) []string {
	parts := make([]string, 0, len(stations))
	for _, s := range stations {
		took := time.Duration(s.Seconds * float64(time.Second))
		parts = append(parts, s.Name+" "+Duration(took))
	}
	var lines []string
	line := Clean(jobID)
	for i, part := range parts {
		link := " > "
		if i == 0 {
			link = "  "
		}
		if Width(line+link+part) > l.Width {
			lines = append(lines, line)
			line = "   "
		}
		line += link + part
	}
	return append(lines, line)
}
