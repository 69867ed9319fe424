package logs

import (
	"context"
	"iter"
	"sync"

	domain "github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
)

// delivery is what the stream brings at a time: rows, a notice, or that all is read
// that there was.
type delivery struct {
	rows     []*row
	notice   *domain.Notice
	caughtUp bool
}

// mostRows bounds the rows of a delivery.
const mostRows = 500

// maker makes rows of lines, off the goroutine that draws. It takes them one by one: a
// page of them understood is many times as large as its rows.
type maker struct {
	reader *domain.Reader
	// head is the row that the next line may continue, of a line of stream.
	head   *row
	stream string
	// newest is the time of the newest line, before that of the newest before the last
	// rest: the follower that begins after it does not know.
	newest, before int64
}

func newMaker() *maker { return &maker{reader: domain.NewReader()} }

// deliver yields an event's rows, and reports whether more are wanted.
func (m *maker) deliver(e domain.Event, yield func(delivery, error) bool) bool {
	m.head = nil
	d := delivery{notice: e.Notice, caughtUp: e.CaughtUp}
	for _, l := range e.Lines {
		r := m.row(l)
		if r == nil {
			continue
		}
		if len(d.rows) == mostRows {
			if !yield(d, nil) {
				return false
			}
			d = delivery{}
		}
		d.rows = append(d.rows, r)
	}
	return len(d.rows) == 0 && d.notice == nil && !d.caughtUp || yield(d, nil)
}

// row is the line's, nil where the line is a frame of the one before, or is left out:
// Lambda's START and END, which its REPORT repeats, and metrics.
func (m *maker) row(l domain.Line) *row {
	e := m.reader.Read(l)
	m.newest = max(m.newest, l.Timestamp)
	if e.Continues && m.head != nil && m.head.group == l.Group && m.stream == l.Stream {
		m.head.frames = append(m.head.frames, l.Message)
		return nil
	}
	m.head, m.stream = nil, l.Stream
	switch e.Kind {
	case line.Start, line.End, line.Metrics:
		return nil
	}
	m.head = &row{
		message: l.Message, request: e.Request, timestamp: l.Timestamp,
		group: l.Group, level: e.Level, cold: e.Cold, late: l.Late || l.Timestamp < m.before,
	}
	return m.head
}

// follow is what a stream of the page is opened with. While rest is on, and what there
// was has been read, nothing is asked for; afterwards it goes on from where it was.
func follow(source Source, o domain.Options, rest *rest) func(context.Context) iter.Seq2[delivery, error] {
	return func(ctx context.Context) iter.Seq2[delivery, error] {
		return func(yield func(delivery, error) bool) {
			made := newMaker()
			for {
				cursor, err := made.followUntil(ctx, source, o, rest, yield)
				if err != nil || cursor == nil || rest.await(ctx, false) != nil {
					return
				}
				o.Resume, made.before = cursor, made.newest
			}
		}
	}
}

// followUntil follows until rest is on. The cursor is nil where nothing comes any more.
func (m *maker) followUntil(ctx context.Context, source Source, o domain.Options, rest *rest, yield func(delivery, error) bool) (cursor *domain.Cursor, err error) {
	awake, cancel := context.WithCancel(ctx)
	caughtUp := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-caughtUp:
			if rest.await(awake, true) == nil {
				cancel()
			}
		case <-awake.Done():
		}
	})
	defer watching.Wait()
	defer cancel()
	for e, err := range source.Follow(awake, o) {
		if err != nil {
			yield(delivery{}, err)
			return nil, err
		}
		if !m.deliver(e, yield) {
			return nil, context.Canceled
		}
		if e.CaughtUp {
			close(caughtUp)
		}
		cursor = e.Cursor
	}
	if awake.Err() == nil { // it has come to its end
		return nil, ctx.Err()
	}
	return cursor, ctx.Err()
}

// rest is whether the following rests.
type rest struct {
	mu      sync.Mutex
	on      bool
	changed chan struct{}
}

func newRest(on bool) *rest { return &rest{on: on, changed: make(chan struct{})} }

func (r *rest) turn(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on != on {
		r.on = on
		close(r.changed)
		r.changed = make(chan struct{})
	}
}

func (r *rest) state() (on bool, changed <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.on, r.changed
}

// await waits until rest is on, or off.
func (r *rest) await(ctx context.Context, on bool) error {
	for {
		now, changed := r.state()
		if now == on {
			return ctx.Err()
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
