package queues

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/queues/filter"
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
	shown  []*queues.Message
	marks  map[string]bool
	list   widget.List
	causes causes
	// text is the filter as it was typed, where the expression that it is; nil where
	// it is none, and then text is looked for.
	text  string
	where filter.Expr
	// why is what most of them died of, alike how many that are.
	why   string
	alike int

	// left is what a redrive that was cut off left, nil for none.
	left *queues.Unfinished

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
	if m := b.current(); m != nil && p.wanted == "" {
		p.wanted = m.ID
	}
	b.messages, b.shown, b.causes.groups, b.complete, b.err, b.why = nil, nil, nil, false, nil, ""
	source, options := p.source, queues.PeekOptions{Selection: queues.Selection{Max: most}, Autopsy: true}
	b.stream = page.NewStream(p.host, gather, func(ctx context.Context) iter.Seq2[*queues.Message, error] {
		return p.Runs.counted(source.Peek(ctx, b.name, options))
	})
	return tea.Batch(b.stream.Next(), p.askStanding(b))
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
		b.err, b.complete, p.wanted = batch.Err, true, ""
		if batch.Err == nil && len(b.messages) < most {
			b.forget()
		}
		b.close()
		return p.reread()
	}
	return b.stream.Next()
}

// forget takes the marks of messages that are there no more.
func (b *browser) forget() {
	there := map[string]bool{}
	for _, m := range b.messages {
		there[m.ID] = true
	}
	maps.DeleteFunc(b.marks, func(id string, _ bool) bool { return !there[id] })
}

// pick groups what the filter lets through, and shows that, or of it what died of the
// cause that was entered.
func (b *browser) pick() {
	let := slices.DeleteFunc(slices.Clone(b.messages), func(m *queues.Message) bool { return !b.lets(m) })
	b.causes.group(let)
	b.shown = slices.DeleteFunc(let, func(m *queues.Message) bool { return b.causes.entered != nil && !b.causes.entered[m.ID] })
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
func (p *Page) FilterText() (text string, ok bool) {
	if p.open == nil {
		return "", false
	}
	return p.open.text, true
}

// Travels is the filter, where it is text to look for elsewhere, too.
func (p *Page) Travels() page.Target {
	if p.open == nil || p.open.where != nil {
		return page.Target{}
	}
	return page.Target{Filter: p.open.text}
}

// current is the message under the cursor, an example of the cause there, or nil.
func (b *browser) current() *queues.Message {
	if b.causes.seen {
		cause := b.causes.current()
		if cause == nil {
			return nil
		}
		return b.messages[slices.IndexFunc(b.messages, func(m *queues.Message) bool { return m.ID == cause.IDs[0] })]
	}
	if b.list.Cursor >= len(b.shown) {
		return nil
	}
	return b.shown[b.list.Cursor]
}
