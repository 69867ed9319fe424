package present

import (
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/metrics/trail"
)

// ChangesDocument is the document of keyvex changes.
type ChangesDocument struct {
	Where
	Changes []ChangeRow `json:"changes"`
	// Trail is absent where CloudTrail has told everything.
	Trail *TrailRow `json:"trail,omitempty"`
}

// ChangeRow is one change. By, Via and Run are absent where nobody knows.
type ChangeRow struct {
	Time     time.Time `json:"time"`
	Kind     string    `json:"kind"`
	Resource string    `json:"resource,omitempty"`
	What     string    `json:"what"`
	By       string    `json:"by,omitempty"`
	Via      string    `json:"via,omitempty"`
	Run      string    `json:"run,omitempty"`
	Failed   bool      `json:"failed,omitempty"`
}

// TrailRow is what CloudTrail has not told, and why.
type TrailRow struct {
	Error string     `json:"error,omitempty"`
	Code  string     `json:"code,omitempty"`
	Cut   *time.Time `json:"incompleteBefore,omitempty"`
}

// Changes makes the document.
func Changes(where Where, all metrics.Changes) ChangesDocument {
	doc := ChangesDocument{Where: where, Changes: []ChangeRow{}}
	for _, c := range all.List {
		doc.Changes = append(doc.Changes, changeRow(c))
	}
	if t := all.Trail; t.Err != nil || !t.Cut.IsZero() {
		doc.Trail = &TrailRow{Code: t.Code, Cut: timeOrNil(t.Cut)}
		if t.Err != nil {
			doc.Trail.Error = Clean(t.Err.Error())
		}
	}
	return doc
}

func changeRow(c metrics.Change) ChangeRow {
	return ChangeRow{c.At.UTC(), string(c.Kind), c.Resource, c.What, c.Who, c.Via, c.Run, c.Failed}
}

// ChangesTable shows changes, the newest first.
func (l Look) ChangesTable(all []metrics.Change, o OverviewOptions) []string {
	var rows [][]Cell
	for _, c := range all {
		tone, who := Normal, ByWords(c)
		if c.Failed {
			tone = Bad
		}
		if who == "" {
			who = "unknown"
		}
		rows = append(rows, []Cell{{o.clock(c.At), Dim}, {Text: string(c.Kind)}, {Clean(ChangeWords(c)), tone}, {who, Dim}})
	}
	return l.Table([]Column{{Title: "TIME"}, {Title: "CHANGE"}, {Title: "WHAT", Flexible: true}, {Title: "BY", Flexible: true}}, rows)
}

// ByWords says who made a change, and with what: "alice with keyvex, run 3f2c"; empty
// where nobody knows.
func ByWords(c metrics.Change) string {
	text := c.Who
	switch {
	case text == "" && c.Run != "":
		return Clean("keyvex run " + c.Run)
	case text == "":
		return ""
	case c.Via == trail.Console:
		text += " in " + c.Via
	case c.Via != "":
		text += " with " + c.Via
	}
	if c.Run != "" {
		text += ", run " + c.Run
	}
	return Clean(text)
}

// TrailNotes say in lines what CloudTrail has not told.
func TrailNotes(all metrics.Changes, o OverviewOptions) []string {
	var notes []string
	if t := all.Trail; t.Err != nil {
		notes = append(notes, "who made a change is not told by CloudTrail, and resumes and purges are missing: "+Clean(t.Err.Error()))
	} else if !t.Cut.IsZero() {
		notes = append(notes, "this account has more events than are read of CloudTrail: before "+o.clock(t.Cut)+" names and changes may be missing")
	}
	for _, c := range all.List {
		if all.Trail.Err == nil && ByWords(c) == "" && o.Now.Sub(c.At) < trail.Late {
			return append(notes, "CloudTrail tells of who made a change up to 15 minutes later")
		}
	}
	return notes
}
