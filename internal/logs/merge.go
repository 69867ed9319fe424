package logs

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"
)

// source is what the merger knows of a group.
type source struct {
	memory *memory
	ack    chan int64
	kick   chan struct{}
	// behind is set while the group is read from the past; read is how far.
	behind bool
	read   int64
	// scanned is when the last scan began that came to its end.
	scanned int64
	// failing is since when it cannot be read, zero while it can.
	failing time.Time
	missing bool
	// ended is set when its poller has.
	ended bool
	// held counts its lines that wait; waiting is set while the poller is made to.
	held    int
	waiting bool
}

// merger puts the groups' lines into one order.
type merger struct {
	*follower
	groups []*source
	// pending are the lines that wait, released the time of the latest that does not.
	pending  []Line
	released int64
	// traceUntil is when traces that wait for more lines have had their time, 0 for none.
	traceUntil int64
	order      uint64
	caughtUp   bool
	crowded    bool
	gap        time.Time
	yield      func(Event, error) bool
}

// errStop ends the stream without an error: the reader has gone.
var errStop = errors.New("the reader has gone")

func newMerger(f *follower) *merger {
	m := &merger{follower: f, released: math.MinInt64}
	for _, g := range f.options.Groups {
		memory := f.options.Resume.memory(g.Name)
		if memory == nil {
			memory = newMemory(max(f.options.From.UnixMilli(), 0))
		}
		m.groups = append(m.groups, &source{
			memory: memory, ack: make(chan int64), kick: make(chan struct{}, 1), behind: true, read: memory.floor,
		})
	}
	return m
}

// run takes reports until the groups end or ctx does, and ends with the cursor.
func (m *merger) run(ctx context.Context, yield func(Event, error) bool) {
	m.yield = yield
	err := m.loop(ctx)
	if errors.Is(err, errStop) {
		return
	}
	if m.release(math.MaxInt64) != nil {
		return
	}
	if yield(Event{Cursor: m.cursor()}, nil) && err != nil {
		yield(Event{}, err)
	}
}

func (m *merger) loop(ctx context.Context) error {
	due := make(chan struct{}, 1)
	for {
		stop := m.wake(due)
		select {
		case <-ctx.Done():
			stop()
			return nil
		case <-due:
		case r := <-m.reports:
			if err := m.handle(r); err != nil {
				stop()
				return err
			}
		}
		stop()
		if err := m.advance(ctx); err != nil {
			return err
		}
		if m.allEnded() {
			return m.catchUp()
		}
	}
}

// wake has due signalled when a line that waits is due, or a group has held the
// others up for long enough.
func (m *merger) wake(due chan struct{}) (stop func() bool) {
	after := time.Duration(math.MaxInt64)
	if len(m.pending) > 0 && !slices.ContainsFunc(m.groups, m.holdsUp) {
		after = time.Duration(max(m.pending[0].Timestamp, m.traceUntil)-m.now())*time.Millisecond + hold
		if after <= 0 { // what has come to light is not known yet
			after += mostHold - hold
		}
	}
	for _, g := range m.groups {
		if wait := patience - m.options.Clock.Now().Sub(g.failing); !g.failing.IsZero() && wait > 0 {
			after = min(after, wait)
		}
	}
	if after == math.MaxInt64 { // only a report can change anything
		return func() bool { return false }
	}
	return m.options.Clock.AfterFunc(max(after, time.Millisecond), func() {
		select {
		case due <- struct{}{}:
		default:
		}
	})
}

// handle takes a report in.
func (m *merger) handle(r report) error {
	g := m.groups[r.group]
	switch {
	case r.live && r.notice != nil:
		return m.give(Event{Notice: r.notice})
	case r.live:
		return m.read(g, r)
	case r.notice != nil:
		if err := m.take(g, *r.notice); err != nil {
			return err
		}
	case r.last:
		g.ended, g.behind = true, false
		if r.fatal != nil {
			return r.fatal
		}
		return nil // nobody waits for an answer
	default:
		if err := m.read(g, r); err != nil {
			return err
		}
	}
	g.waiting = true
	return nil
}

// take passes a notice on and marks the group.
func (m *merger) take(g *source, n Notice) error {
	now := m.options.Clock.Now()
	switch n.Matter {
	case Recovered:
		g.failing, g.missing = time.Time{}, false
	case Missing:
		known := g.missing
		g.missing = true
		if known {
			return nil
		}
	case Gap:
		g.behind = true
		if now.Sub(m.gap) < gapAfter {
			return nil
		}
		m.gap, n.Group = now, -1
	default:
		g.behind = true
		if g.failing.IsZero() {
			g.failing = now
		}
	}
	return m.give(Event{Notice: &n})
}

// read takes the lines of a page, those that are new.
func (m *merger) read(g *source, r report) error {
	m.pending = slices.Grow(m.pending, len(r.lines))
	for i, l := range r.lines {
		if !g.memory.take(l.Timestamp, r.keys[i]) {
			continue
		}
		m.order++
		l.Group, l.order = r.group, m.order
		m.pending = append(m.pending, l)
		g.held++
	}
	if n := len(r.lines); n > 0 && !r.live {
		last := r.lines[n-1].Timestamp
		g.read = max(g.read, last)
		if r.sweep && !r.done {
			g.memory.raise(min(last, r.started-Window.Milliseconds()))
		}
	}
	if r.sweep && r.done {
		g.memory.raise(r.started - Window.Milliseconds())
	}
	if r.done {
		g.behind, g.read, g.scanned = false, max(g.read, r.started), r.started
	}
	if g.memory.bound(maxRemembered) && !m.crowded {
		m.crowded = true
		return m.give(Event{Notice: &Notice{
			Matter: Crowded, Group: r.group, After: time.Duration(m.now()-g.memory.floor) * time.Millisecond,
		}})
	}
	return nil
}

// advance lets pollers go on that have room, and releases what is due: they read the
// next page while this one is taken.
func (m *merger) advance(ctx context.Context) error {
	m.answer(ctx)
	if err := m.release(m.watermark()); err != nil {
		return err
	}
	m.answer(ctx)
	if !slices.ContainsFunc(m.groups, m.holdsUp) {
		m.hurry()
		return m.catchUp()
	}
	return nil
}

// answer lets pollers go on that have room. Of groups that are read from the past the
// one that is furthest behind goes on, since lines of the others would only wait: no
// more than a page of each is in memory.
func (m *merger) answer(ctx context.Context) {
	behind := m.furthestBehind()
	for _, g := range m.groups {
		if g.waiting && g.held <= maxHeld && (!m.holdsUp(g) || g.read <= behind) {
			g.waiting = false
			select {
			case g.ack <- g.memory.floor:
			case <-ctx.Done():
			}
		}
	}
}

// holdsUp reports whether the others wait for the group.
func (m *merger) holdsUp(g *source) bool {
	failed := !g.failing.IsZero() && m.options.Clock.Now().Sub(g.failing) >= patience
	return g.behind && !g.missing && !failed
}

// furthestBehind is how far that group has been read which holds the others up most.
func (m *merger) furthestBehind() int64 {
	mark := int64(math.MaxInt64)
	for _, g := range m.groups {
		if m.holdsUp(g) {
			mark = min(mark, g.read)
		}
	}
	return mark
}

// watermark is up to what time lines are due: no group that is read from the past is
// below it, and all were looked at when what was written then had come to light.
func (m *merger) watermark() int64 {
	mark := m.furthestBehind()
	if m.options.Follow {
		now := m.now()
		mark = min(mark, max(min(now, m.scanned())-hold.Milliseconds(), now-mostHold.Milliseconds()))
	}
	return mark
}

// scanned is up to when all groups were looked at that can be. Live Tail looks for
// itself.
func (m *merger) scanned() int64 {
	at := int64(math.MaxInt64)
	for _, g := range m.groups {
		if !m.options.Live && !g.missing && !g.ended && g.failing.IsZero() {
			at = min(at, g.scanned)
		}
	}
	return at
}

// hurry has the groups looked at that lines wait for whose time has come.
func (m *merger) hurry() {
	if len(m.pending) == 0 || m.options.Live {
		return
	}
	wanted := m.pending[0].Timestamp + hold.Milliseconds()
	for _, g := range m.groups {
		if wanted <= m.now() && g.scanned < wanted {
			select {
			case g.kick <- struct{}{}:
			default:
			}
		}
	}
}

// release gives the lines up to a time, in order, those of a stack trace together.
func (m *merger) release(mark int64) error {
	byTime := func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Timestamp, b.Timestamp), cmp.Compare(a.order, b.order))
	}
	if !slices.IsSortedFunc(m.pending, byTime) {
		slices.SortFunc(m.pending, byTime)
	}
	n, _ := slices.BinarySearchFunc(m.pending, mark, func(l Line, mark int64) int {
		if l.Timestamp <= mark {
			return -1
		}
		return 1
	})
	due, until := together(m.pending[:n:n], mark)
	if m.traceUntil = until; len(due) == 0 {
		return nil
	}
	m.pending = append([]Line(nil), m.pending[len(due):]...)
	latest := m.released
	for i := range due {
		due[i].Late = due[i].Timestamp < m.released
		latest = max(latest, due[i].Timestamp)
		m.groups[due[i].Group].held--
	}
	m.released = latest
	return m.give(Event{Lines: due})
}

// catchUp tells, once, that all is read that there was.
func (m *merger) catchUp() error {
	if m.caughtUp {
		return nil
	}
	if m.allEnded() {
		if err := m.release(math.MaxInt64); err != nil {
			return err
		}
	}
	m.caughtUp = true
	return m.give(Event{CaughtUp: true})
}

func (m *merger) allEnded() bool {
	return !slices.ContainsFunc(m.groups, func(g *source) bool { return !g.ended })
}

func (m *merger) give(e Event) error {
	if !m.yield(e, nil) {
		return errStop
	}
	return nil
}
