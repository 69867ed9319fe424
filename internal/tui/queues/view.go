package queues

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

// headLines stand above the rows of both places.
const headLines = 2

// gutter is where cursor and mark stand.
const gutter = 1

// drawing is a message as it was drawn last.
type drawing struct {
	message     *queues.Message
	width, host int
	whole       bool
	lines       []string
}

// View draws the list of queues, or the messages of one.
func (p *Page) View(width, height int) string {
	look := p.host.Look(width-gutter, height)
	p.width = width
	var lines []string
	if p.open == nil {
		lines = p.viewList(look, height)
	} else {
		lines = p.viewMessages(look, height)
	}
	return strings.Join(lines, "\n")
}

func (p *Page) viewList(look present.Look, height int) []string {
	rows := p.listing.Pairs
	if len(rows) == 0 {
		return p.nothingYet(look, "reading the queues")
	}
	table := look.QueuesTable(p.listing.Listing)
	lines := []string{p.sentence(look), " " + table[0]}
	p.list.Resize(len(rows), min(len(rows), height-headLines))
	for i := range rows {
		row := table[1+i]
		if p.problem != nil {
			row = p.host.Style.Stale(row)
		}
		lines = append(lines, p.host.Style.Row(row, i == p.list.Cursor, false))
	}
	lines = append(lines, "")
	if pair, ok := p.pair(); ok {
		lines = append(lines, p.policy(look, pair)...)
	}
	for _, line := range table[1+len(rows):] {
		lines = append(lines, " "+line)
	}
	if err := p.listing.MetricsError; err != nil {
		lines = append(lines, " "+look.Paint(present.Unknown, look.Middle("ages and rates are missing: "+present.Clean(err.Error()), look.Width)))
	}
	return append(lines, p.runLines(look)...)
}

// policy says how the queue under the cursor is set, and what it does now.
func (p *Page) policy(look present.Look, pair queues.Pair) []string {
	source, dead := pair.Source, pair.DeadLetter
	texts := []string{
		fmt.Sprintf("%s: after %s a message goes to %s", source.Name, present.Count(source.MaxReceives, "receive"), dead.Name),
		fmt.Sprintf("hidden %s while it is worked on, kept %s, dead %s", present.Duration(source.Visibility), present.Duration(source.Retention), present.Duration(dead.Retention)),
	}
	if pair.Consumer == platform.ConsumerOn {
		texts = append(texts, string(pair.Function)+" takes from it")
	} else {
		texts = append(texts, string(pair.Function)+" takes nothing from it")
	}
	lines := make([]string, 0, len(texts))
	for _, text := range texts {
		lines = append(lines, "   "+look.Paint(present.Dim, p.host.Style.Clip(text, look.Width-2)))
	}
	return lines
}

// sentence says what is wrong with the queues, and what leads on.
func (p *Page) sentence(look present.Look) string {
	if p.problem != nil {
		look.Width -= present.Width(p.asOf())
		return p.failure(look) + look.Paint(present.Dim, p.asOf())
	}
	dead, paused := 0, []string{}
	for _, pair := range p.listing.Pairs {
		dead += pair.DeadLetter.Messages()
		if platform.ConsumerPauses(pair.Consumer) {
			paused = append(paused, string(pair.Function))
		}
	}
	switch {
	case dead > 0:
		return p.host.Style.Clip(look.Glyph(present.Broken)+" "+look.Paint(present.Bad, present.Count(dead, "dead letter"))+", enter shows why", look.Width)
	case len(paused) > 0:
		return p.host.Style.Clip(look.Glyph(present.Attention)+" paused: "+strings.Join(paused, ", ")+", a resumes", look.Width)
	}
	return look.Glyph(present.OK) + " no dead letters"
}

// asOf says how old the rows are.
func (p *Page) asOf() string { return ", as of " + p.listing.at.In(p.host.Zone).Format(time.TimeOnly) }

func (p *Page) failure(look present.Look) string {
	text, hint := present.ProblemWords(p.problem)
	switch {
	case problem.Is(p.problem, problem.NotFound):
		text = "a queue is not there; keyvex deploy -e " + p.Environment.Name + " makes it"
	case hint != "":
		text += " (" + hint + ")"
	}
	return p.host.Style.Clip(look.Glyph(present.Unsure)+" "+look.Paint(present.Unknown, text), look.Width)
}

func (p *Page) nothingYet(look present.Look, what string) []string {
	if p.problem != nil {
		return []string{p.failure(look)}
	}
	return []string{look.Glyph(present.Working) + " " + look.Paint(present.Dim, what)}
}

func (p *Page) viewMessages(look present.Look, height int) []string {
	b := p.open
	lines := []string{p.summary(look), p.secondLine(look)}
	if m := b.current(); b.whole && m != nil {
		detail := p.detail(look, m)
		b.detail.Window(len(detail), height-headLines)
		return append(lines, detail[b.detail.First:min(b.detail.First+b.detail.Height, len(detail))]...)
	}
	room := max((height-headLines)*2/5, 3)
	if b.causes.seen {
		lines = append(lines, p.viewCauses(look, room)...)
	} else {
		lines = append(lines, p.viewLetters(look, room)...)
	}
	if m := b.current(); m != nil {
		lines = append(lines, look.Paint(present.Dim, strings.Repeat(rule(look), look.Width+gutter)))
		lines = append(lines, p.detail(look, m)...)
	}
	return lines[:min(len(lines), height)]
}

// viewLetters draws the messages, of which room lines are seen.
func (p *Page) viewLetters(look present.Look, room int) (lines []string) {
	b := p.open
	b.list.Resize(len(b.shown), min(room, max(len(b.shown), 1)))
	for i := b.list.First; i < min(b.list.First+b.list.Height, len(b.shown)); i++ {
		m, marked := b.shown[i], 0
		if b.marks[m.ID] {
			marked = 1
		}
		line := p.host.Style.Clip(present.MessageLine(m), look.Width-1)
		lines = append(lines, p.host.Style.Row(p.mark(marked, 1)+line, i == b.list.Cursor, false))
	}
	return lines
}

func rule(look present.Look) string {
	if look.ASCII {
		return "-"
	}
	return "─"
}

// detail draws a message, once.
func (p *Page) detail(look present.Look, m *queues.Message) []string {
	d := &p.open.drawn
	whole := p.open.whole
	if d.message != m || d.width != look.Width || d.host != p.host.Version || d.whole != whole || d.lines == nil {
		lines := look.MessageDetail(m, queues.Validate(p.open.name, m.Body), whole)
		for i := range lines {
			lines[i] = " " + lines[i]
		}
		*d = drawing{m, look.Width, p.host.Version, whole, lines}
	}
	return d.lines
}

// summary says what is in the queue and why, in one line.
func (p *Page) summary(look present.Look) string {
	b := p.open
	state, text := present.Broken, present.Count(len(b.messages), "dead letter")
	switch {
	case b.err != nil:
		return p.host.Style.Clip(look.Glyph(present.Unsure)+" "+look.Paint(present.Unknown, present.Clean(b.err.Error()))+", r reads again", look.Width)
	case p.busy():
		state, text = present.Working, "being moved"
	case p.problem != nil && len(b.messages) == 0:
		return p.failure(look)
	case !b.complete:
		state, text = present.Working, fmt.Sprintf("reading, %d so far", len(b.messages))
	case len(b.messages) == 0:
		state, text = present.OK, "no dead letters"
	}
	if len(b.messages) == most {
		text = fmt.Sprintf("the first %d dead letters", most)
	}
	switch {
	case b.why == "" || p.busy():
	case b.alike == len(b.messages) && b.alike > 1:
		text += ", all: " + b.why
	case b.alike == len(b.messages):
		text += ": " + b.why
	default:
		text += fmt.Sprintf(", %d of them: %s", b.alike, b.why)
	}
	return p.host.Style.Clip(look.Glyph(state)+" "+b.name.String()+": "+present.Clean(text), look.Width)
}

// secondLine is the redrive under way, or the filter, the marks, how the last redrive
// failed, and the end that comes.
func (p *Page) secondLine(look present.Look) string {
	run := strings.Join(p.runLines(look), "")
	if p.busy() {
		return run
	}
	b, parts := p.open, []string{}
	if b.text != "" {
		how := "containing"
		if b.where != nil {
			how = "where"
		}
		parts = append(parts, fmt.Sprintf("%d %s %s", len(b.shown), how, present.Clean(b.text)))
	}
	if len(b.marks) > 0 {
		parts = append(parts, fmt.Sprintf("%d marked", len(b.marks)))
	}
	if run != "" {
		return p.host.Style.Clip("  "+look.Paint(present.Dim, strings.Join(append(parts, ""), " "))+strings.TrimLeft(run, " "), look.Width)
	}
	if b.left != nil {
		parts = append(parts, "a redrive is not finished, a carries it on")
	}
	if hint := b.causesHint(); hint != "" {
		parts = append(parts, hint)
	}
	if pair, ok := p.pair(); ok {
		parts = append(parts, p.facts(pair)...)
	}
	return p.host.Style.Clip("  "+look.Paint(present.Dim, strings.Join(parts, "  ")), look.Width)
}

func (p *Page) facts(pair queues.Pair) (parts []string) {
	if dead := pair.DeadLetter; dead.Expires != nil {
		bound := "more than "
		if dead.Exact {
			bound = ""
		}
		parts = append(parts, "the oldest is lost in "+bound+present.Duration(*dead.Expires))
	}
	if pair.Consumer != platform.ConsumerOn {
		parts = append(parts, string(pair.Function)+" does not take messages")
	}
	if held := pair.DeadLetter.InFlight - pair.DeadLetter.HeldByPeek; held > 0 && p.open.complete && !p.busy() {
		parts = append(parts, fmt.Sprintf("%d with somebody else", held))
	}
	return parts
}

// runLines show the queue's redrive while it is under way, or how it failed.
func (p *Page) runLines(look present.Look) []string {
	r := p.Runs.of(p.queue())
	if r == nil {
		return nil
	}
	s := r.look()
	text, glyph := look.RedriveLine(s.row), look.Glyph(present.Working)
	switch {
	case s.canary != "":
		text = fmt.Sprintf("the canary %.8s is on its way to %s, the others wait for it", s.canary, p.queue().Spec().Consumer)
	case s.over && s.err != nil:
		glyph, text = look.Glyph(present.Broken), text+": "+s.err.Error()
	case s.over:
		return nil
	}
	return []string{p.host.Style.Clip(" "+glyph+" "+present.Clean(text), look.Width+gutter)}
}
