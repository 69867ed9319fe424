package present

import (
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
)

// AlarmsDocument is the document of keyvex alarms list, and of mute.
type AlarmsDocument struct {
	Where
	Alarms []AlarmRow `json:"alarms"`
}

// AlarmRow is one alarm.
type AlarmRow struct {
	Name        string     `json:"name"`
	Alarm       string     `json:"alarm"`
	State       string     `json:"state"`
	Level       string     `json:"level"`
	Kind        string     `json:"kind"`
	Resource    string     `json:"resource"`
	Since       *time.Time `json:"since,omitempty"`
	Muted       bool       `json:"muted,omitempty"`
	MutedUntil  *time.Time `json:"mutedUntil,omitempty"`
	Composite   bool       `json:"composite,omitempty"`
	Description string     `json:"description"`
	Reason      string     `json:"reason,omitempty"`
}

// Alarms makes the document.
func Alarms(where Where, all []metrics.Alarm) AlarmsDocument {
	doc := AlarmsDocument{Where: where, Alarms: []AlarmRow{}}
	for _, a := range all {
		doc.Alarms = append(doc.Alarms, AlarmRow{
			Name: a.Name, Alarm: a.Physical, State: string(a.State), Level: a.Level.String(), Kind: string(a.Resource.Kind), Resource: a.Resource.Name,
			Since: timeOrNil(a.Since), Muted: a.Muted, MutedUntil: timeOrNil(a.MutedUntil), Composite: a.Composite, Description: a.Description, Reason: a.Reason,
		})
	}
	return doc
}

var alarmWords = map[metrics.AlarmState]string{metrics.AlarmOK: "ok", metrics.AlarmFiring: "firing", metrics.AlarmNoData: "no data"}

// AlarmState is the sign of an alarm: of what it means when it fires.
func AlarmState(a metrics.Alarm) State {
	switch a.State {
	case metrics.AlarmOK:
		return OK
	case metrics.AlarmFiring:
		return levelStates[a.Level]
	}
	return Unsure
}

// leastDescription is the least room in which the beginning of a description tells something.
const leastDescription = 20

// AlarmsTable shows alarms, one line each; what they watch in the room that is left.
func (l Look) AlarmsTable(all []metrics.Alarm, o OverviewOptions) []string {
	var rows [][]Cell
	for _, a := range all {
		muted := ""
		switch {
		case a.Muted && a.MutedUntil.IsZero():
			muted = "muted"
		case a.Muted:
			muted = "muted till " + o.clock(a.MutedUntil)
		}
		rows = append(rows, []Cell{
			{Text: l.Glyph(AlarmState(a)) + " " + a.Name}, {alarmWords[a.State], wordToneOf(AlarmState(a))}, {o.clock(a.Since), Dim}, {muted, Warning},
		})
	}
	lines := l.Table([]Column{{Title: "  ALARM", Flexible: true}, {Title: "STATE"}, {Title: "SINCE"}, {}}, rows)
	widest := 0
	for _, line := range lines {
		widest = max(widest, Width(line))
	}
	if room := l.Width - widest - len(columnGap); room >= leastDescription {
		for i, a := range all {
			lines[i+1] = Pad(lines[i+1], widest) + columnGap + l.Paint(Dim, l.cells(Clean(a.Description), room))
		}
	}
	return lines
}

// AlarmHistoryDocument is the document of keyvex alarms history.
type AlarmHistoryDocument struct {
	Where
	Events []AlarmEventRow `json:"events"`
}

// AlarmEventRow is what became of an alarm once. Kind is state, action or configuration.
type AlarmEventRow struct {
	Time    time.Time `json:"time"`
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	From    string    `json:"from,omitempty"`
	To      string    `json:"to,omitempty"`
	Summary string    `json:"summary"`
}

// AlarmHistory makes the document.
func AlarmHistory(where Where, all []metrics.AlarmEvent) AlarmHistoryDocument {
	doc := AlarmHistoryDocument{Where: where, Events: []AlarmEventRow{}}
	for _, e := range all {
		doc.Events = append(doc.Events, AlarmEventRow{e.At.UTC(), e.Alarm, e.Kind, string(e.From), string(e.To), e.Summary})
	}
	return doc
}

// AlarmHistoryTable shows what became of alarms, the newest first.
func (l Look) AlarmHistoryTable(all []metrics.AlarmEvent, o OverviewOptions) []string {
	var rows [][]Cell
	for _, e := range all {
		what, tone := Clean(e.Summary), Dim
		if e.Kind == "state" {
			what, tone = alarmWords[e.From]+" > "+alarmWords[e.To], Normal
			if e.To == metrics.AlarmFiring {
				tone = Bad
			}
		}
		rows = append(rows, []Cell{{o.clock(e.At), Dim}, {Text: e.Alarm}, {Text: e.Kind}, {what, tone}})
	}
	return l.Table([]Column{{Title: "TIME"}, {Title: "ALARM", Flexible: true}, {Title: "KIND"}, {Title: "WHAT", Flexible: true}}, rows)
}
