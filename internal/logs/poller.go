package logs

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// report is what a poller tells the merger. The merger answers on ack, once there is
// room for more.
type report struct {
	group int
	lines []Line
	keys  []key
	// started is when the scan began that these lines are from, done whether it is
	// at its end, sweep whether it began at the floor.
	started     int64
	done, sweep bool
	// notice is of a failure or a gap; fatal ends everything.
	notice *Notice
	fatal  error
	// last is set when the poller ends, live for what Live Tail brought. Neither gets
	// an answer.
	last, live bool
}

// poller reads one group, again and again.
type poller struct {
	*follower
	group int
	ack   chan int64
	// kick asks for a poll at once.
	kick   chan struct{}
	random *rand.Rand

	// floor is the memory's, as the merger told it last.
	floor int64
	// started and swept are when the last scan and the last sweep began.
	started, swept int64
	// begun is started by the clock here, answered when AWS has answered last.
	begun, answered int64
	// heavy is set when the last sweep took much reading.
	heavy bool
	// pause is the time to the next poll; fresh counts the new lines of a scan.
	pause    time.Duration
	failures int
	// told is set while the merger knows of a failure.
	told bool
	// ahead is the next page, which was asked for already.
	ahead *ahead
}

// run polls until the group is read to its end, or ctx is done.
func (p *poller) run(ctx context.Context) {
	defer p.giveUp()
	for {
		fresh, err := p.scan(ctx)
		if err != nil {
			return
		}
		if p.ended() {
			_ = p.tell(ctx, report{last: true})
			return
		}
		p.pause = p.nextPause(fresh)
		if p.rest(ctx, p.pause) != nil {
			return
		}
	}
}

// ended reports whether no poll will find anything more that is asked for.
func (p *poller) ended() bool {
	return !p.options.Follow || p.to > 0 && p.started > p.to+overlap.Milliseconds()
}

func (p *poller) nextPause(fresh bool) time.Duration {
	switch {
	case p.options.Live:
		return pollLive
	case fresh:
		return pollFast
	}
	return min(max(p.pause, pollFast)*3/2, pollSlow)
}

// rest waits for the next poll or, after the shortest pause, a kick.
func (p *poller) rest(ctx context.Context, d time.Duration) error {
	if err := clock.Sleep(ctx, p.options.Clock, pollFast); err != nil || d <= pollFast {
		return err
	}
	due := make(chan struct{})
	stop := p.options.Clock.AfterFunc(d-pollFast, func() { close(due) })
	defer stop()
	select {
	case <-due:
	case <-p.kick:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// scan reads from the floor, or where that is much from a little before the last
// scan, up to now. It reports whether there were new lines.
func (p *poller) scan(ctx context.Context) (fresh bool, err error) {
	for {
		p.begun = p.options.Clock.Now().UnixMilli()
		before, started := p.started, p.now()
		q := query{group: p.options.Groups[p.group].Name, pattern: p.options.Pattern, from: p.floor, to: p.to}
		sweep := !p.heavy || started-p.swept >= sweepEvery.Milliseconds() || p.options.Live
		if !sweep {
			q.from = max(p.floor, before-overlap.Milliseconds())
		}
		if err := p.noticeGap(ctx, started); err != nil {
			return false, err
		}
		p.started = started
		fresh, again, err := p.pages(ctx, q, sweep)
		if !again {
			return fresh, err
		}
		p.started = before
	}
}

// noticeGap tells of a silence that no failure has told of, as after sleep.
func (p *poller) noticeGap(ctx context.Context, now int64) error {
	silence := time.Duration(now-p.answered)*time.Millisecond - p.pause
	if p.answered == 0 || silence < gapAfter || p.failures > 0 {
		return nil
	}
	return p.tell(ctx, report{notice: &Notice{Matter: Gap, Group: p.group, After: silence}})
}

// pages reads all pages of a scan. Again asks for another scan, since this one
// cannot go on.
func (p *poller) pages(ctx context.Context, q query, sweep bool) (fresh, again bool, err error) {
	read, newest := 0, int64(0)
	counts := newTally()
	for pages := 1; ; pages++ {
		page, again, err := p.page(ctx, q)
		if err != nil || again {
			return false, again, err
		}
		r := report{lines: page.lines, keys: p.keys(counts, page.lines), started: p.started, done: page.token == nil, sweep: sweep}
		read += len(page.lines)
		for _, l := range page.lines {
			newest = max(newest, l.Ingestion)
		}
		if err := p.tell(ctx, r); err != nil {
			return false, false, err
		}
		if page.token == nil {
			if sweep {
				p.swept, p.heavy = p.started, pages > 1 || read > cheap
			}
			return newest > p.started-pollSlow.Milliseconds(), false, nil
		}
		q.token = page.token
	}
}

// keys tells lines apart: by their ids, or where Live Tail is mixed in, which gives
// none, by their content.
func (p *poller) keys(counts *tally, lines []Line) []key {
	keys := make([]key, len(lines))
	for i, l := range lines {
		if p.options.Live {
			keys[i] = counts.key(l)
		} else {
			keys[i] = keyOf(l.ID)
		}
	}
	return keys
}

// page reads one page, as often as it takes. Again asks for another scan.
func (p *poller) page(ctx context.Context, q query) (a answer, again bool, err error) {
	for {
		a, err := p.ask(ctx, q)
		if err == nil {
			p.sync(a.serverTime, a.received)
			p.started, p.answered = p.begun+p.skew.Load(), p.now()
			p.present[p.group].Store(true)
			p.failures = 0
			if p.told {
				p.told = false
				err = p.tell(ctx, report{notice: &Notice{Matter: Recovered, Group: p.group}})
			}
			return a, false, err
		}
		if ctx.Err() != nil {
			return a, false, ctx.Err()
		}
		if again, err := p.fail(ctx, q, err); again || err != nil {
			return a, again, err
		}
	}
}

// forgiven is how many failures in a row nobody needs to hear of: a connection that was
// kept open for the next call may be closed when that comes.
const forgiven = 1

// mostFailures is how many in a row, some two minutes of them, end what is not followed.
const mostFailures = 14

// fail tells of a failure and waits until the next try is due.
func (p *poller) fail(ctx context.Context, q query, cause error) (again bool, err error) {
	p.failures++
	if matterOf(cause) == Missing {
		p.present[p.group].Store(false)
	}
	if matterOf(cause) == Unreachable && p.failures <= forgiven {
		return false, clock.Sleep(ctx, p.options.Clock, firstRetry/10)
	}
	notice := &Notice{Matter: matterOf(cause), Group: p.group, After: backoff(p.failures, p.random), Err: cause}
	switch {
	case notice.Matter == Refused && q.token != nil: // a token can lapse
		again = true
	case notice.Matter == Refused, !p.options.Follow && p.failures > mostFailures:
		return false, p.end(ctx, cause)
	case notice.Matter == Missing && !p.options.Follow:
		notice.After = 0
		_ = p.tell(ctx, report{notice: notice})
		return false, p.end(ctx, nil)
	case notice.Matter == Missing:
		notice.After, again = pollMissing, true
	}
	p.told = true
	if err := p.tell(ctx, report{notice: notice}); err != nil {
		return false, err
	}
	return again, clock.Sleep(ctx, p.options.Clock, notice.After)
}

// end tells that the poller stops here.
func (p *poller) end(ctx context.Context, cause error) error {
	_ = p.tell(ctx, report{last: true, fatal: cause})
	return context.Canceled
}

// tell hands a report over and waits until there is room for more.
func (p *poller) tell(ctx context.Context, r report) error {
	r.group = p.group
	select {
	case p.reports <- r:
	case <-ctx.Done():
		return ctx.Err()
	}
	if r.last {
		return nil
	}
	select {
	case p.floor = <-p.ack:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
