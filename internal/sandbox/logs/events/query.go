package events

import "math"

// Query says which events to read, and in which order.
type Query struct {
	// From and To bound the timestamps; To is exclusive.
	From, To int64
	// After, unless nil, is where a reading before this one ended: the first event
	// is the next in the direction of reading.
	After *Position
	// Backward reads the latest events first.
	Backward bool
	// Wanted chooses streams by their numbers; nil wants all.
	Wanted func(stream uint32) bool
	// Readable, unless nil, holds events back.
	Readable func(*Event) bool
}

// Everything is the query for all events, from the earliest.
func Everything() Query { return Query{From: math.MinInt64, To: math.MaxInt64} }

// reaches tells whether the extent has anything beyond After.
func (q *Query) reaches(e *extent) bool {
	switch {
	case q.After == nil:
		return true
	case q.Backward:
		return e.First <= q.After.Timestamp
	}
	return e.Last >= q.After.Timestamp
}

// wants tells whether the event is to be read.
func (q *Query) wants(e *Event) bool {
	return e.Timestamp >= q.From && e.Timestamp < q.To &&
		(q.After == nil || q.before(*q.After, e.Position())) && (q.Readable == nil || q.Readable(e))
}

// before tells which of two positions is read first.
func (q *Query) before(a, b Position) bool {
	if q.Backward {
		return b.Compare(a) < 0
	}
	return a.Compare(b) < 0
}
