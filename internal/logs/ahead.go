package logs

import "context"

// ahead is a page that was asked for while the one before it was still being read: AWS
// searches meanwhile. Its body stays where it is until it is wanted, so no more than
// one page is held.
type ahead struct {
	token  string
	wanted chan struct{}
	done   chan struct{}
	cancel context.CancelFunc

	answer answer
	err    error
}

// ask reads the page of a query, which may be on its way.
func (p *poller) ask(ctx context.Context, q query) (answer, error) {
	if a := p.ahead; a != nil && q.token != nil && a.token == *q.token {
		close(a.wanted)
		<-a.done
		if p.ahead == a {
			p.ahead = nil
		}
		a.cancel()
		return a.answer, a.err
	}
	p.giveUp()
	return p.fetch(ctx, ctx, q, nil)
}

// fetch reads a page under ctx, and asks for the next one under that of the poller.
func (p *poller) fetch(poller, ctx context.Context, q query, may <-chan struct{}) (answer, error) {
	if err := p.options.Budget.Take(ctx); err != nil {
		return answer{}, err
	}
	return fetch(ctx, p.api, q, call{clock: p.options.Clock, may: may, turns: p.turns, early: func(token string) { p.goAhead(poller, q, token) }})
}

// goAhead asks for the next page of a query. Whoever reads the page before calls it,
// while the poller waits for that.
func (p *poller) goAhead(poller context.Context, q query, token string) {
	q.token = &token
	ctx, cancel := context.WithCancel(poller)
	a := &ahead{token: token, wanted: make(chan struct{}), done: make(chan struct{}), cancel: cancel}
	p.ahead = a
	go func() {
		defer close(a.done)
		a.answer, a.err = p.fetch(poller, ctx, q, a.wanted)
	}()
}

// giveUp ends what was asked for ahead and is not wanted.
func (p *poller) giveUp() {
	if a := p.ahead; a != nil {
		p.ahead = nil
		a.cancel()
		<-a.done
	}
}
