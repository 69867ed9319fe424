package widget

// Ring holds the newest values of a stream: at most so many, of at most so many bytes.
// Each has a number that stays the same while older ones are dropped, so a cursor can
// stay with its value. What adding costs does not depend on how many there are.
type Ring[T any] struct {
	slots []slot[T]
	// head is the place of the oldest, n how many there are.
	head, n          int
	capacity         int
	bytes, mostBytes int
	// first is the number of the oldest, which is how many were dropped.
	first uint64
}

type slot[T any] struct {
	value T
	size  int
}

// NewRing makes a ring; it grows as it fills.
func NewRing[T any](values, bytes int) *Ring[T] {
	return &Ring[T]{capacity: max(values, 1), mostBytes: bytes}
}

// Push adds a value that takes size bytes, and drops the oldest for it where there is
// no room. The newest always stays.
func (r *Ring[T]) Push(value T, size int) {
	for r.n > 0 && (r.n == r.capacity || r.bytes+size > r.mostBytes) {
		r.drop()
	}
	if r.n == len(r.slots) && len(r.slots) < r.capacity {
		r.grow()
	}
	r.slots[(r.head+r.n)%len(r.slots)] = slot[T]{value, size}
	r.n++
	r.bytes += size
}

func (r *Ring[T]) drop() {
	oldest := &r.slots[r.head]
	r.bytes -= oldest.size
	*oldest = slot[T]{} // what it holds can go
	r.head = (r.head + 1) % len(r.slots)
	r.n--
	r.first++
}

// grow doubles the room and puts the oldest first.
func (r *Ring[T]) grow() {
	slots := make([]slot[T], min(max(2*len(r.slots), 256), r.capacity))
	for i := range r.n {
		slots[i] = r.slots[(r.head+i)%len(r.slots)]
	}
	r.slots, r.head = slots, 0
}

// Len is how many values there are, Bytes what they take.
func (r *Ring[T]) Len() int { return r.n }

// Bytes is what the values take together, as Push was told.
func (r *Ring[T]) Bytes() int { return r.bytes }

// First is the number of the oldest value, Next that of the one to come.
func (r *Ring[T]) First() uint64 { return r.first }

// Next is the number that the next value will have.
func (r *Ring[T]) Next() uint64 { return r.first + uint64(r.n) }

// At is the value at a place, 0 being the oldest.
func (r *Ring[T]) At(i int) T { return r.slots[(r.head+i)%len(r.slots)].value }

// Get is the value of a number, as long as it is there.
func (r *Ring[T]) Get(number uint64) (value T, ok bool) {
	if number < r.first || number >= r.Next() {
		return value, false
	}
	return r.At(int(number - r.first)), true
}

// Clear drops all; numbers go on.
func (r *Ring[T]) Clear() {
	for r.n > 0 {
		r.drop()
	}
}

// Matches are the values of a ring that a filter keeps, in their order. Sync takes
// account of what was pushed and dropped since; it looks at each value once.
type Matches[T any] struct {
	ring *Ring[T]
	keep func(T) bool
	// numbers are those of the values kept; the first gone of them are of values that
	// the ring has dropped.
	numbers []uint64
	gone    int
	// next is the first number not looked at yet.
	next uint64
}

// NewMatches keeps all values until Filter says otherwise.
func NewMatches[T any](ring *Ring[T]) *Matches[T] {
	return &Matches[T]{ring: ring, keep: func(T) bool { return true }}
}

// Filter changes what is kept, and looks at all values again.
func (m *Matches[T]) Filter(keep func(T) bool) {
	m.keep, m.numbers, m.gone, m.next = keep, m.numbers[:0], 0, m.ring.First()
	m.Sync()
}

// Sync takes account of what has happened to the ring.
func (m *Matches[T]) Sync() {
	for m.gone < len(m.numbers) && m.numbers[m.gone] < m.ring.First() {
		m.gone++
	}
	if m.gone > 1024 && m.gone > len(m.numbers)/2 {
		m.numbers, m.gone = append(m.numbers[:0], m.numbers[m.gone:]...), 0
	}
	for m.next = max(m.next, m.ring.First()); m.next < m.ring.Next(); m.next++ {
		if value, _ := m.ring.Get(m.next); m.keep(value) {
			m.numbers = append(m.numbers, m.next)
		}
	}
}

// Len is how many are kept.
func (m *Matches[T]) Len() int { return len(m.numbers) - m.gone }

// At is the value at a place among those kept, 0 being the oldest.
func (m *Matches[T]) At(i int) T {
	value, _ := m.ring.Get(m.Number(i))
	return value
}

// Number is the ring's number of the value at a place.
func (m *Matches[T]) Number(i int) uint64 { return m.numbers[m.gone+i] }

// Place is where the value of a number is, or where it would be: that of the next
// one kept.
func (m *Matches[T]) Place(number uint64) int {
	low, high := 0, m.Len()
	for low < high {
		middle := (low + high) / 2
		if m.Number(middle) < number {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}
