package logs

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	domain "github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/job"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// place is what lies over the list of lines: the invocations of the window, one
// invocation, the way of a job.
type place struct {
	number         int
	title, command string
	// load reads it; loaded is set when that is over.
	load    func(Source) (content, error)
	loaded  bool
	problem error

	content content
	// wanted is the filter; shown are the rows that it keeps.
	wanted string
	shown  []placeRow
	list   widget.List
	// above is how many lines of the screen are above the rows.
	above int
	drawn placeFrame
}

// content is what a place shows: lines above, and rows.
type content struct {
	// draw makes the lines for a look: so many heads, then one for each row.
	draw func(present.Look) []string
	// heads is how many lines are no rows; rows tells what each row is, nil for text
	// without.
	heads int
	rows  []placeRow
	// text is set where each line is a row, of which nothing is known but that it is
	// about job.
	text bool
	job  string
	// summary stands above all.
	summary string
}

// placeRow is what is known of a row.
type placeRow struct {
	index  int
	search string
	// request and job lead on, copy is what y copies.
	request, job, copy string
	failed             bool
}

// placeFrame remembers what was drawn, for which look and in which version of the host.
type placeFrame struct {
	look    present.Look
	version int
	lines   []string
}

// answer is what a place was loaded with.
type answer struct {
	number  int
	content content
	err     error
}

// place is the one on the screen, nil for the list of lines.
func (l *Logs) place() *place {
	if len(l.inner) == 0 {
		return nil
	}
	return l.inner[len(l.inner)-1]
}

// enter opens a place.
func (l *Logs) enter(p *place) tea.Cmd {
	l.version++
	l.places++
	p.number = l.places
	l.inner = append(l.inner, p)
	return l.loading(p)
}

func (l *Logs) loading(p *place) tea.Cmd {
	p.loaded, p.problem = false, nil
	number, load := p.number, p.load
	return func() tea.Msg {
		source, err := l.Connect(l.ctx) // which may still be under way, or have failed
		if err != nil {
			return answer{number: number, err: err}
		}
		content, err := load(source)
		return answer{number, content, err}
	}
}

func (l *Logs) answered(a answer) {
	i := slices.IndexFunc(l.inner, func(p *place) bool { return p.number == a.number })
	if i < 0 { // it was left meanwhile
		return
	}
	p := l.inner[i]
	p.loaded, p.problem, p.content, p.drawn = true, a.err, a.content, placeFrame{}
	p.filter(p.wanted)
}

// filter keeps the rows that have a text.
func (p *place) filter(text string) {
	p.wanted = text
	if p.content.text { // its rows are made where it is drawn
		p.drawn = placeFrame{}
		return
	}
	p.shown = nil
	for i, r := range p.content.rows {
		r.index = i
		if strings.Contains(strings.ToLower(r.search), strings.ToLower(text)) {
			p.shown = append(p.shown, r)
		}
	}
	p.list.Resize(len(p.shown), p.list.Height)
}

// chosen is the row under the cursor.
func (p *place) chosen() (placeRow, bool) {
	if p.list.Cursor >= len(p.shown) {
		return placeRow{}, false
	}
	return p.shown[p.list.Cursor], true
}

func (p *place) copied() string {
	r, _ := p.chosen()
	return r.copy
}

func (l *Logs) pressPlace(p *place, msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, keys.Enter):
		return l.into(p)
	case key.Matches(msg, keys.Job):
		if r, ok := p.chosen(); ok && r.job+p.content.job != "" {
			return l.openJob(cmp.Or(r.job, p.content.job))
		}
	case key.Matches(msg, keys.Error):
		p.nextFailed(1)
	case key.Matches(msg, keys.ErrorUp):
		p.nextFailed(-1)
	case key.Matches(msg, keys.Refresh):
		return l.loading(p)
	default:
		p.list.Press(msg)
	}
	return nil
}

// into opens what the row under the cursor is of.
func (l *Logs) into(p *place) tea.Cmd {
	if r, ok := p.chosen(); ok && r.request != "" {
		return l.openInvocation(r.request)
	}
	return nil
}

func (p *place) nextFailed(step int) {
	for at := p.list.Cursor + step; at >= 0 && at < len(p.shown); at += step {
		if p.shown[at].failed {
			p.list.To(at)
			return
		}
	}
}

// openInvocations lists the invocations of the window.
func (l *Logs) openInvocations() tea.Cmd {
	groups := l.chosenGroups()
	span := l.span.window(groups, l.host.Now())
	return l.enter(&place{title: "Invocations", command: "keyvex logs invocations" + only(groups) + l.flags(), load: func(source Source) (content, error) {
		list, err := source.Invocations(l.ctx, span)
		if err != nil {
			return content{}, err
		}
		all := list.Invocations
		invocation.Sort(all, "start")
		slices.Reverse(all)
		c := content{heads: 1, summary: present.InvocationSummary(len(all), all)}
		c.draw = func(look present.Look) []string {
			return look.InvocationTable(all, present.Window{From: span.From, To: span.To}, l.host.Zone)
		}
		for _, i := range all {
			r := placeRow{request: i.RequestID, copy: i.RequestID, failed: i.Outcome.Failed()}
			r.search = strings.Join(append([]string{i.Function, string(i.Outcome), i.Error, i.RequestID}, i.IDs...), " ")
			if len(i.IDs) > 0 {
				r.job = i.IDs[0]
			}
			c.rows = append(c.rows, r)
		}
		return c, nil
	}})
}

// only is the name of the one group as an argument, nothing for several.
func only(groups []domain.Group) string {
	if len(groups) != 1 {
		return ""
	}
	return " " + groups[0].Short
}

// openInvocation shows the invocations that name an id, with their lines.
func (l *Logs) openInvocation(id string) tea.Cmd {
	span := l.wide()
	title := id[:min(len(id), 8)]
	return l.enter(&place{title: title, command: "keyvex logs show " + id + l.sinceFlag(), load: func(source Source) (content, error) {
		found, err := source.Show(l.ctx, span, id)
		if err != nil {
			return content{}, err
		}
		if len(found) == 0 {
			return content{}, notThere("invocation", id)
		}
		return l.invocations(found), nil
	}})
}

// openJob shows the way of a job.
func (l *Logs) openJob(id string) tea.Cmd {
	span := l.wide()
	return l.enter(&place{title: id, command: "keyvex logs job " + id + l.sinceFlag(), load: func(source Source) (content, error) {
		way, err := source.Job(l.ctx, span, id)
		if err != nil {
			return content{}, err
		}
		if len(way.Stations) == 0 {
			return content{}, notThere("job", id)
		}
		return l.stations(way), nil
	}})
}

func notThere(what, id string) error {
	return problem.New(problem.NotFound, "no function logged anything of %s %s in this time", what, id).WithHint("esc, then T reads from an earlier time; lines take some seconds to appear")
}

// invocations is text: the lines of some invocations.
func (l *Logs) invocations(found []invocation.Whole) content {
	c := content{text: true, summary: present.Count(len(found), "invocation")}
	c.draw = func(look present.Look) []string {
		var lines []string
		for i, w := range found {
			if i > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, look.InvocationLines(w, l.host.Zone)...)
		}
		return lines
	}
	for _, w := range found {
		if c.summary += ", " + present.Fine(w.Took()); len(w.IDs) > 0 {
			c.job = w.IDs[0]
		}
	}
	return c
}

func (l *Logs) stations(way *job.Way) content {
	c := content{heads: 1, summary: present.Count(len(way.Stations), "station") + " in " + present.Fine(way.Took())}
	c.draw = func(look present.Look) []string { return look.WayTable(way, l.host.Zone) }
	for _, s := range way.Stations {
		c.rows = append(c.rows, placeRow{
			search: s.Name + " " + s.Detail + " " + s.Function, request: s.RequestID, copy: strings.TrimSpace(s.Name + " " + s.Detail), failed: s.Failed,
		})
	}
	return c
}
