package present

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs/invocation"
)

// ErrorsDocument is the document of keyvex logs errors.
type ErrorsDocument struct {
	Where
	Window
	Errors  []ErrorRow `json:"errors"`
	Missing []string   `json:"missing,omitempty"`
}

// ErrorRow is a group of errors in a document.
type ErrorRow struct {
	ID          string    `json:"id"`
	Fingerprint string    `json:"fingerprint"`
	Count       int       `json:"count"`
	First       time.Time `json:"first"`
	Last        time.Time `json:"last"`
	Functions   []string  `json:"functions"`
	Example     string    `json:"example"`
	RequestID   string    `json:"requestId,omitempty"`
}

// ErrorGroups makes the rows of a document.
func ErrorGroups(groups []invocation.ErrorGroup) []ErrorRow {
	rows := []ErrorRow{}
	for _, g := range groups {
		rows = append(rows, ErrorRow{
			ID: g.ID, Fingerprint: g.Fingerprint, Count: g.Count, First: g.First.UTC(), Last: g.Last.UTC(),
			Functions: g.Functions, Example: g.Example, RequestID: g.RequestID,
		})
	}
	return rows
}

// ErrorLines shows each group: how often and when, what it says, and where to look.
func (l Look) ErrorLines(groups []invocation.ErrorGroup, w Window, zone *time.Location) []string {
	var out []string
	for i, g := range groups {
		if i > 0 {
			out = append(out, "")
		}
		when := "at " + w.moment(g.Last, zone)
		if g.Count > 1 {
			when = fmt.Sprintf("%s to %s", w.moment(g.First, zone), w.moment(g.Last, zone))
		}
		out = append(out, l.Paint(Bad, fmt.Sprintf("%d x", g.Count))+"  "+when+"  "+strings.Join(g.Functions, ", "))
		for _, part := range Wrap(Clean(g.Fingerprint), l.Width-4) {
			out = append(out, "    "+part)
		}
		if g.RequestID != "" {
			out = append(out, l.Paint(Dim, "    keyvex logs show "+Clean(g.RequestID)))
		}
	}
	return out
}
