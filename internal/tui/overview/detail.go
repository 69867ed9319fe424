package overview

import (
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
	rows  []detailRow
	list  widget.List
}

type detailRow struct {
	text string
	// way leads on; without words there is none.
	way way
	// alarm is the name of the one that the row is about.
	alarm string
	// at is when it was, for the logs of then.
	at time.Time
}

func (o *Overview) open(d *detail) { o.detail = d }

func (d *detail) press(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, keys.Enter):
		return d.enter()
	case key.Matches(msg, keys.Logs):
		return d.logs()
	}
	d.list.Press(msg)
	return nil
}

// logs opens the logs of when it was that the row tells of.
func (d *detail) logs() tea.Cmd {
	if d.list.Cursor >= len(d.rows) || d.rows[d.list.Cursor].at.IsZero() {
		return nil
	}
	return logsOf(d.rows[d.list.Cursor].at).cmd()
}

func (d *detail) enter() tea.Cmd {
	if d.list.Cursor >= len(d.rows) {
		return nil
	}
	if w := d.rows[d.list.Cursor].way; w.words != "" {
		return w.cmd()
	}
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
		lines = append(lines, st.Clip(st.Row(d.rows[i].text, i == d.list.Cursor, false), width))
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

// findings lists all that is wrong, and what does not answer.
func (o *Overview) findings() *detail {
	d := &detail{title: "Everything that is wrong, the worst first"}
	look := o.host.Look(o.memo.width-gutter, 0)
	for _, f := range o.shown.Verdict.Findings {
		w, _ := o.wayOf(f)
		for _, line := range look.FindingLines([]metrics.Finding{f}, o.options()) {
			d.rows = append(d.rows, detailRow{text: line, way: w})
		}
	}
	for _, s := range o.shown.Sources {
		if s.Failing() {
			text, _ := present.ProblemWords(s.Err)
			d.rows = append(d.rows, detailRow{text: look.Paint(present.Unknown, string(s.Name)+": "+text)})
		}
	}
	return d
}

func (o *Overview) alarms() *detail {
	d := &detail{title: "Alarms"}
	look := o.host.Look(o.memo.width-gutter, 0)
	for _, a := range o.shown.Alarms.List {
		w, _ := o.wayOfAlarm(a)
		d.rows = append(d.rows, detailRow{text: look.AlarmLine(a, o.options()), way: w, alarm: a.Name, at: a.Since})
	}
	return d
}

func (o *Overview) changes() *detail {
	d := &detail{title: "Changes"}
	look := o.host.Look(o.memo.width-gutter, 0)
	for _, c := range o.shown.Changes.List {
		d.rows = append(d.rows, detailRow{text: look.ChangeLine(c, o.options()), way: wayOfChange(c), at: c.At})
	}
	return d
}
