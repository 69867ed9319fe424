package present

import (
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
)

// TailRow is a line of logs tail --json.
type TailRow struct {
	Event    string    `json:"event"`
	Time     time.Time `json:"time"`
	Ingested time.Time `json:"ingested"`
	// Group is the short name, LogGroup CloudWatch's.
	Group     string     `json:"group"`
	LogGroup  string     `json:"logGroup"`
	Stream    string     `json:"stream"`
	EventID   string     `json:"eventId,omitempty"`
	RequestID string     `json:"requestId,omitempty"`
	Kind      line.Kind  `json:"kind"`
	Level     string     `json:"level,omitempty"`
	Late      bool       `json:"late,omitempty"`
	Cold      bool       `json:"coldStart,omitempty"`
	Outcome   string     `json:"outcome,omitempty"`
	Report    *ReportRow `json:"report,omitempty"`
	Message   string     `json:"message"`
}

// ReportRow is what Lambda says of an invocation.
type ReportRow struct {
	Seconds       float64 `json:"seconds"`
	BilledSeconds float64 `json:"billedSeconds"`
	InitSeconds   float64 `json:"initSeconds,omitempty"`
	MemoryMB      int     `json:"memoryMB"`
	UsedMB        int     `json:"usedMB"`
	Status        string  `json:"status,omitempty"`
	ErrorType     string  `json:"errorType,omitempty"`
}

// Tail makes the row of an entry.
func Tail(e logs.Entry, groups []logs.Group) TailRow {
	g := groups[e.Group]
	row := TailRow{
		Event: "line", Time: e.Time().UTC(), Ingested: time.UnixMilli(e.Ingestion).UTC(), Group: g.Short, LogGroup: g.Name, Stream: e.Stream,
		EventID: e.ID, RequestID: e.Request, Kind: e.Kind, Level: e.Level.String(), Late: e.Late, Cold: e.Cold, Outcome: string(e.Outcome), Message: e.Message,
	}
	if u := e.Usage; u != nil {
		row.Report = &ReportRow{
			Seconds: u.Duration.Seconds(), BilledSeconds: u.Billed.Seconds(), InitSeconds: max(u.Init, u.Restore).Seconds(),
			MemoryMB: u.MemoryMB, UsedMB: u.UsedMB, Status: u.Status, ErrorType: u.ErrorType,
		}
	}
	return row
}

// TailNoticeRow is a line of logs tail --json that is no line of a log.
type TailNoticeRow struct {
	Event        string      `json:"event"`
	Matter       logs.Matter `json:"matter,omitempty"`
	Group        string      `json:"group,omitempty"`
	AfterSeconds float64     `json:"afterSeconds,omitempty"`
	Reason       string      `json:"reason,omitempty"`
	Cursor       string      `json:"cursor,omitempty"`
}

// TailNotice makes the row of a notice.
func TailNotice(n logs.Notice, groups []logs.Group) TailNoticeRow {
	row := TailNoticeRow{Event: "notice", Matter: n.Matter, AfterSeconds: n.After.Seconds()}
	if n.Group >= 0 {
		row.Group = groups[n.Group].Short
	}
	if n.Err != nil {
		row.Reason = Clean(n.Err.Error())
	}
	return row
}

// LogNoticeLine says a notice in words.
func LogNoticeLine(n logs.Notice, groups []logs.Group) string {
	name, after := "all", Duration(n.After)
	if n.Group >= 0 {
		name = groups[n.Group].Short
	}
	switch n.Matter {
	case logs.Throttled:
		return name + ": AWS throttles, nothing is lost; next try in " + after
	case logs.Unreachable:
		return name + ": AWS cannot be reached, nothing is lost; next try in " + after
	case logs.Missing:
		if n.After == 0 {
			return name + ": there is no such log group"
		}
		return name + ": there is no such log group yet, waiting for it"
	case logs.Recovered:
		return name + ": goes on, with all that came meanwhile"
	case logs.Gap:
		return "nothing was read for " + after + ", reading what came meanwhile"
	case logs.Crowded:
		return name + ": too many lines to remember; only those up to " + after + " late are found"
	case logs.Sampled:
		return "AWS left lines out of Live Tail; they follow by the ordinary way"
	case logs.LiveEnded:
		return "Live Tail ended, the next session begins in " + after + "; until then lines come the ordinary way"
	}
	return name + ": AWS refuses, next try in " + after
}
