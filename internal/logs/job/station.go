package job

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/platform"
)

// names are short for what the functions say at a station.
func names(message string) (name string, ok bool) {
	switch message {
	case platform.Received:
		return Received, true
	case "asking the provider":
		return "asked", true
	case platform.HandedBack:
		return "handed back", true
	case platform.Done:
		return "done", true
	}
	return message, false
}

// told is the station of a line of the function's own. Lines that only inform are
// left out, but for those that have a name.
func (s said) told(line logs.Line) []Station {
	name, known := names(s.Msg)
	failed := s.Level == "ERROR" || s.Level == "WARN"
	if !known && !failed {
		return nil
	}
	at := s.Time
	if at.IsZero() {
		at = line.Time()
	}
	return []Station{{At: at, Name: name, Detail: s.detail(), Failed: failed}}
}

func (s said) detail() string {
	switch {
	case s.Error != "":
		return s.Error
	case s.Reason != "":
		return s.Reason
	}
	return s.Model
}

// measured are the stations that a line of metrics tells of: a metric is written when
// what it measures is over.
func (s said) measured() []Station {
	at := time.UnixMilli(s.AWS.Timestamp)
	var out []Station
	add := func(value *float64, before float64, name, detail string) {
		if value != nil {
			out = append(out, Station{At: at.Add(-milliseconds(before)), Name: name, Detail: detail})
		}
	}
	if s.JobWait != nil {
		add(s.JobWait, *s.JobWait, Queued, "")
	}
	add(s.ProviderFirstToken, 0, FirstWords, s.Model)
	add(s.ProviderTotal, 0, Answered, s.Model)
	if s.JobStore != nil && s.JobPush != nil {
		add(s.JobStore, *s.JobPush, Stored, "")
	}
	add(s.JobPush, 0, Pushed, "")
	return out
}

func milliseconds(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }

// accepted reads a line of the REST API's access log: one of a POST that the API
// accepted for the queue of jobs.
func accepted(line logs.Line) (Station, bool) {
	var request struct {
		RequestID    string `json:"requestId"`
		HTTPMethod   string `json:"httpMethod"`
		ResourcePath string `json:"resourcePath"`
		Status       string `json:"status"`
	}
	if json.Unmarshal([]byte(line.Message), &request) != nil || request.HTTPMethod != "POST" ||
		!strings.HasSuffix(request.ResourcePath, "/jobs") || !strings.HasPrefix(request.Status, "2") {
		return Station{}, false
	}
	return Station{
		At: line.Time(), Name: Accepted, Detail: request.HTTPMethod + " " + request.ResourcePath + " " + request.Status,
		Function: logs.REST, RequestID: request.RequestID, ByTime: true,
	}, true
}
