package queues

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// causes are the messages that the filter lets through, grouped by why they died.
type causes struct {
	groups   []queues.Cause
	deployed queues.Deployment
	list     widget.List
	// seen is set while they stand in the place of the messages.
	seen bool
	// entered is the one whose messages alone are shown, by their ids.
	entered map[string]bool
}

// standing is what a browser is told besides its messages.
type standing struct {
	of       *browser
	deployed queues.Deployment
	// left is what a redrive that was cut off left, nil for none.
	left *queues.Unfinished
}

// askStanding asks for it.
func (p *Page) askStanding(b *browser) tea.Cmd {
	source := p.source
	return func() tea.Msg {
		s := standing{of: b, deployed: source.Deployed(p.ctx, b.name.Queue)}
		// A journal that cannot be read, since another keyvex writes it, tells nothing.
		if left, found, err := source.Unfinished(b.name); found && err == nil {
			s.left = &left
		}
		return s
	}
}

// stands takes the answer: what died before a repair is told from what died since.
func (p *Page) stands(s standing) {
	s.of.left, s.of.causes.deployed = s.left, s.deployed
	s.of.pick()
}

// group groups the messages anew.
func (c *causes) group(messages []*queues.Message) {
	grouping := queues.NewGrouping(c.deployed)
	for _, m := range messages {
		if m.Autopsy != nil {
			grouping.Add(m)
		}
	}
	c.groups = grouping.Causes()
	c.list.Resize(len(c.groups), c.list.Height)
}

// current is the group under the cursor, nil without any.
func (c *causes) current() *queues.Cause {
	if c.list.Cursor >= len(c.groups) {
		return nil
	}
	return &c.groups[c.list.Cursor]
}

// markCause turns the marks of all messages of the group under the cursor.
func (b *browser) markCause() {
	cause := b.causes.current()
	if cause == nil {
		return
	}
	marked := b.marked(cause) == len(cause.IDs)
	for _, id := range cause.IDs {
		if marked {
			delete(b.marks, id)
		} else {
			b.marks[id] = true
		}
	}
	b.causes.list.To(b.causes.list.Cursor + 1)
}

// marked counts the marks in a group.
func (b *browser) marked(cause *queues.Cause) (n int) {
	for _, id := range cause.IDs {
		if b.marks[id] {
			n++
		}
	}
	return n
}

// enterCause shows the messages of the group under the cursor alone.
func (b *browser) enterCause() {
	cause := b.causes.current()
	if cause == nil {
		return
	}
	b.causes.seen, b.causes.entered = false, map[string]bool{}
	for _, id := range cause.IDs {
		b.causes.entered[id] = true
	}
	b.list = widget.List{Height: b.list.Height}
	b.pick()
}

// leaveCause comes back to the groups.
func (b *browser) leaveCause() {
	b.causes.seen, b.causes.entered = true, nil
	b.pick()
}

// viewCauses draws the groups, of which room lines are seen.
func (p *Page) viewCauses(look present.Look, room int) []string {
	b := p.open
	c := &b.causes
	if len(c.groups) == 0 {
		return nil
	}
	look.Width-- // for the marks
	table := look.CausesOfQueue(c.groups)
	c.list.Resize(len(c.groups), min(max(room-1, 1), len(c.groups)))
	lines := []string{"  " + table[0]}
	for i := c.list.First; i < c.list.First+c.list.Height; i++ {
		lines = append(lines, p.host.Style.Row(p.mark(b.marked(&c.groups[i]), len(c.groups[i].IDs))+table[1+i], i == c.list.Cursor, false))
	}
	return lines
}

// mark is the sign of n marked messages of all.
func (p *Page) mark(n, all int) string {
	switch n {
	case 0:
		return " "
	case all:
		return p.host.Style.Paint(present.Busy, p.host.Style.Mark)
	}
	return p.host.Style.Paint(present.Busy, "-")
}

// causesHint says what tab does, where that helps.
func (b *browser) causesHint() string {
	switch {
	case b.causes.seen:
		return "tab shows them one by one"
	case b.causes.entered != nil:
		return fmt.Sprintf("%d of one cause", len(b.shown))
	case len(b.causes.groups) > 1:
		return fmt.Sprintf("%d causes, tab", len(b.causes.groups))
	}
	return ""
}
