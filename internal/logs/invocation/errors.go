package invocation

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs/fingerprint"
	"github.com/keyvex/keyvex/internal/logs/window"
)

// ErrorGroup is errors of one fingerprint.
type ErrorGroup struct {
	ID, Fingerprint string
	Count           int
	First, Last     time.Time
	// Functions are short names, in the order of the alphabet.
	Functions []string
	// Example is the last of the messages, RequestID its invocation's, empty where
	// the line does not say.
	Example, RequestID string
}

// failures is a filter pattern for lines that tell of errors: it may find more.
//
//	https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
const failures = `?ERROR ?FATAL ?"Task timed out after" ?" Error: " ?"panic: " ?"fatal error: "`

// Errors groups the errors of a window by their fingerprints, the most frequent
// first. Missing are the short names of groups that are not there.
func Errors(ctx context.Context, r *window.Reader, span window.Span) (groups []ErrorGroup, missing []string, err error) {
	span.Pattern = failures
	found := map[string]*ErrorGroup{}
	for page, err := range r.Read(ctx, span) {
		if err != nil {
			return nil, nil, err
		}
		if page.Missing {
			missing = append(missing, page.Group.Short)
		}
		for _, l := range page.Lines {
			if m := read(l.Message); m.failed() {
				count(found, page.Group.Short, l.Time(), m)
			}
		}
	}
	for _, g := range found {
		slices.Sort(g.Functions)
		groups = append(groups, *g)
	}
	slices.SortFunc(groups, func(a, b ErrorGroup) int {
		return cmp.Or(b.Count-a.Count, b.Last.Compare(a.Last), strings.Compare(a.Fingerprint, b.Fingerprint))
	})
	return groups, missing, nil
}

// Fingerprint is that of the error that a line tells of, empty where it tells of none.
func Fingerprint(text string) string {
	if m := read(text); m.failed() {
		return fingerprint.Of(m.what())
	}
	return ""
}

func count(found map[string]*ErrorGroup, function string, at time.Time, m message) {
	text := fingerprint.Of(m.what())
	g := found[text]
	if g == nil {
		g = &ErrorGroup{ID: fingerprint.ID(text), Fingerprint: text, First: at, Last: at}
		found[text] = g
	}
	g.Count++
	if !slices.Contains(g.Functions, function) {
		g.Functions = append(g.Functions, function)
	}
	if at.Before(g.First) {
		g.First = at
	}
	if !at.Before(g.Last) {
		g.Last, g.Example, g.RequestID = at, m.what(), m.RequestID
	}
}
