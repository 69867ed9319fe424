// Package events keeps the log events of a log group and gives them back in the
// order of their timestamps.
//
// Events are appended, in the order of their ingestion, as records with a checksum
// to segment files (record.go, segment.go). Of each stretch of some 16 kB, an
// extent, memory holds no more than where it is, which times it spans and which
// streams write in it (extent.go). Reading merges the extents that overlap
// (merge.go); it works on what was there when it began and blocks no writer.
package events

import "cmp"

// Entry is an event on its way in.
type Entry struct {
	// Timestamp is in milliseconds since 1970.
	Timestamp int64
	Message   string
}

// Event is an event as it is kept.
type Event struct {
	// Timestamp and Ingestion are in milliseconds since 1970.
	Timestamp, Ingestion int64
	// Seq numbers the events of a log group in the order of their ingestion, from 1.
	Seq uint64
	// Stream is the number of the log stream.
	Stream  uint32
	Message string
}

// Position is the event's place in the log group's order.
func (e *Event) Position() Position { return Position{e.Timestamp, e.Seq} }

// Position is a place in the order of a log group's events: by timestamp, and
// among equal ones by ingestion.
type Position struct {
	Timestamp int64
	Seq       uint64
}

// Compare orders positions.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Timestamp, q.Timestamp), cmp.Compare(p.Seq, q.Seq))
}

// Stats are what is known of the events of one stream.
type Stats struct {
	// First and Last are the earliest and the latest timestamp, LastIngested the
	// latest time of ingestion.
	First, Last, LastIngested int64
	Events                    int64
	// Bytes are those of the messages.
	Bytes int64
}

// add takes the events of another part of the same stream in.
func (s *Stats) add(more Stats) {
	if s.Events == 0 {
		*s = more
		return
	}
	s.First, s.Last = min(s.First, more.First), max(s.Last, more.Last)
	s.LastIngested = max(s.LastIngested, more.LastIngested)
	s.Events += more.Events
	s.Bytes += more.Bytes
}
