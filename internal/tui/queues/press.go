package queues

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

func (p *Page) pressMessages(msg tea.KeyPressMsg) tea.Cmd {
	b := p.open
	switch {
	case b.moving().Press(msg):
	case key.Matches(msg, keys.Mark) && b.causes.seen:
		b.markCause()
	case key.Matches(msg, keys.Mark):
		b.mark()
	case key.Matches(msg, keys.Panel) && !b.whole:
		b.turn()
	case key.Matches(msg, keys.Enter):
		b.into()
	case key.Matches(msg, keys.Next) && b.whole:
		b.step(1)
	case key.Matches(msg, keys.Previous) && b.whole:
		b.step(-1)
	case key.Matches(msg, keys.Logs):
		return p.logs()
	case key.Matches(msg, keys.Refresh):
		return tea.Batch(p.peek(), p.reread())
	}
	return nil
}

// moving is the list that has the cursor.
func (b *browser) moving() *widget.List {
	switch {
	case b.whole:
		return &b.detail
	case b.causes.seen:
		return &b.causes.list
	}
	return &b.list
}

// turn shows the causes in place of the messages, or all messages again.
func (b *browser) turn() {
	if b.causes.entered != nil {
		b.leaveCause()
		return
	}
	b.causes.seen = !b.causes.seen
}

// into opens what is under the cursor, or closes the message that is.
func (b *browser) into() {
	if b.causes.seen {
		b.enterCause()
		return
	}
	b.whole = !b.whole && b.current() != nil
	b.detail = widget.List{}
}

// step goes to another message without leaving what is shown of it.
func (b *browser) step(by int) {
	b.list.To(b.list.Cursor + by)
	b.detail = widget.List{}
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

// logs opens what the function said in the try that tells what the message died of.
func (p *Page) logs() tea.Cmd {
	target := page.Target{Function: p.queue().Spec().Consumer, Queue: p.open.name.String()}
	if m := p.open.current(); m != nil {
		target.MessageID = m.ID
		if m.Autopsy != nil && len(m.Autopsy.Tries) > 0 {
			try := m.Autopsy.Fatal()
			target.RequestID, target.From = try.RequestID, try.Time.Add(-before)
		}
	}
	return page.Send(page.Go{To: page.Logs, Target: target})
}

// Copy is the body of the message under the cursor, or the error of the cause there.
func (p *Page) Copy() string {
	if p.open == nil {
		return string(p.queue())
	}
	if cause := p.open.causes.current(); p.open.causes.seen && cause != nil {
		return cause.Error
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
	case p.open.causes.seen:
		return "keyvex queues causes " + p.open.name.String() + at
	case p.open.where != nil:
		return "keyvex queues peek " + p.open.name.String() + " --where '" + strings.ReplaceAll(p.open.text, "'", `'\''`) + "'" + at
	}
	return "keyvex queues peek " + p.open.name.String() + at
}

// Link is the queue in AWS's own console.
func (p *Page) Link() string {
	if p.open != nil {
		return p.host.QueueConsole(p.Environment.DeadLetterQueueName(p.queue()))
	}
	return p.host.QueueConsole(p.Environment.QueueName(p.queue()))
}

func (p *Page) press(msg tea.KeyPressMsg) tea.Cmd {
	if p.open != nil {
		return p.pressMessages(msg)
	}
	switch {
	case p.list.Press(msg):
		p.chosen = true
	case key.Matches(msg, keys.Enter):
		return p.enter()
	case key.Matches(msg, keys.Logs):
		return page.Send(page.Go{To: page.Logs, Target: page.Target{Function: p.queue().Spec().Consumer}})
	case key.Matches(msg, keys.Metric):
		return page.Send(page.Go{To: page.Metrics, Target: page.Target{Queue: string(p.queue()), Metric: string(p.queue()) + ".waiting"}})
	case key.Matches(msg, keys.Refresh):
		return p.reread()
	}
	return nil
}

// enter opens the dead letters of the queue under the cursor.
func (p *Page) enter() tea.Cmd {
	p.open = newBrowser(queues.Name{Queue: p.queue(), Dead: true})
	return p.peek()
}

// Back leaves a message, the filter, a cause, the causes, then the messages.
func (p *Page) Back() {
	switch {
	case p.open.whole:
		p.open.whole = false
	case p.open.text != "":
		_ = p.open.filter("")
	case p.open.causes.entered != nil:
		p.open.leaveCause()
	case p.open.causes.seen:
		p.open.causes.seen = false
	default:
		p.open.close()
		p.open = nil
	}
}

// Keys are the page's own.
func (p *Page) Keys() []key.Binding {
	if p.open == nil {
		return keys.Of(keys.Enter, keys.Logs, keys.Metric, keys.Refresh)
	}
	if p.open.whole {
		return keys.Of(keys.Logs, keys.NextOne, keys.PreviousOne, keys.Refresh)
	}
	return keys.Of(keys.Mark, keys.Causes, keys.Logs, keys.Enter, keys.Refresh)
}

func (p *Page) scroll(lines int) {
	switch {
	case p.open == nil:
		p.list.Scroll(lines / 3)
	default:
		p.open.moving().Scroll(lines)
	}
}

func (p *Page) click(at page.Click) tea.Cmd {
	list, row := &p.list, at.Y-headLines
	if p.open != nil {
		list = p.open.moving()
		if p.open.causes.seen { // under a heading
			row--
		}
	}
	if p.open != nil && p.open.whole || row < 0 || row >= list.Height || list.First+row >= list.Rows {
		return nil
	}
	if list.Cursor != list.First+row {
		list.To(list.First + row)
		return nil
	}
	if p.open == nil {
		return p.enter()
	}
	p.open.into()
	return nil
}
