package queues

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// The depths are read often, what CloudWatch knows as often as that is new, since it
// costs money.
const (
	liveEvery    = 5 * time.Second
	unwatched    = 30 * time.Second
	metricsEvery = time.Minute
)

// listing is the queues as they were read last.
type listing struct {
	queues.Listing
	// at is when, measured when CloudWatch was asked last; zero for never.
	at, measured time.Time
	// round counts the requests: an answer to an older one plans no further reading.
	round int
}

// listed is a reading.
type listed struct {
	listing  queues.Listing
	measured bool
	err      error
	round    int
}

// again asks for the next reading.
type again struct{ round int }

// reread reads the queues now, with CloudWatch's part where that is due.
func (p *Page) reread(all bool) tea.Cmd {
	if p.source == nil {
		return nil
	}
	now := p.host.Now()
	all = all || p.listing.measured.IsZero() || now.Sub(p.listing.measured) >= metricsEvery
	if all {
		p.listing.measured = now
	}
	p.listing.round++
	round, source := p.listing.round, p.source
	return func() tea.Msg {
		if all {
			got, err := source.List(p.ctx)
			return listed{got, true, err, round}
		}
		pairs, err := source.Live(p.ctx)
		return listed{queues.Listing{Pairs: pairs}, false, err, round}
	}
}

// take keeps a reading and plans the next.
func (p *Page) take(msg listed) tea.Cmd {
	if p.problem = msg.err; msg.err == nil {
		if !msg.measured {
			msg.listing = carry(p.listing.Listing, msg.listing)
		}
		p.listing.Listing, p.listing.at = msg.listing, p.host.Now()
		p.choose()
	}
	if p.hidden || msg.round != p.listing.round {
		return nil
	}
	every := liveEvery
	if !p.host.Focused {
		every = unwatched
	}
	return tea.Batch(p.host.After(every, again{msg.round}), page.Send(page.Fresh{At: p.listing.at}))
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
	return p.reread(false)
}

// carry keeps what CloudWatch said of the reading before.
func carry(before, now queues.Listing) queues.Listing {
	now.MetricsError = before.MetricsError
	for i := range now.Pairs {
		if i >= len(before.Pairs) {
			break
		}
		keep(before.Pairs[i].Source, &now.Pairs[i].Source)
		keep(before.Pairs[i].DeadLetter, &now.Pairs[i].DeadLetter)
	}
	return now
}

func keep(before queues.Status, now *queues.Status) {
	now.Oldest, now.ArrivedRate, now.HandleRate = before.Oldest, before.ArrivedRate, before.HandleRate
	if now.Expires == nil && now.Messages() > 0 {
		now.Expires = before.Expires
	}
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

// export writes the messages of a queue to a file of its own, and gives its name.
func (p *Page) export(ctx context.Context, name queues.Name) (path string, n int, err error) {
	path = exportFile(p.Folder, name, p.host.Now())
	for n, err = range p.source.Export(ctx, name, path, queues.PeekOptions{SourceAnyway: true}) {
		if err != nil {
			return path, n, err
		}
	}
	return path, n, nil
}
