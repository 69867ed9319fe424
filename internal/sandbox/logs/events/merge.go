package events

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
)

// Read gives the events of a query. It ends with ctx's error when that is done and
// with ErrRemoved when the events are deleted meanwhile. What it points to is the
// next event's after the next step. Messages share memory with their neighbours: who
// keeps a few of many for long should copy them.
func (l *Log) Read(ctx context.Context, q Query) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		m := merge{query: &q, spans: l.spans(&q)}
		for {
			if err := m.load(ctx); err != nil {
				yield(nil, err)
				return
			}
			if len(m.runs) == 0 || !yield(m.take(), nil) {
				return
			}
		}
	}
}

// span is an extent that a reading still has before it.
type span struct {
	file   file
	offset int64
	size   int
	// edge is the first timestamp that it can have, in the direction of reading.
	edge int64
}

// spans are the extents that concern a query, in the direction of reading.
func (l *Log) spans(q *Query) []span {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var out []span
	for _, s := range l.segments {
		for i := range s.extents {
			e := &s.extents[i]
			if !e.concerns(q) {
				continue
			}
			edge := e.First
			if q.Backward {
				edge = e.Last
			}
			out = append(out, span{file: s.file, offset: e.Offset, size: e.Size, edge: edge})
		}
	}
	slices.SortFunc(out, func(a, b span) int {
		if q.Backward {
			return cmp.Compare(b.edge, a.edge)
		}
		return cmp.Compare(a.edge, b.edge)
	})
	return out
}

// merge brings the extents of a reading into one order. It holds those in memory
// that overlap at the place where the reading is.
type merge struct {
	query *Query
	spans []span
	// runs is a heap by the first event of each run; none is empty.
	runs []run
	// bytes and spare are kept for the next extent.
	bytes []byte
	spare []run
	taken Event
}

// run is the events of an extent that are left, in the direction of reading.
type run struct {
	events []Event
	at     int
}

func (r *run) first() Position { return r.events[r.at].Position() }

// load reads the extents that can have the next event.
func (m *merge) load(ctx context.Context) error {
	for len(m.spans) > 0 && (len(m.runs) == 0 || m.due(m.spans[0].edge)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := m.spans[0]
		m.spans = m.spans[1:]
		r, err := m.read(s)
		if err != nil {
			return err
		}
		if len(r.events) > 0 {
			m.runs = append(m.runs, r)
			m.up(len(m.runs) - 1)
		}
	}
	return nil
}

// due tells whether an extent with that edge may come before the next event.
func (m *merge) due(edge int64) bool {
	next := m.runs[0].first().Timestamp
	if m.query.Backward {
		return edge >= next
	}
	return edge <= next
}

// read decodes what the query wants of an extent.
func (m *merge) read(s span) (run, error) {
	m.bytes = slices.Grow(m.bytes[:0], s.size)[:s.size]
	if _, err := s.file.ReadAt(m.bytes, s.offset); err != nil && !errors.Is(err, io.EOF) {
		if errors.Is(err, os.ErrClosed) {
			err = ErrRemoved
		}
		return run{}, err
	}
	var r run
	if n := len(m.spare); n > 0 {
		r, m.spare = m.spare[n-1], m.spare[:n-1]
	}
	r.events, r.at = m.decode(r.events[:0], m.bytes), 0
	inOrder := func(a, b Event) int {
		if m.query.Backward {
			a, b = b, a
		}
		return a.Position().Compare(b.Position())
	}
	if !slices.IsSortedFunc(r.events, inOrder) {
		slices.SortFunc(r.events, inOrder)
	}
	return r, nil
}

// decode appends the wanted events of whole records.
func (m *merge) decode(out []Event, content []byte) []Event {
	text := string(content)
	for rest := content; ; {
		offset := len(content) - len(rest) + frame
		body, after, ok := cutRecord(rest)
		if !ok {
			return out
		}
		rest = after
		r := reader{b: body}
		h := r.header()
		if m.query.Wanted != nil && !m.query.Wanted(h.stream) {
			continue
		}
		for i := 0; i < h.count && !r.bad; i++ {
			at, from, to := r.event(h.ingestion)
			out = append(out, Event{Timestamp: at, Ingestion: h.ingestion, Seq: h.seq + uint64(i), Stream: h.stream, Message: text[offset+from : offset+to]})
			if !m.query.wants(&out[len(out)-1]) {
				out = out[:len(out)-1]
			}
		}
	}
}

// take removes the next event.
func (m *merge) take() *Event {
	top := &m.runs[0]
	m.taken = top.events[top.at]
	if top.at++; top.at == len(top.events) {
		last := len(m.runs) - 1
		m.spare = append(m.spare, *top)
		m.runs[0] = m.runs[last]
		m.runs = m.runs[:last]
	}
	m.down()
	return &m.taken
}

func (m *merge) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !m.less(i, parent) {
			return
		}
		m.runs[i], m.runs[parent] = m.runs[parent], m.runs[i]
		i = parent
	}
}

func (m *merge) down() {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(m.runs) {
			return
		}
		if child+1 < len(m.runs) && m.less(child+1, child) {
			child++
		}
		if !m.less(child, i) {
			return
		}
		m.runs[i], m.runs[child] = m.runs[child], m.runs[i]
		i = child
	}
}

func (m *merge) less(i, j int) bool { return m.query.before(m.runs[i].first(), m.runs[j].first()) }
