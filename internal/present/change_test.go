package present_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/metrics/trail"
	"github.com/keyvex/keyvex/internal/present"
)

func TestWhoMadeAChangeIsSaidWithTheTool(t *testing.T) {
	for want, c := range map[string]metrics.Change{
		"":                               {},
		"alice":                          {Who: "alice"},
		"alice with keyvex, run 3f2c1a9": {Who: "alice", Via: "keyvex", Run: "3f2c1a9"},
		"keyvex run 3f2c1a9":             {Via: "keyvex", Run: "3f2c1a9"},
		"bob in the AWS console":         {Who: "bob", Via: trail.Console},
		"bob with aws-cli":               {Who: "bob\x1b[31m", Via: "aws-cli"},
	} {
		if got := present.ByWords(c); got != want && !strings.Contains(c.Who, "\x1b") || strings.Contains(got, "\x1b") {
			t.Errorf("%+v: %q, not %q", c, got, want)
		}
	}
}

func TestWhatCloudTrailDidNotTellIsSaidInOneLine(t *testing.T) {
	now := time.Date(2026, 11, 28, 3, 7, 0, 0, time.UTC)
	o := present.OverviewOptions{Now: now, Zone: time.UTC}
	young, old := metrics.Change{At: now.Add(-14 * time.Minute)}, metrics.Change{At: now.Add(-16 * time.Minute)}
	known := metrics.Change{At: now, Who: "alice"}
	for name, c := range map[string]struct {
		changes metrics.Changes
		want    string
	}{
		"all is told":      {metrics.Changes{List: []metrics.Change{known, old}}, ""},
		"denied":           {metrics.Changes{List: []metrics.Change{young}, Trail: metrics.Trail{Err: errors.New("CloudTrail LookupEvents: AccessDeniedException")}}, "not told by CloudTrail, and resumes and purges are missing: CloudTrail LookupEvents: AccessDeniedException"},
		"a young change":   {metrics.Changes{List: []metrics.Change{known, young}}, "up to 15 minutes later"},
		"more than a page": {metrics.Changes{Trail: metrics.Trail{Cut: now.Add(-time.Hour)}}, "before 02:07 names and changes may be missing"},
	} {
		notes := present.TrailNotes(c.changes, o)
		if c.want == "" && len(notes) > 0 || c.want != "" && (len(notes) != 1 || !strings.Contains(notes[0], c.want)) {
			t.Errorf("%s: %q", name, notes)
		}
	}
}

func TestTheDocumentOfChangesTellsWhoAndWhatIsMissing(t *testing.T) {
	at := time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)
	doc, err := json.Marshal(present.Changes(present.Where{}, metrics.Changes{
		List:  []metrics.Change{{At: at, Kind: metrics.ChangeResume, Resource: "email-processor", What: "takes messages again from email", Who: "alice", Via: trail.Console}},
		Trail: metrics.Trail{Err: errors.New("denied"), Code: "AccessDeniedException", Cut: at},
	}))
	for _, part := range []string{
		`{"time":"2026-11-28T03:00:00Z","kind":"resume","resource":"email-processor","what":"takes messages again from email","by":"alice","via":"the AWS console"}`,
		`"trail":{"error":"denied","code":"AccessDeniedException","incompleteBefore":"2026-11-28T03:00:00Z"}`,
	} {
		if err != nil || !strings.Contains(string(doc), part) {
			t.Errorf("%s is not in %s (%v)", part, doc, err)
		}
	}
	if doc, _ := json.Marshal(present.Changes(present.Where{}, metrics.Changes{})); strings.Contains(string(doc), "trail") || !strings.Contains(string(doc), `"changes":[]`) {
		t.Errorf("nothing: %s", doc)
	}
}

func TestTheChangeBeforeTheTroubleIsToldInTheSameZone(t *testing.T) {
	began := time.Date(2026, 11, 28, 20, 58, 0, 0, time.UTC)
	f := metrics.Finding{
		Level: metrics.Broken, Matter: metrics.MatterDead, Resource: metrics.Resource{Kind: metrics.KindQueue, Name: "ai-processing"}, Text: "1 dead",
		Since: began, Change: metrics.Change{At: began.Add(-3 * time.Minute), Kind: metrics.ChangeSecret, Resource: "ai", Who: "alice"},
	}
	o := present.OverviewOptions{Now: began.Add(time.Hour), Zone: time.FixedZone("", -5*3600)}
	if got, want := (present.Look{}).FindingText(f, o), "ai-processing: 1 dead since 15:58; secret ai 15:55"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	row := present.Verdict(metrics.Verdict{Findings: []metrics.Finding{f}}).Findings[0]
	if row.Change == nil || !row.Change.Time.Equal(f.Change.At) || row.Change.By != "alice" {
		t.Errorf("%+v", row)
	}
}
