package queues

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/queues/filter"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// most bounds how many messages are kept: a screen is no place to read more, and a
// filter of a redrive reaches all.
const most = 1000

// gather is how long messages are gathered for one drawing.
const gather = 50 * time.Millisecond

// browser shows the messages of one queue.
type browser struct {
	name     queues.Name
	messages []*queues.Message
	// shown are those that the filter lets through.
	shown []*queues.Message
	marks map[string]bool
	list  widget.List
	// text is the filter as it was typed, where the expression that it is; nil where
	// it is none, and then text is looked for.
	text  string
	where filter.Expr
	// why is what most of them died of, alike how many that are.
	why   string
	alike int

	stream *page.Stream[*queues.Message]
	// complete is set when the queue was read to its end.
	complete bool
	err      error
	// whole shows the message alone.
	whole  bool
	detail widget.List
	drawn  drawing
}

func newBrowser(name queues.Name) *browser {
	return &browser{name: name, marks: map[string]bool{}}
}

func (b *browser) close() {
	if b.stream != nil {
		b.stream.Close()
		b.stream = nil
	}
}

// peek reads the messages anew; marks and cursor stay where they can.
func (p *Page) peek() tea.Cmd {
	b := p.open
	if p.source == nil || b == nil || p.busy() {
		return nil
	}
	b.close()
	b.messages, b.shown, b.complete, b.err, b.why = nil, nil, false, nil, ""
	source, options := p.source, queues.PeekOptions{Selection: queues.Selection{Max: most}, Autopsy: true}
	b.stream = page.NewStream(p.host, gather, func(ctx context.Context) iter.Seq2[*queues.Message, error] {
		return p.Runs.counted(source.Peek(ctx, b.name, options))
	})
	return b.stream.Next()
}

// read takes messages, and puts the cursor on the one that was asked for.
func (p *Page) read(batch page.Batch[*queues.Message]) tea.Cmd {
	b := p.open
	if b == nil || batch.Of != b.stream {
		return nil
	}
	b.messages = append(b.messages, batch.Values...)
	b.pick()
	b.judge()
	for i, m := range b.shown {
		if m.ID == p.wanted {
			b.list.To(i)
			p.wanted = ""
		}
	}
	if batch.Err != nil || batch.Over {
		b.err, b.complete = batch.Err, true
		b.close()
		return p.reread()
	}
	return b.stream.Next()
}

// pick shows what the filter lets through.
func (b *browser) pick() {
	b.shown = b.shown[:0]
	for _, m := range b.messages {
		if b.lets(m) {
			b.shown = append(b.shown, m)
		}
	}
	b.list.Resize(len(b.shown), b.list.Height)
	b.drawn = drawing{}
}

// judge finds the most frequent reason of death.
func (b *browser) judge() {
	counts := map[string]int{}
	for _, m := range b.messages {
		if m.Autopsy != nil && m.Autopsy.Error() != "" {
			counts[queues.Fingerprint(m.Autopsy.Error())]++
		}
	}
	b.why, b.alike = "", 0
	for _, text := range slices.Sorted(maps.Keys(counts)) {
		if counts[text] > b.alike {
			b.why, b.alike = text, counts[text]
		}
	}
}

func (b *browser) lets(m *queues.Message) bool {
	switch {
	case b.text == "":
		return true
	case b.where != nil:
		return b.where.Match(m)
	}
	return strings.Contains(strings.ToLower(present.MessageLine(m)+m.ID+m.Body), strings.ToLower(b.text))
}

// filter takes an expression of the filter language, or any text to look for.
func (b *browser) filter(text string) error {
	var err error
	b.text = strings.TrimSpace(text)
	b.where, err = filter.Parse(b.text)
	if err != nil {
		b.where = nil
	}
	b.pick()
	return err
}

// Filter is / on the messages.
func (p *Page) Filter(text string) tea.Cmd {
	if p.open != nil {
		_ = p.open.filter(text) // what is no expression is looked for as it is
	}
	return nil
}

// FilterText is the filter as it was typed.
func (p *Page) FilterText() string {
	if p.open == nil {
		return ""
	}
	return p.open.text
}

// current is the message under the cursor, nil without any.
func (b *browser) current() *queues.Message {
	if b.list.Cursor >= len(b.shown) {
		return nil
	}
	return b.shown[b.list.Cursor]
}

func (p *Page) pressMessages(msg tea.KeyPressMsg) tea.Cmd {
	b := p.open
	moving := &b.list
	if b.whole {
		moving = &b.detail
	}
	switch {
	case moving.Press(msg):
	case key.Matches(msg, keys.Mark):
		b.mark()
	case key.Matches(msg, keys.Enter):
		b.whole = !b.whole && b.current() != nil
		b.detail = widget.List{}
	case key.Matches(msg, keys.Logs):
		return p.logs()
	case key.Matches(msg, keys.Refresh):
		return tea.Batch(p.peek(), p.reread())
	}
	return nil
}

// mark turns the mark of the message under the cursor and goes on to the next.
func (b *browser) mark() {
	m := b.current()
	if m == nil {
		return
	}
	if b.marks[m.ID] {
		delete(b.marks, m.ID)
	} else {
		b.marks[m.ID] = true
	}
	b.list.To(b.list.Cursor + 1)
}

// before is how much of the time before a try is shown with it.
const before = 2 * time.Minute

// logs opens what the function said of the message's last try.
func (p *Page) logs() tea.Cmd {
	target := page.Target{Function: p.queue().Spec().Consumer, Queue: p.open.name.String()}
	if m := p.open.current(); m != nil {
		target.MessageID = m.ID
		if m.Autopsy != nil && len(m.Autopsy.Tries) > 0 {
			last := m.Autopsy.Tries[len(m.Autopsy.Tries)-1]
			target.RequestID, target.From = last.RequestID, last.Time.Add(-before)
		}
	}
	return page.Send(page.Go{To: page.Logs, Target: target})
}

// Copy is the body of the message under the cursor.
func (p *Page) Copy() string {
	if p.open == nil {
		return string(p.queue())
	}
	if m := p.open.current(); m != nil {
		return m.Body
	}
	return ""
}

// Command is the command that shows the same.
func (p *Page) Command() string {
	at := " -e " + p.Environment.Name
	switch {
	case p.open == nil:
		return "keyvex queues list" + at
	case p.open.where != nil:
		return "keyvex queues peek " + p.open.name.String() + " --where '" + strings.ReplaceAll(p.open.text, "'", `'\''`) + "'" + at
	}
	return "keyvex queues peek " + p.open.name.String() + at
}

// exportFile is a file that no export has used.
func exportFile(folder string, name queues.Name, now time.Time) string {
	return filepath.Join(cmp.Or(folder, "."), name.String()+"-"+now.UTC().Format("20060102T150405Z")+".jsonl")
}
