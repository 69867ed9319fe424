package line

import (
	"encoding/json"
	"strconv"
	"strings"
)

// parseJSON understands a line that is one JSON object.
func parseJSON(text string) (Parsed, bool) {
	var room [16]member
	fields, ok := members(text, room[:0])
	if !ok {
		return Parsed{}, false
	}
	if p, ok := platformJSON(fields); ok {
		return p, true
	}
	p := Parsed{Kind: Text}
	for i, f := range fields {
		p.member(f, len(fields)-i)
	}
	switch {
	case find(fields, "_aws") != "":
		p.Kind, p.Fields = Metrics, without(p.Fields, "_aws")
	case find(fields, "requestTime") != "" && find(fields, "extendedRequestId") != "":
		p.access(fields)
	}
	return p, true
}

func find(fields []member, name string) string {
	for _, f := range fields {
		if f.name == name {
			return f.value()
		}
	}
	return ""
}

func without(fields []Field, name string) []Field {
	for i, f := range fields {
		if f.Name == name {
			return append(fields[:i:i], fields[i+1:]...)
		}
	}
	return fields
}

// member takes one in: time, level, message and request id by the names that
// logging libraries give them, all others as fields. At most left are still to come,
// this one among them.
func (p *Parsed) member(m member, left int) {
	value := m.value()
	switch m.name {
	case "time", "timestamp", "ts", "@timestamp":
		return
	case "level", "severity", "lvl":
		if level, ok := ParseLevel(value); ok {
			p.Level = level
			return
		}
	case "msg", "message":
		if p.Text == "" {
			p.Text = value
			return
		}
	case "requestId", "AWSRequestId", "request_id", "function_request_id", "lambdaRequestId":
		if p.RequestID == "" && IsRequestID(value) { // an API's own ids have another form
			p.RequestID = value
			return
		}
	case "errorMessage": // of Lambda's line for an error that nobody caught
		p.Level = max(p.Level, Error)
	}
	if p.Fields == nil {
		p.Fields = make([]Field, 0, left)
	}
	p.Fields = append(p.Fields, Field{m.name, value})
}

// access understands an access log of API Gateway.
func (p *Parsed) access(fields []member) {
	p.Kind, p.Level, p.RequestID = Access, Info, find(fields, "requestId")
	words := []string{find(fields, "httpMethod"), find(fields, "resourcePath"), find(fields, "eventType"), find(fields, "routeKey"), find(fields, "status")}
	p.Text = strings.Join(strings.Fields(strings.Join(words, " ")), " ")
	switch status, _ := strconv.Atoi(find(fields, "status")); {
	case status >= 500:
		p.Level = Error
	case status >= 400:
		p.Level = Warn
	}
	shown := p.Fields[:0]
	for _, f := range p.Fields {
		switch f.Name {
		case "httpMethod", "resourcePath", "eventType", "routeKey", "status", "requestId", "requestTime", "extendedRequestId":
		default:
			if f.Value != "-" && f.Value != "" {
				shown = append(shown, f)
			}
		}
	}
	p.Fields = shown
}

// platformRecord is what Lambda's lines in its JSON format tell.
type platformRecord struct {
	RequestID string `json:"requestId"`
	Status    string `json:"status"`
	ErrorType string `json:"errorType"`
	Metrics   struct {
		Duration json.Number `json:"durationMs"`
		Billed   json.Number `json:"billedDurationMs"`
		Init     json.Number `json:"initDurationMs"`
		Restore  json.Number `json:"restoreDurationMs"`
		Memory   json.Number `json:"memorySizeMB"`
		Used     json.Number `json:"maxMemoryUsedMB"`
	} `json:"metrics"`
}

// platformJSON understands Lambda's lines in its JSON format.
func platformJSON(fields []member) (Parsed, bool) {
	kind, ok := strings.CutPrefix(find(fields, "type"), "platform.")
	if !ok {
		return Parsed{}, false
	}
	var record platformRecord
	if json.Unmarshal([]byte(find(fields, "record")), &record) != nil {
		return Parsed{}, false
	}
	p := Parsed{RequestID: record.RequestID, Text: "platform." + kind, Kind: Platform}
	switch kind {
	case "initStart":
		p.Kind = Init
	case "start":
		p.Kind = Start
	case "report":
		p.Kind, p.Usage = Report, record.usage()
		if p.Outcome = failed(*p.Usage); p.Outcome != "" {
			p.Level = Error
		}
	}
	return p, true
}

func (r platformRecord) usage() *Usage {
	m := r.Metrics
	u := Usage{
		Duration: span(m.Duration.String()), Billed: span(m.Billed.String()), Init: span(m.Init.String()), Restore: span(m.Restore.String()),
		MemoryMB: megabytes(m.Memory.String()), UsedMB: megabytes(m.Used.String()), ErrorType: r.ErrorType,
	}
	if r.Status != "success" {
		u.Status = r.Status
	}
	return &u
}
