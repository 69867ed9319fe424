package present

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
)

// OverviewOptions say at what moment, and for whom, the Overview is drawn.
type OverviewOptions struct {
	Now time.Time
	// Zone is of the times of day; UTC unless set.
	Zone *time.Location
	// Next replaces the verdict's advice, as the console's keys do; More is the one that
	// lists the other findings.
	Next, More string
}

func (o OverviewOptions) zone() *time.Location {
	return cmp.Or(o.Zone, time.UTC)
}

// clock is a time of day, with its date when it is not today's.
func (o OverviewOptions) clock(t time.Time) string {
	t, now := t.In(o.zone()), o.Now.In(o.zone())
	days := func(t time.Time) int { return int(t.Unix()+int64(zoneOffset(t))) / int((24 * time.Hour).Seconds()) }
	switch days(now) - days(t) {
	case 0:
		return t.Format("15:04")
	case 1:
		return "yesterday " + t.Format("15:04")
	}
	return t.Format("2 Jan 15:04")
}

func zoneOffset(t time.Time) int {
	_, offset := t.Zone()
	return offset
}

// OverviewLine is one line of the Overview, and what it is about: the zero Resource for
// headings.
type OverviewLine struct {
	Text     string
	Resource metrics.Resource
	// At is when it was, of a line that tells of something that happened; of errors
	// that are alike, of the first. Fingerprint is theirs.
	At          time.Time
	Fingerprint string
}

// OverviewHeader says where one is, and how old and how dear the figures are.
func (l Look) OverviewHeader(s metrics.Snapshot, o OverviewOptions) string {
	name := strings.ToUpper(s.Environment.Name)
	if s.Environment.IsProduction() {
		name = l.Paint(Bad, name)
	} else {
		name = l.Paint(Strong, name)
	}
	left := []string{name}
	if account := Clean(s.Account); account != "" {
		left = append(left, shortAccount(account)+" "+Clean(s.Region))
	}
	left = append(left, map[bool]string{true: "read-only", false: "rw"}[s.ReadOnly])
	right := []string{o.Now.In(o.zone()).Format("15:04:05Z07:00")}
	if answered := s.Source(metrics.SourceMetrics).Answered; !answered.IsZero() {
		right = append(right, "data "+Coarse(o.Now.Sub(answered)))
	}
	right = append(right, Pace(s.Budget, l.Width))
	end := strings.Join(right, columnGap)
	return Pad(l.cells(" "+strings.Join(left, columnGap), l.Width-Width(end)-1), l.Width-Width(end)) + end
}

// roomForCalls is how wide a screen is on which the calls an hour are shown, too.
const roomForCalls = 100

// Pace is what asking comes to in an hour: "2.4k calls/h  $0.03/h".
func Pace(b metrics.Budget, width int) string {
	text := fmt.Sprintf("$%.2f/h", b.DollarsPerHour)
	if width >= roomForCalls {
		text = Number(metrics.Some(b.CallsPerHour)) + " calls/h" + columnGap + text
	}
	return text
}

// shortAccount is an account's number without its middle, "4821..0912".
func shortAccount(account string) string {
	if len(account) != 12 {
		return account
	}
	return account[:4] + ".." + account[8:]
}

// group is rows under a heading.
type group struct {
	heading string
	rows    []OverviewLine
}

// Overview draws how everything is doing: the verdict in two lines, and a row for each
// thing. Where a row stands depends on the size of the screen alone, never on the
// values. A height of 0 is as many lines as are useful; too low a screen loses headings
// first, then what changed, the jobs, and then rows from the end.
func (l Look) Overview(s metrics.Snapshot, o OverviewOptions) []OverviewLine {
	var lines []OverviewLine
	for _, text := range l.Verdict(s, o) {
		worst, _ := s.Verdict.Worst()
		lines = append(lines, OverviewLine{Text: text, Resource: worst.Resource})
	}
	t := tones{s.Verdict.Findings}
	groups := []group{l.functionRows(s, t, o), l.queueRows(s, t, o), l.edgeRows(s, t, o)}
	summary := l.summaryRows(s, t, o)
	room := l.Height - len(lines)
	need := len(summary)
	for _, g := range groups {
		need += 1 + len(g.rows)
	}
	headings := l.Height == 0 || room >= need
	for _, g := range groups {
		if headings {
			lines = append(lines, OverviewLine{Text: l.Paint(Dim, g.heading)})
		}
		lines = append(lines, g.rows...)
	}
	lines = append(lines, l.fittingSummary(summary, s, t, o, l.Height-len(lines))...)
	if panels := l.panels(s, o, l.Height-len(lines)); len(panels) > 0 {
		lines = append(lines, panels...)
	}
	if l.Height > 0 && len(lines) > l.Height {
		lines = lines[:l.Height]
	}
	return lines
}

// fittingSummary leaves out what matters least where there is not enough room.
func (l Look) fittingSummary(rows []OverviewLine, s metrics.Snapshot, t tones, o OverviewOptions, room int) []OverviewLine {
	const jobs, stacks, alarms = 0, 1, 2
	switch {
	case l.Height == 0 || room >= len(rows):
		return rows
	case room == 3:
		return rows[jobs : alarms+1]
	case room == 2:
		return rows[stacks : alarms+1]
	case room == 1:
		return []OverviewLine{l.stacksAndAlarms(s, t, o)}
	}
	return nil
}
