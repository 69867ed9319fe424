// Package logs is the console's page of logs: all functions' lines as they come, in
// one list that can be filtered, folded, frozen and moved in time; and behind each
// line its invocation, and its job's way.
//
// It holds the newest lines in a ring and draws those that are seen. Nothing that was
// read is dropped before it has been in the list.
package logs

import (
	"context"
	"iter"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	domain "github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/job"
	"github.com/keyvex/keyvex/internal/logs/line"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// Source is where logs come from.
type Source interface {
	// Follow yields lines as logs.Follow does; what the options lack of the account
	// it adds.
	Follow(context.Context, domain.Options) iter.Seq2[domain.Event, error]
	Invocations(context.Context, window.Span) (*invocation.List, error)
	// Show finds the invocations that name an id, Job the way of a job.
	Show(context.Context, window.Span, string) ([]invocation.Whole, error)
	Job(context.Context, window.Span, string) (*job.Way, error)
}

// Options are what the page needs.
type Options struct {
	// Groups are all that there are; a row's Group is its place among them.
	Groups []domain.Group
	// Connect opens the way to AWS, or gives the one that is open.
	Connect func(context.Context) (Source, error)
}

// What the ring holds at most.
const (
	mostLines = 100_000
	mostBytes = 36 << 20
)

// Logs is the page.
type Logs struct {
	Options
	host   *page.Host
	ctx    context.Context
	cancel context.CancelFunc
	source Source

	// stream brings the lines, unless it rests, which it does while away is set: the
	// page has not been on the screen for a while. turns counts how often it came and went.
	stream   *page.Stream[delivery]
	rest     *rest
	away     bool
	turns    int
	problem  error
	caughtUp bool
	notices  notices

	span    timespan
	choice  choice
	ring    *widget.Ring[*row]
	matches *widget.Matches[*row]
	// cursor is the number of the row under the cursor, first that of the topmost
	// seen. While following, the cursor is on the newest.
	cursor, first uint64
	following     bool
	// unfolded are rows that are shown whole, all turns that round.
	unfolded map[uint64]bool
	whole    bool

	// inner are the places within the page, the last one on the screen; places counts
	// those ever opened.
	inner  []*place
	places int
	// opening is the target's, until the way to AWS is open. toFirst has the cursor put
	// on the first row that comes.
	opening page.Target
	toFirst bool

	// version grows with every change of what is drawn; drawn remembers the last frame.
	version int
	drawn   frame
}

// New makes the page: following the newest lines, or at the target.
func New(host *page.Host, target page.Target, o Options) *Logs {
	l := &Logs{
		Options: o, host: host, opening: target, following: true, unfolded: map[uint64]bool{}, notices: notices{},
		span: newTimespan(target, host.Now()), choice: choice{group: -1, text: target.Filter, kind: target.Fingerprint}, ring: widget.NewRing[*row](mostLines, mostBytes),
	}
	if l.toFirst = target.Fingerprint != ""; target.Errors || l.toFirst {
		l.choice.level = line.Error
	}
	for i, g := range o.Groups {
		if target.Function != "" && g.Function == target.Function {
			l.choice.group = i
		}
	}
	l.matches = widget.NewMatches(l.ring)
	l.matches.Filter(l.choice.keep())
	l.ctx, l.cancel = context.WithCancel(host.Context)
	return l
}

// Title names the page, or the place within it.
func (l *Logs) Title() string {
	if p := l.place(); p != nil {
		return p.title
	}
	return "Logs"
}

// connected is the way to AWS, or why there is none.
type connected struct {
	source Source
	err    error
}

// Init opens the way to AWS.
func (l *Logs) Init() tea.Cmd {
	return func() tea.Msg {
		source, err := l.Connect(l.ctx)
		return connected{source, err}
	}
}

// Close ends the reading.
func (l *Logs) Close() {
	l.cancel()
	if l.stream != nil {
		l.stream.Close()
	}
}

func (l *Logs) connect(c connected) tea.Cmd {
	if l.problem = c.err; c.err != nil {
		return nil
	}
	l.source = c.source
	cmds := []tea.Cmd{l.read()}
	target := l.opening
	l.opening = page.Target{}
	switch {
	case target.JobID != "":
		cmds = append(cmds, l.openJob(target.JobID))
	case target.RequestID != "":
		cmds = append(cmds, l.openInvocation(target.RequestID))
	case target.MessageID != "":
		cmds = append(cmds, l.openInvocation(target.MessageID))
	}
	return tea.Batch(cmds...)
}

// read begins to read the window anew.
func (l *Logs) read() tea.Cmd {
	if l.source == nil {
		return l.Init()
	}
	if l.stream != nil {
		l.stream.Close()
	}
	l.ring.Clear()
	l.matches.Filter(l.choice.keep())
	clear(l.unfolded)
	l.problem, l.caughtUp, l.following = nil, false, true
	clear(l.notices)
	l.cursor, l.first = l.ring.Next(), l.ring.Next()
	l.rest = newRest(l.away)
	l.stream = page.NewStream(l.host, gather, follow(l.source, l.span.options(l.Groups), l.rest))
	return l.stream.Next()
}

// gather is how long lines are collected for one message: some twenty of them a second.
const gather = 50 * time.Millisecond

// Update takes lines, answers, keys and clicks.
func (l *Logs) Update(msg tea.Msg) tea.Cmd {
	l.version++
	switch msg := msg.(type) {
	case connected:
		return l.connect(msg)
	case page.Batch[delivery]:
		return l.take(msg)
	case answer:
		l.answered(msg)
	case moveTo:
		return l.move(time.Time(msg))
	case page.Hidden:
		l.turns++
		return l.host.After(restAfter, unseen(l.turns))
	case unseen:
		if int(msg) == l.turns {
			l.goAway(true)
		}
	case page.Shown:
		l.turns++
		l.goAway(false)
	case page.Wheel:
		l.scroll(msg.Lines)
	case page.Click:
		return l.click(msg)
	case tea.KeyPressMsg:
		if p := l.place(); p != nil {
			return l.pressPlace(p, msg)
		}
		return l.press(msg)
	}
	return nil
}

// restAfter is how long the page goes on reading when it is not on the screen any more:
// a look at another page costs nothing.
const restAfter = 10 * time.Second

// unseen says that the page was hidden so long ago, at that turn.
type unseen int

// goAway has the reading rest, or go on from where it was.
func (l *Logs) goAway(away bool) {
	if l.rest != nil && l.away != away {
		l.rest.turn(away)
		l.caughtUp = l.caughtUp && away
	}
	l.away = away
}

// take puts lines into the ring.
func (l *Logs) take(batch page.Batch[delivery]) tea.Cmd {
	if batch.Of != l.stream { // of a window that was left
		return nil
	}
	for _, d := range batch.Values {
		for _, r := range d.rows {
			l.ring.Push(r, r.size())
		}
		l.notices.take(d.notice)
		l.caughtUp = l.caughtUp || d.caughtUp
	}
	l.matches.Sync()
	if l.toFirst && l.matches.Len() > 0 {
		l.toFirst, l.following, l.cursor = false, false, l.matches.Number(0)
	}
	if batch.Err != nil {
		l.problem = batch.Err
		return nil
	}
	if batch.Over {
		return nil
	}
	return l.stream.Next()
}

// choose shows the rows of a choice; the cursor stays with its row, or the next one.
func (l *Logs) choose(c choice) {
	l.version++
	l.choice = c
	l.matches.Filter(c.keep())
}

// Filter shows the lines that a text or a regular expression matches, or whose
// request id begins so.
func (l *Logs) Filter(text string) tea.Cmd {
	if p := l.place(); p != nil {
		p.filter(text)
		l.version++
		return nil
	}
	c := l.choice
	c.text = text
	l.choose(c)
	return nil
}

// FilterText is the filter of what is on the screen.
func (l *Logs) FilterText() (text string, ok bool) {
	if p := l.place(); p != nil {
		return p.wanted, true
	}
	return l.choice.text, true
}

// Inside reports whether something lies over the lines.
func (l *Logs) Inside() bool { return len(l.inner) > 0 }

// Back leaves a place within the page.
func (l *Logs) Back() {
	l.inner = l.inner[:len(l.inner)-1]
	l.version++
}

// Keys are the page's own, as they stand.
func (l *Logs) Keys() []key.Binding {
	switch p := l.place(); {
	case p == nil:
		return keys.Of(
			keys.Enter, keys.Error, keys.Freeze, keys.ErrorUp, keys.Fold, keys.FoldAll, keys.Log, keys.LogBefore, keys.Level, keys.Invocations, keys.Job,
			keys.Earlier, keys.Later, keys.JumpTo, keys.ZoomIn, keys.ZoomOut, keys.Metric, keys.Next, keys.Previous, keys.Refresh,
		)
	case !p.content.text:
		return keys.Of(keys.Enter, keys.Error, keys.ErrorUp, keys.Job, keys.Refresh)
	case p.content.job != "":
		return keys.Of(keys.Job, keys.Refresh)
	}
	return keys.Of(keys.Refresh)
}

// Actions are none: nothing here is written.
func (l *Logs) Actions() []page.Action { return nil }
