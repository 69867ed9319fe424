package logs

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"strconv"
)

// key stands for a line: its event id's digits, or a digest where that is none.
type key [3]uint64

// idDigits is how many decimal digits AWS's event ids have; 19 of them fit a word.
const idDigits, wordDigits = 56, 19

// keyOf packs an event id without loss.
func keyOf(id string) key {
	if len(id) != idDigits {
		return digest(id)
	}
	var k key
	for i := range k {
		n, err := strconv.ParseUint(id[i*wordDigits:min((i+1)*wordDigits, idDigits)], 10, 64)
		if err != nil {
			return digest(id)
		}
		k[i] = n
	}
	return k
}

// digest is a key that no id of digits has: those leave the uppermost bit empty.
func digest(text string) key {
	sum := sha256.Sum256([]byte(text))
	return key{
		binary.BigEndian.Uint64(sum[:8]) | 1<<63, binary.BigEndian.Uint64(sum[8:16]), binary.BigEndian.Uint64(sum[16:24]),
	}
}

// memory is what a follower knows of a group: all lines below the floor that had
// come to light have been taken, and those above it that were taken are remembered.
// Whoever reads again from the floor on, and skips what is remembered, loses no line
// and repeats none.
type memory struct {
	// floor is in milliseconds.
	floor int64
	// taken are the keys by the second of their lines' time.
	taken map[int64]map[key]struct{}
	count int
}

func newMemory(floor int64) *memory {
	return &memory{floor: floor, taken: map[int64]map[key]struct{}{}}
}

// take remembers a line and reports whether it is new. A line below the floor is not.
func (m *memory) take(timestamp int64, k key) bool {
	if timestamp < m.floor {
		return false
	}
	second := timestamp / 1000
	keys := m.taken[second]
	if keys == nil {
		keys = map[key]struct{}{}
		m.taken[second] = keys
	}
	if _, known := keys[k]; known {
		return false
	}
	keys[k] = struct{}{}
	m.count++
	return true
}

// raise moves the floor up and forgets what is below it.
func (m *memory) raise(floor int64) {
	if floor <= m.floor {
		return
	}
	m.floor = floor
	for second, keys := range m.taken {
		if second < floor/1000 {
			m.count -= len(keys)
			delete(m.taken, second)
		}
	}
}

// bound forgets the earliest until at most limit keys are left, and reports whether
// it had to. It keeps the latest second, and no line of a second that it forgets
// can come again: the floor is above it.
func (m *memory) bound(limit int) bool {
	if m.count <= limit {
		return false
	}
	seconds := slices.Sorted(maps.Keys(m.taken))
	count, floor := m.count, m.floor
	for _, second := range seconds[:len(seconds)-1] {
		if count <= limit {
			break
		}
		count -= len(m.taken[second])
		floor = (second + 1) * 1000
	}
	before := m.floor
	m.raise(floor)
	return m.floor > before
}
