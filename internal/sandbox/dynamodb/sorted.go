package dynamodb

import (
	"cmp"
	"iter"
	"slices"
)

// entry is an item's place in one order: order is unique in it, and key is under
// what the item is kept.
type entry struct{ order, key string }

func (e entry) compare(order string) int { return cmp.Compare(e.order, order) }

// maxChunk bounds what an insertion has to move.
const maxChunk = 256

// sorted is a list of entries in their order, in chunks of which none is empty.
type sorted struct {
	chunks [][]entry
	count  int
}

// find gives the place of the first entry that is not before order.
func (s *sorted) find(order string) (chunk, at int) {
	chunk, _ = slices.BinarySearchFunc(s.chunks, order, func(c []entry, order string) int { return c[len(c)-1].compare(order) })
	if chunk == len(s.chunks) {
		return chunk, 0
	}
	at, _ = slices.BinarySearchFunc(s.chunks[chunk], order, entry.compare)
	return chunk, at
}

func (s *sorted) insert(e entry) {
	i, at := s.find(e.order)
	if i == len(s.chunks) {
		if i == 0 {
			s.chunks = append(s.chunks, nil)
		}
		i = len(s.chunks) - 1
		at = len(s.chunks[i])
	}
	s.chunks[i] = slices.Insert(s.chunks[i], at, e)
	s.count++
	if len(s.chunks[i]) > maxChunk {
		s.split(i)
	}
}

func (s *sorted) split(i int) {
	half := len(s.chunks[i]) / 2
	if i == len(s.chunks)-1 {
		half = len(s.chunks[i]) - 1 // what arrives in order fills its chunks
	}
	rest := append(make([]entry, 0, maxChunk+1), s.chunks[i][half:]...)
	s.chunks[i] = slices.Clip(slices.Delete(s.chunks[i], half, len(s.chunks[i])))
	s.chunks = slices.Insert(s.chunks, i+1, rest)
}

func (s *sorted) remove(order string) {
	i, at := s.find(order)
	if i == len(s.chunks) || s.chunks[i][at].order != order {
		return
	}
	s.count--
	if s.chunks[i] = slices.Delete(s.chunks[i], at, at+1); len(s.chunks[i]) == 0 {
		s.chunks = slices.Delete(s.chunks, i, i+1)
	}
}

// between walks the entries from low, which belongs to them, up to high, which does
// not; an empty high is no end. The list must not change meanwhile.
func (s *sorted) between(low, high string) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		i, at := s.find(low)
		for ; i < len(s.chunks); i, at = i+1, 0 {
			for _, e := range s.chunks[i][at:] {
				if high != "" && e.order >= high || !yield(e) {
					return
				}
			}
		}
	}
}

// backwards walks the same entries from the last to the first.
func (s *sorted) backwards(low, high string) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		i, at := len(s.chunks), 0
		if high != "" {
			i, at = s.find(high)
		}
		for {
			if at == 0 {
				if i == 0 {
					return
				}
				i--
				at = len(s.chunks[i])
			}
			at--
			if e := s.chunks[i][at]; e.order < low || !yield(e) {
				return
			}
		}
	}
}
