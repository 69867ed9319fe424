package events

import "slices"

// extentSize is the size in bytes at which an extent ends: reading a little of it
// costs reading all of it.
const extentSize = 16 << 10

// extent is a stretch of a segment: whole records.
type extent struct {
	Offset int64
	Size   int
	// First and Last are the earliest and the latest timestamp.
	First, Last int64
	// Streams have events in it, in the order of their numbers.
	Streams []uint32
}

// take extends the extent by a record.
func (e *extent) take(size int, stream uint32, s Stats) {
	if e.Size == 0 {
		e.First, e.Last = s.First, s.Last
	}
	e.Size += size
	e.First, e.Last = min(e.First, s.First), max(e.Last, s.Last)
	if at, found := slices.BinarySearch(e.Streams, stream); !found {
		e.Streams = slices.Insert(e.Streams, at, stream)
	}
}

// concerns tells whether the extent can have events that the query wants.
func (e *extent) concerns(q *Query) bool {
	return e.First < q.To && e.Last >= q.From && q.reaches(e) && (q.Wanted == nil || slices.ContainsFunc(e.Streams, q.Wanted))
}
