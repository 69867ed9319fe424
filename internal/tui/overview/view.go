package overview

import (
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
)

// memo is what was drawn last, and of what.
type memo struct {
	version       uint64
	width, height int
	host          int
	second        int64
	valid         bool
	lines         []present.OverviewLine
	// rows are the lines that the cursor can be on: the verdict, and what has a resource.
	rows []int
}

func (m *memo) forget() { m.valid = false }

// gutter is where the cursor stands.
const gutter = 1

// View draws the rows, or the list that lies over them.
func (o *Overview) View(width, height int) string {
	o.draw(width, height)
	if o.detail != nil {
		return o.detail.view(o.host.Style, width, height)
	}
	out := make([]string, len(o.memo.lines))
	for i, line := range o.memo.lines {
		out[i] = o.host.Style.Row(line.Text, len(o.memo.rows) > 0 && i == o.memo.rows[o.cursor], false)
	}
	return strings.Join(out, "\n")
}

// draw makes the lines anew where something they depend on has changed.
func (o *Overview) draw(width, height int) {
	now := o.host.Now()
	want := memo{version: o.shown.Version, width: width, height: height, host: o.host.Version, second: now.Unix(), valid: true}
	if m := o.memo; m.valid && m.version == want.version && m.width == width && m.height == height && m.host == want.host && m.second == want.second {
		return
	}
	was := o.chosen()
	look := o.host.Look(width-gutter, height)
	want.lines = look.Overview(o.shown, present.OverviewOptions{Now: now, Zone: o.host.Zone, Next: o.next(), More: keys.Attention.Help().Key})
	if len(want.lines) > 1 && o.problem != nil {
		copy(want.lines, o.unreachable(look))
	}
	for i, line := range want.lines {
		if i == 0 || i > 1 && line.Resource != (metrics.Resource{}) {
			want.rows = append(want.rows, i)
		}
	}
	o.memo = want
	o.cursor = min(o.cursor, max(len(want.rows)-1, 0))
	if o.cursor > 0 {
		o.follow(was)
	}
	if o.detail != nil {
		o.detail.refresh()
	}
}

// follow puts the cursor where the thing is now that it was on.
func (o *Overview) follow(was present.OverviewLine) {
	for i, row := range o.memo.rows[1:] {
		if line := o.memo.lines[row]; line.Resource == was.Resource && line.At.Equal(was.At) && line.Fingerprint == was.Fingerprint {
			o.cursor = i + 1
			return
		}
	}
}

// unreachable stands in the verdict's place while there is no way to AWS.
func (o *Overview) unreachable(look present.Look) []present.OverviewLine {
	text, next := present.ProblemWords(o.problem)
	hint := "tried again every " + present.Duration(retryAfter)
	if next != "" {
		hint = "next: " + next + "; " + hint
	}
	lines := present.Wrap(look.Glyph(present.Unsure)+" "+look.Paint(present.Unknown, "UNKNOWN")+"  "+text, look.Width)
	if len(lines) > 1 {
		hint = strings.Join(lines[1:], " ") + "; " + hint
	}
	return []present.OverviewLine{{Text: lines[0]}, {Text: o.host.Style.Clip("  "+look.Paint(present.Dim, hint), look.Width)}}
}

// next is what the verdict advises: the keys that lead on from it.
func (o *Overview) next() string {
	if o.frozen {
		return "frozen at " + o.shown.At.In(o.host.Zone).Format(time.TimeOnly) + ", f goes on"
	}
	worst, wrong := o.shown.Verdict.Worst()
	if !wrong {
		return ""
	}
	way, ok := o.wayOf(worst)
	if !ok {
		return ""
	}
	text := "enter = " + way.words
	if !worst.Since.IsZero() {
		text += " · l = logs at " + worst.Since.In(o.host.Zone).Format("15:04")
	}
	if len(o.actionsOf(worst.Resource)) > 0 {
		text += " · " + keys.Act.Help().Key + " = actions"
	}
	if o.Planted && worst.Matter == metrics.MatterDead {
		text = "planted by the demo: press enter"
	}
	if o.host.Style.ASCII {
		text = strings.ReplaceAll(text, " · ", " - ")
	}
	return text
}

// under is what is under the cursor: a row of the list that lies over the page, else of
// the page, of which the verdict is of when its worst finding began.
func (o *Overview) under() present.OverviewLine {
	if o.detail != nil {
		return o.detail.chosen().OverviewLine
	}
	line := o.chosen()
	if worst, wrong := o.shown.Verdict.Worst(); o.cursor == 0 && wrong {
		line.At = worst.Since
	}
	return line
}

// rows are the lines that can be chosen, as they were drawn last.
func (o *Overview) rows() []int { return o.memo.rows }

// chosen is the line under the cursor.
func (o *Overview) chosen() present.OverviewLine {
	if o.cursor >= len(o.memo.rows) {
		return present.OverviewLine{}
	}
	return o.memo.lines[o.memo.rows[o.cursor]]
}
