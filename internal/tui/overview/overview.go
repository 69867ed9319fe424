// Package overview is the console's first page: the verdict, and a row for each thing
// of the environment, behind which stands the thing itself.
//
// present draws it, from a snapshot of package metrics; here are the cursor and the
// ways that lead on.
package overview

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// Source is where the snapshots come from.
type Source interface {
	Watch(ctx context.Context) iter.Seq[metrics.Snapshot]
	Focus(focused bool)
	Refresh()
	Catalog() []metrics.Metric
}

// Consumers pause and resume what takes from a queue.
type Consumers interface {
	Pause(ctx context.Context, function platform.Function) error
	Resume(ctx context.Context, function platform.Function) error
}

// Alarms hold back an alarm's notifications for a while.
type Alarms interface {
	Mute(ctx context.Context, alarm string, length time.Duration) (until time.Time, err error)
	Unmute(ctx context.Context, alarm string) error
}

// Options are what the page needs.
type Options struct {
	Environment platform.Environment
	// Connect opens the way to AWS, after the first frame. It is tried again after it
	// failed.
	Connect   func(context.Context) (Source, error)
	Consumers Consumers
	Alarms    Alarms
	// Planted is set by the demo, which plants the first dead letter itself.
	Planted bool
}

// Overview is the page.
type Overview struct {
	Options
	host   *page.Host
	source Source
	stream *page.Stream[metrics.Snapshot]
	// problem is why there is no source.
	problem error
	// latest is what came last, shown what is on the screen: not the same while frozen.
	latest, shown metrics.Snapshot
	frozen, away  bool
	// cursor is the row that is chosen, of those that can be.
	cursor int
	detail *detail
	memo   memo
}

// New makes the page, with every row loading.
func New(host *page.Host, o Options) *Overview {
	empty := metrics.Empty(o.Environment)
	return &Overview{Options: o, host: host, latest: empty, shown: empty}
}

// Title names the page.
func (o *Overview) Title() string { return "Overview" }

// connected is a source that answers from now on, or why there is none.
type connected struct {
	source Source
	err    error
}

type reconnect struct{}

// retryAfter is when it is tried again to connect.
const retryAfter = 10 * time.Second

// Init connects.
func (o *Overview) Init() tea.Cmd { return o.connect }

func (o *Overview) connect() tea.Msg {
	source, err := o.Connect(o.host.Context)
	return connected{source, err}
}

// Close ends the watching.
func (o *Overview) Close() {
	if o.stream != nil {
		o.stream.Close()
	}
}

// gather is how long snapshots are gathered: only the newest is of interest.
const gather = 20 * time.Millisecond

// Update takes snapshots, keys and clicks.
func (o *Overview) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case connected:
		return o.begin(msg)
	case reconnect:
		return o.connect
	case page.Batch[metrics.Snapshot]:
		return o.receive(msg)
	case page.Focus:
		if o.source != nil {
			o.source.Focus(o.host.Focused)
		}
	case page.Shown:
		if o.away && o.source != nil {
			o.source.Refresh() // something may have been repaired there
		}
		o.away = false
	case page.Hidden:
		o.away = true
	case page.Wheel:
		o.move(msg.Lines / 3)
	case page.Click:
		return o.click(msg)
	case switched:
		return o.say(msg)
	case tea.KeyPressMsg:
		return o.press(msg)
	}
	return nil
}

func (o *Overview) begin(msg connected) tea.Cmd {
	o.problem = msg.err
	o.memo.forget()
	if msg.err != nil {
		return o.host.After(retryAfter, reconnect{})
	}
	o.source = msg.source
	o.source.Focus(o.host.Focused)
	o.stream = page.NewStream(o.host, gather, func(ctx context.Context) iter.Seq2[metrics.Snapshot, error] {
		return func(yield func(metrics.Snapshot, error) bool) {
			for s := range msg.source.Watch(ctx) {
				if !yield(s, nil) {
					return
				}
			}
		}
	})
	return o.stream.Next()
}

// receive keeps the newest snapshot and tells the header how fresh it is.
func (o *Overview) receive(batch page.Batch[metrics.Snapshot]) tea.Cmd {
	if len(batch.Values) > 0 {
		o.latest = batch.Values[len(batch.Values)-1]
		if !o.frozen {
			o.shown = o.latest
		}
	}
	if batch.Over || batch.Err != nil {
		return nil
	}
	s := o.latest
	return tea.Batch(o.stream.Next(), page.Send(page.Fresh{
		At: s.Source(metrics.SourceMetrics).Answered, Budget: s.Budget,
		Account: s.Account, Region: s.Region,
	}))
}

func (o *Overview) press(msg tea.KeyPressMsg) tea.Cmd {
	if o.detail != nil {
		return o.pressDetail(msg)
	}
	list := widget.List{Cursor: o.cursor}
	list.Resize(len(o.rows()), o.memo.height)
	switch {
	case list.Press(msg):
		o.cursor = list.Cursor
	case key.Matches(msg, keys.Error):
		o.nextWrong(1)
	case key.Matches(msg, keys.ErrorUp):
		o.nextWrong(-1)
	case key.Matches(msg, keys.Panel):
		o.nextPanel()
	case key.Matches(msg, keys.Enter):
		return o.enter()
	case key.Matches(msg, keys.Logs):
		return o.logs()
	case key.Matches(msg, keys.Metric):
		return o.metric()
	case key.Matches(msg, keys.Attention):
		o.open(o.findings())
	case key.Matches(msg, keys.Freeze):
		o.frozen, o.shown = !o.frozen, o.latest
		o.memo.forget()
	case key.Matches(msg, keys.Refresh):
		return o.refresh()
	}
	return nil
}

func (o *Overview) refresh() tea.Cmd {
	if o.source == nil {
		return o.connect
	}
	o.source.Refresh()
	return page.Send(page.Say{Text: "asking again", Tone: present.Dim})
}

// Inside reports whether a list lies over the rows.
func (o *Overview) Inside() bool { return o.detail != nil }

// Back leaves the list that lies over the rows.
func (o *Overview) Back() { o.detail = nil }

// Keys are the page's own.
func (o *Overview) Keys() []key.Binding {
	if o.detail != nil {
		return keys.Of(keys.Enter, keys.Logs)
	}
	return keys.Of(keys.Enter, keys.Logs, keys.Metric, keys.Attention, keys.Error, keys.ErrorUp, keys.Panel, keys.Freeze, keys.Refresh)
}

// move moves the cursor by rows.
func (o *Overview) move(by int) {
	if o.detail != nil {
		o.detail.list.Scroll(by)
		return
	}
	o.cursor = min(max(o.cursor+by, 0), max(len(o.rows())-1, 0))
}

// nextPanel moves to the first row of the next kind.
func (o *Overview) nextPanel() {
	rows := o.rows()
	if len(rows) == 0 {
		return
	}
	kind := o.chosen().Resource.Kind
	for i := range rows {
		at := (o.cursor + 1 + i) % len(rows)
		if at == 0 || o.memo.lines[rows[at]].Resource.Kind != kind {
			o.cursor = at
			return
		}
	}
}

// nextWrong moves to the next row about which there is a finding.
func (o *Overview) nextWrong(by int) {
	rows := o.rows()
	for i := o.cursor + by; i > 0 && i < len(rows); i += by {
		about := o.memo.lines[rows[i]].Resource
		if slices.ContainsFunc(o.shown.Verdict.Findings, func(f metrics.Finding) bool { return f.Resource == about }) {
			o.cursor = i
			return
		}
	}
}

func (o *Overview) click(at page.Click) tea.Cmd {
	if o.detail != nil {
		return o.detail.click(at)
	}
	row := slices.Index(o.rows(), at.Y)
	if at.Y == 1 {
		row = 0 // the verdict has two lines
	}
	switch {
	case row < 0:
		return nil
	case row == o.cursor:
		return o.enter()
	}
	o.cursor = row
	return nil
}

// Copy is the row under the cursor as text.
func (o *Overview) Copy() string { return strings.TrimSpace(ansi.Strip(o.under().Text)) }

// Command is the command that tells the same as the row.
func (o *Overview) Command() string {
	at := " -e " + o.Environment.Name
	switch r := o.chosen().Resource; {
	case o.detail != nil:
		return "keyvex " + o.detail.command + at
	case o.cursor == 0, r.Kind == metrics.KindStack:
		return "keyvex status" + at
	case r.Kind == metrics.KindFunction:
		return "keyvex logs invocations " + r.Name + at
	case r.Kind == metrics.KindQueue:
		return "keyvex queues peek " + deadLetters(r.Name) + at
	case r.Kind == metrics.KindAlarm:
		return "keyvex alarms list" + at
	default:
		return fmt.Sprintf("keyvex metrics %s%s", o.metricOf(r, ""), at)
	}
}

func deadLetters(queue string) string { return queue + "-dlq" }
