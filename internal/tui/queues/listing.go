package queues

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// The queues are read often, since that costs next to nothing.
const (
	readEvery = 5 * time.Second
	unwatched = 30 * time.Second
)

// listing is the queues as they were read last.
type listing struct {
	queues.Listing
	at time.Time
	// round counts the requests: an answer to an older one plans no further reading.
	round int
}

// listed is a reading.
type listed struct {
	listing queues.Listing
	err     error
	round   int
}

// again asks for the next reading.
type again struct{ round int }

// reread reads the queues now.
func (p *Page) reread() tea.Cmd {
	if p.source == nil {
		return nil
	}
	p.listing.round++
	round, source := p.listing.round, p.source
	return func() tea.Msg {
		got, err := source.List(p.ctx)
		return listed{got, err, round}
	}
}

// take keeps a reading and plans the next.
func (p *Page) take(msg listed) tea.Cmd {
	if p.problem = msg.err; msg.err == nil {
		p.listing.Listing, p.listing.at = msg.listing, p.host.Now()
		p.choose()
	}
	fresh := page.Send(page.Fresh{At: p.listing.at})
	if p.hidden || msg.round != p.listing.round {
		return fresh
	}
	every := readEvery
	if !p.host.Focused {
		every = unwatched
	}
	return tea.Batch(fresh, p.host.After(every, again{msg.round}))
}

// choose puts the cursor on the first queue with dead letters, unless it is elsewhere
// for a reason.
func (p *Page) choose() {
	for i, pair := range p.listing.Pairs {
		if !p.chosen && pair.DeadLetter.Messages() > 0 {
			p.list.To(i)
			p.chosen = true
		}
	}
}

func (p *Page) relist(msg again) tea.Cmd {
	if p.hidden || msg.round != p.listing.round {
		return nil
	}
	return p.reread()
}

// pair is a queue of the listing, if it was read.
func (p *Page) pair() (queues.Pair, bool) {
	for _, pair := range p.listing.Pairs {
		if pair.Source.Name.Queue == p.queue() {
			return pair, true
		}
	}
	return queues.Pair{}, false
}
