package overview

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// detail is a list that is longer than its line on the page: all findings, all
// alarms, the changes.
type detail struct {
	title string
	// command tells the same.
	command string
	// draw makes the rows, anew whenever the page is drawn anew.
	draw func() []detailRow
	rows []detailRow
	list widget.List
}

type detailRow struct {
	present.OverviewLine
	// id stays the same while the text changes.
	id string
	// way leads on; without words there is none.
	way way
}

func (o *Overview) open(d *detail) {
	o.detail = d
	d.refresh()
}

// refresh draws the rows, and keeps the cursor on its own.
func (d *detail) refresh() {
	was := d.chosen().id
	d.rows = d.draw()
	d.list.Resize(len(d.rows), d.list.Height)
	if i := slices.IndexFunc(d.rows, func(r detailRow) bool { return r.id == was }); i >= 0 {
		d.list.To(i)
	}
}

// chosen is the row under the cursor.
func (d *detail) chosen() (r detailRow) {
	if d.list.Cursor < len(d.rows) {
		r = d.rows[d.list.Cursor]
	}
	return r
}

func (d *detail) enter() tea.Cmd {
	if w := d.chosen().way; w.words != "" {
		return w.cmd()
	}
	return nil
}

func (o *Overview) pressDetail(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, keys.Enter):
		return o.detail.enter()
	case key.Matches(msg, keys.Logs):
		return o.logs()
	}
	o.detail.list.Press(msg)
	return nil
}

func (d *detail) click(at page.Click) tea.Cmd {
	row := d.list.First + at.Y - 1
	if row < 0 || row >= len(d.rows) {
		return nil
	}
	if row == d.list.Cursor {
		return d.enter()
	}
	d.list.To(row)
	return nil
}

func (d *detail) view(st *style.Style, width, height int) string {
	d.list.Resize(len(d.rows), height-1)
	lines := []string{" " + st.Title.Render(d.title)}
	for i := d.list.First; i < min(d.list.First+d.list.Height, len(d.rows)); i++ {
		lines = append(lines, st.Clip(st.Row(d.rows[i].Text, i == d.list.Cursor, false), width))
	}
	if len(d.rows) == 0 {
		lines = append(lines, st.Hint.Render(" none"))
	}
	return strings.Join(lines, "\n")
}

// options are those that everything on this page is drawn with.
func (o *Overview) options() present.OverviewOptions {
	return present.OverviewOptions{Now: o.host.Now(), Zone: o.host.Zone}
}

// look is that of a row.
func (o *Overview) look() present.Look { return o.host.Look(o.memo.width-gutter, o.memo.height) }

// findings lists all that is wrong, and what does not answer.
func (o *Overview) findings() *detail {
	return &detail{title: "Everything that is wrong, the worst first", command: "status", draw: func() (rows []detailRow) {
		for _, f := range o.shown.Verdict.Findings {
			w, _ := o.wayOf(f)
			for i, text := range o.look().FindingLines([]metrics.Finding{f}, o.options()) {
				line := present.OverviewLine{Text: text, Resource: f.Resource, At: f.Since}
				rows = append(rows, detailRow{line, fmt.Sprint(f.Resource, f.Matter, i), w})
			}
		}
		for _, s := range o.shown.Sources {
			if s.Failing() {
				text, _ := present.ProblemWords(s.Err)
				line := present.OverviewLine{Text: o.look().Paint(present.Unknown, string(s.Name)+": "+text)}
				rows = append(rows, detailRow{OverviewLine: line, id: string(s.Name)})
			}
		}
		return rows
	}}
}

func (o *Overview) alarms() *detail {
	return &detail{title: "Alarms", command: "alarms list", draw: func() (rows []detailRow) {
		for _, a := range o.shown.Alarms.List {
			w, _ := o.wayOfAlarm(a)
			line := present.OverviewLine{Text: o.look().AlarmLine(a, o.options()), Resource: metrics.Resource{Kind: metrics.KindAlarm, Name: a.Name}, At: a.Since}
			rows = append(rows, detailRow{line, a.Name, w})
		}
		return rows
	}}
}

func (o *Overview) changes() *detail {
	return &detail{title: "Changes", command: "changes", draw: func() (rows []detailRow) {
		for _, c := range o.shown.Changes.List {
			line := present.OverviewLine{Text: o.look().ChangeLine(c, o.options()), Resource: metrics.Resource{Kind: metrics.KindChanges}, At: c.At}
			rows = append(rows, detailRow{line, fmt.Sprint(c.At.Format(time.RFC3339Nano), c.Kind, c.Resource), wayOfChange(c)})
		}
		return rows
	}}
}
