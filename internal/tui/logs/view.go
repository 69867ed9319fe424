package logs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	domain "github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
	"github.com/keyvex/keyvex/internal/present"
)

// frame remembers what was drawn.
type frame struct {
	version, host, width, height int
	text                         string
	// numbers are the rows of the lines, which begin below so many others.
	numbers []uint64
	above   int
}

// View draws the list of lines, or the place over it.
func (l *Logs) View(width, height int) string {
	if p := l.place(); p != nil {
		return l.placeView(p, width, height)
	}
	d := &l.drawn
	if d.text == "" || d.version != l.version || d.host != l.host.Version || d.width != width || d.height != height {
		*d = frame{version: l.version, host: l.host.Version, width: width, height: height}
		d.text = strings.Join(l.draw(width, height), "\n")
	}
	return d.text
}

func (l *Logs) draw(width, height int) []string {
	head := l.headline(l.spanWords() + "  ")
	if present.Width(head) >= width { // what is chosen comes before when
		head = l.headline("")
	}
	lines := []string{l.host.Style.Clip(" "+head, width)}
	if note := l.note(width); note != "" {
		lines = append(lines, note)
	}
	if l.matches.Len() == 0 {
		return append(lines, l.nothing(width)...)
	}
	l.drawn.above = len(lines)
	return append(lines, l.rows(width, height-len(lines))...)
}

// headline says what is seen, with its span of time.
func (l *Logs) headline(span string) string {
	st := l.host.Style
	state := st.Glyph(present.OK) + " following"
	switch {
	case l.problem != nil:
		state = st.Glyph(present.Broken) + " stopped"
	case !l.caughtUp:
		state = st.Glyph(present.Working) + " reading"
	case !l.span.until.IsZero():
		state = st.Glyph(present.Idle) + " read"
	case !l.following:
		state = st.Glyph(present.Idle) + " frozen"
	}
	if after := l.matches.Len() - 1 - l.at(); !l.following && after > 0 {
		state += fmt.Sprintf(", %d below", after)
	}
	where := "all logs"
	if l.choice.group >= 0 {
		where = l.Groups[l.choice.group].Short
	}
	switch {
	case l.choice.kind != "":
		where += ", errors of one kind"
	case l.choice.level != line.Unknown:
		where += ", " + l.choice.level.String() + " and above"
	}
	count := present.Count(l.matches.Len(), "line")
	if l.matches.Len() < l.ring.Len() {
		count = fmt.Sprintf("%d of %s", l.matches.Len(), present.Count(l.ring.Len(), "line"))
	}
	text := state + "  " + st.Paint(present.Strong, where) + "  " + span + count
	if l.choice.text != "" {
		text += "  /" + present.Clean(l.choice.text)
	}
	return text
}

func (l *Logs) spanWords() string {
	now := l.host.Now().In(l.host.Zone)
	moment := func(t time.Time) string {
		t = t.In(l.host.Zone)
		if t.YearDay() != now.YearDay() || t.Year() != now.Year() {
			return t.Format("2 Jan 15:04:05")
		}
		return t.Format(time.TimeOnly)
	}
	text := "since " + moment(l.span.from)
	if !l.span.until.IsZero() {
		text = moment(l.span.from) + " to " + moment(l.span.until)
	}
	if l.ring.First() > 0 && l.ring.Len() == mostLines {
		text += ", the newest"
	}
	return text
}

// notices are what stands between the follower and the logs, by group.
type notices map[int]domain.Notice

func (n notices) take(told *domain.Notice) {
	switch {
	case told == nil, told.Matter == domain.Gap:
	case told.Matter == domain.Recovered:
		delete(n, told.Group)
	default:
		n[told.Group] = *told
	}
}

// note is the worst of the notices, or why nothing comes any more. Groups that are not
// there yet are told only where nothing else is shown.
func (l *Logs) note(width int) string {
	st := l.host.Style
	if l.problem != nil && l.matches.Len() > 0 {
		text, _ := present.ProblemWords(l.problem)
		return st.Clip(" "+st.Paint(present.Bad, text)+", r reads again", width)
	}
	for _, group := range slices.Sorted(maps.Keys(l.notices)) {
		if n := l.notices[group]; n.Matter != domain.Missing {
			return st.Clip(" "+st.Paint(present.Warning, present.LogNoticeLine(n, l.Groups)), width)
		}
	}
	return ""
}

// nothing says why there is no line.
func (l *Logs) nothing(width int) []string {
	look := l.host.Style.Look
	if l.problem != nil {
		return l.failure(l.problem, width)
	}
	if !l.caughtUp {
		return []string{look.Paint(present.Dim, "  reading ...")}
	}
	lines := []string{"  no line"}
	if l.ring.Len() > 0 {
		lines[0] = fmt.Sprintf("  none of %s is of this choice", present.Count(l.ring.Len(), "line"))
	}
	lines = append(lines, look.Paint(present.Dim, "  [ earlier  - a longer time  tab another log  L other levels"))
	for _, group := range slices.Sorted(maps.Keys(l.notices)) {
		if n := l.notices[group]; n.Matter == domain.Missing {
			lines = append(lines, look.Paint(present.Dim, "  "+present.LogNoticeLine(n, l.Groups)))
		}
	}
	return lines
}

// failure is an error with its hint.
func (l *Logs) failure(err error, width int) []string {
	return append(l.host.Failure(err, width), l.host.Style.Paint(present.Dim, "   r tries again"))
}

// rows draws the rows around the cursor, and no others.
func (l *Logs) rows(width, height int) []string {
	cursor := l.at()
	first := min(l.matches.Place(l.first), cursor)
	style := l.style(width)
	// Rows are drawn upwards from the cursor until there is no room, so that all of the
	// cursor's is seen, and none above the first that was seen.
	drawn := map[int][]string{}
	room := height
	for at := cursor; at >= first && (room > 0 || at == cursor); at-- {
		drawn[at] = l.row(style, at, width)
		if room -= len(drawn[at]); room < 0 && at < cursor {
			first = at + 1
			break
		}
		if room <= 0 {
			first = at
		}
	}
	if l.following { // no room is left below the newest
		for first > 0 && room > 0 {
			drawn[first-1] = l.row(style, first-1, width)
			if room -= len(drawn[first-1]); room >= 0 {
				first--
			}
		}
	}
	l.first = l.matches.Number(first)
	var lines []string
	for at := first; at < l.matches.Len() && len(lines) < height; at++ {
		if drawn[at] == nil {
			drawn[at] = l.row(style, at, width)
		}
		for i, text := range drawn[at] {
			lines = append(lines, l.host.Style.Row(text, at == cursor && i == 0, false))
			l.drawn.numbers = append(l.drawn.numbers, l.matches.Number(at))
		}
	}
	return lines[:min(len(lines), height)]
}

// On a screen narrower than narrow a log's name takes narrowName cells at most.
const narrow, narrowName = 100, 10

func (l *Logs) style(width int) present.LogStyle {
	s := present.LogStyle{Look: l.host.Look(width-1, 0), Zone: l.host.Zone, Today: l.host.Now(), Groups: l.Groups, Fold: true}
	if width < narrow {
		s.Groups = slices.Clone(l.Groups)
		for i := range s.Groups {
			s.Groups[i].Short = s.Middle(strings.TrimSuffix(s.Groups[i].Short, "-processor"), narrowName)
		}
	}
	return s
}

// row draws one row: in one line that says what is folded away, or whole.
func (l *Logs) row(style present.LogStyle, at, width int) []string {
	r, number := l.matches.At(at), l.matches.Number(at)
	e := r.entry()
	if l.whole != l.unfolded[number] {
		style.Unfold, style.Wrap = true, true
		lines := style.LogLines(e)
		for _, f := range r.frames {
			lines = append(lines, style.LogLines(domain.Entry{Line: domain.Line{Message: f}, Parsed: line.Parse(f), Continues: true})...)
		}
		return lines
	}
	lines := style.LogLines(e)
	folded := ""
	if more := len(lines) - 1 + len(r.frames); more > 0 {
		folded = style.Paint(present.Dim, " +"+present.Count(more, "line"))
	}
	return []string{l.host.Style.Clip(lines[0], width-1-present.Width(folded)) + folded}
}

// placeView draws a place over the list.
func (l *Logs) placeView(p *place, width, height int) string {
	look, st := l.host.Look(width-1, 0), l.host.Style
	head := " " + st.Paint(present.Strong, present.Clean(p.title))
	switch {
	case p.problem != nil:
		return strings.Join(append([]string{head}, l.failure(p.problem, width)...), "\n")
	case !p.loaded:
		return head + "\n" + look.Paint(present.Dim, "  reading ...")
	}
	if p.drawn.lines == nil || p.drawn.look != look || p.drawn.version != l.host.Version {
		p.drawn = placeFrame{look: look, version: l.host.Version, lines: p.content.draw(look)}
		if p.content.text {
			p.textRows()
		}
	}
	heads := p.content.heads
	if head += "  " + p.content.summary; p.wanted != "" {
		head += "  /" + present.Clean(p.wanted)
	}
	lines := []string{st.Clip(head, width)}
	for _, text := range p.drawn.lines[:min(heads, len(p.drawn.lines))] {
		lines = append(lines, " "+text)
	}
	p.above = len(lines)
	p.list.Resize(len(p.shown), height-p.above)
	for i := p.list.First; i < min(p.list.First+p.list.Height, len(p.shown)); i++ {
		lines = append(lines, st.Row(p.drawn.lines[heads+p.shown[i].index], i == p.list.Cursor, false))
	}
	if len(p.shown) == 0 {
		lines = append(lines, "  none")
	}
	return strings.Join(lines, "\n")
}

// textRows makes a row of each line that the filter keeps.
func (p *place) textRows() {
	p.shown = p.shown[:0]
	for i, text := range p.drawn.lines {
		plain := strings.TrimSpace(ansi.Strip(text))
		if strings.Contains(strings.ToLower(plain), strings.ToLower(p.wanted)) {
			p.shown = append(p.shown, placeRow{index: i, copy: plain})
		}
	}
}
