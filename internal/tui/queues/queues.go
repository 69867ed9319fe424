// Package queues is the console's page of the queues: the queues with their dead
// letters, the dead messages with the reason of their death, and what can be done
// with them.
package queues

import (
	"context"
	"iter"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// Source is what the page is told, and what it has done, by package queues.
type Source interface {
	List(context.Context) (queues.Listing, error)
	Peek(context.Context, queues.Name, queues.PeekOptions) iter.Seq2[*queues.Message, error]
	Deployed(context.Context, platform.Queue) queues.Deployment
	Export(context.Context, queues.Name, string, queues.PeekOptions) iter.Seq2[int, error]
	Mover
}

// Mover has messages sent, moved, or removed.
type Mover interface {
	Redrive(context.Context, queues.Name, queues.RedriveOptions) iter.Seq2[queues.RedriveEvent, error]
	Unfinished(queues.Name) (left queues.Unfinished, found bool, err error)
	Move(context.Context, queues.Name, int) iter.Seq2[queues.MoveTask, error]
	CancelMove(context.Context, queues.Name) (int64, error)
	SendBody(context.Context, queues.Name, string) (queues.Outgoing, error)
	Purge(context.Context, queues.Name) error
	Discard(context.Context, queues.Name, queues.Selection, string) iter.Seq2[int, error]
}

// Consumers pause and resume what takes from a queue.
type Consumers interface {
	Pause(context.Context, platform.Function) error
	Resume(context.Context, platform.Function) error
}

// Options are what the page needs.
type Options struct {
	Environment platform.Environment
	// Connect opens the way to AWS, Allow reports whether anything may be written.
	Connect   func(context.Context) (Source, error)
	Allow     func(context.Context) error
	Consumers Consumers
	Runs      *Runs
	// Folder takes the exports.
	Folder string
}

// Page is the page: the list of queues, and over it the messages of one.
type Page struct {
	Options
	host   *page.Host
	ctx    context.Context
	cancel context.CancelFunc
	source Source
	// problem is why the queues cannot be read now.
	problem error

	listing listing
	list    widget.List
	open    *browser
	// chosen is set once the cursor is where it should be at first: on the queue that
	// a jump names, or that has dead letters.
	chosen bool
	// direct is set where a jump led to the messages, past the list.
	direct bool
	// wanted is the message to put the cursor on, once it is read.
	wanted string
	hidden bool
	// followed are the runs that this page waits for.
	followed map[*run]bool
	drafts   drafts
	// width is that of the last drawing.
	width int
}

// New makes the page, on the queue that the target names if it names one.
func New(host *page.Host, target page.Target, o Options) *Page {
	p := &Page{Options: o, host: host, wanted: target.MessageID, followed: map[*run]bool{}, drafts: drafts{}}
	p.ctx, p.cancel = context.WithCancel(host.Context)
	p.list.Resize(len(platform.Queues), len(platform.Queues))
	if name, err := queues.FindName(target.Queue); err == nil {
		p.chosen = true
		for i, queue := range platform.Queues {
			if queue == name.Queue {
				p.list.To(i)
			}
		}
		if name.Dead {
			p.direct = true
			p.open = newBrowser(name)
			_ = p.open.filter(target.Filter)
		}
	}
	return p
}

// Title is the queue whose messages are shown, or the page's own.
func (p *Page) Title() string {
	if p.open != nil {
		return p.open.name.String()
	}
	return "Queues"
}

type connected struct {
	source Source
	err    error
}

type reconnect struct{}

const retryAfter = 10 * time.Second

// Init connects.
func (p *Page) Init() tea.Cmd { return p.connect }

func (p *Page) connect() tea.Msg {
	source, err := p.Connect(p.ctx)
	return connected{source, err}
}

// Close ends what the page reads. What it has begun to move goes on.
func (p *Page) Close() {
	p.cancel()
	if p.open != nil {
		p.open.close()
	}
}

// Update takes what was read, what has moved, and keys.
func (p *Page) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case connected:
		return p.begin(msg)
	case reconnect:
		return p.connect
	case listed:
		return p.take(msg)
	case again:
		return p.relist(msg)
	case page.Batch[*queues.Message]:
		return p.read(msg)
	case standing:
		p.stands(msg)
	case begun:
		return p.setOff(msg)
	case moved:
		return p.moved(msg.run)
	case done:
		return p.done(msg)
	case edited:
		return p.edited(msg)
	case composed:
		return p.composed(msg)
	case page.Hidden:
		p.hidden = true
	case page.Shown:
		p.hidden = false
		return tea.Batch(p.reread(), p.attach())
	case page.Focus:
		if p.host.Focused && !p.hidden {
			return p.reread()
		}
	case page.Wheel:
		p.scroll(msg.Lines)
	case page.Click:
		return p.click(msg)
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

func (p *Page) begin(msg connected) tea.Cmd {
	if p.problem = msg.err; msg.err != nil {
		return p.host.After(retryAfter, reconnect{})
	}
	p.source = msg.source
	cmds := []tea.Cmd{p.reread(), p.attach()}
	if p.open != nil {
		cmds = append(cmds, p.peek())
	}
	return tea.Batch(cmds...)
}

// attach follows the runs that are under way.
func (p *Page) attach() tea.Cmd {
	var cmds []tea.Cmd
	for _, queue := range platform.Queues {
		if r := p.Runs.of(queue); r != nil && !r.look().over && !p.followed[r] {
			p.followed[r] = true
			cmds = append(cmds, r.follow(p.ctx, p.host.Clock))
		}
	}
	return tea.Batch(cmds...)
}

// queue is the one under the cursor, or whose messages are shown.
func (p *Page) queue() platform.Queue {
	if p.open != nil {
		return p.open.name.Queue
	}
	return platform.Queues[p.list.Cursor]
}

// Inside reports whether a message is open, or the messages of a queue chosen here, or
// some of them.
func (p *Page) Inside() bool {
	b := p.open
	return b != nil && (b.whole || b.text != "" || b.causes.entered != nil || b.causes.seen || !p.direct)
}
