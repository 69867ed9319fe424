package series

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// RelativeError is how far a percentile may be off its exact value once a spread
// no longer keeps every value.
const RelativeError = 0.02

// mostExact is how many different values a spread keeps as they are; beyond, it
// counts them in classes, each a fixed percentage wider than the last.
const mostExact = 256

// weight is a value that occurred count times.
type weight struct{ value, count float64 }

// spread is how values are distributed: as they are while there are few, in
// classes later. Both may be in use at once.
type spread struct {
	exact []weight
	// classes maps the number of a class, which grows with its values, to how many
	// fell into it.
	classes map[int32]float64
}

func (s *spread) add(value, count float64) {
	if s.classes != nil {
		s.classes[class(value)] += count
		return
	}
	if n := len(s.exact); n > 0 && s.exact[n-1].value == value {
		s.exact[n-1].count += count
		return
	}
	s.exact = append(s.exact, weight{value, count})
	s.condense()
}

func (s *spread) merge(o *spread) {
	if s.classes == nil && o.classes != nil {
		s.classify()
	}
	for _, w := range o.exact {
		s.add(w.value, w.count)
	}
	for k, count := range o.classes {
		s.classes[k] += count
	}
}

// condense brings equal values together once there are many, and goes over to
// classes when too many are left.
func (s *spread) condense() {
	if len(s.exact) <= 2*mostExact {
		return
	}
	s.exact = united(s.exact)
	if len(s.exact) > mostExact {
		s.classify()
	}
}

// classify gives up the exact values.
func (s *spread) classify() {
	if s.classes == nil {
		s.classes = make(map[int32]float64, len(s.exact))
	}
	for _, w := range s.exact {
		s.classes[class(w.value)] += w.count
	}
	s.exact = nil
}

// sorted are the values from the smallest on; those of a class by its middle.
func (s *spread) sorted() []weight {
	all := slices.Clone(s.exact)
	for k, count := range s.classes {
		all = append(all, weight{middle(k), count})
	}
	return united(all)
}

func (s *spread) copied() spread {
	return spread{slices.Clone(s.exact), maps.Clone(s.classes)}
}

// united sorts the weights and makes one of those with the same value.
func united(all []weight) []weight {
	slices.SortFunc(all, func(a, b weight) int { return cmp.Compare(a.value, b.value) })
	out := all[:0]
	for _, w := range all {
		if n := len(out); n > 0 && out[n-1].value == w.value {
			out[n-1].count += w.count
			continue
		}
		out = append(out, w)
	}
	return out
}

// The classes of positive numbers grow by width; 0 is class 0, and negative
// numbers mirror the positive. They are those of DDSketch (Masson, Rim, Lee,
// "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019), which
// guarantee RelativeError.
var width = math.Log((1 + RelativeError) / (1 - RelativeError))

// firstClass keeps the numbers of the classes of the smallest floats positive.
const firstClass = 1 << 15

func class(value float64) int32 {
	if value == 0 {
		return 0
	}
	k := firstClass + int32(math.Ceil(math.Log(math.Abs(value))/width))
	if value < 0 {
		return -k
	}
	return k
}

func middle(k int32) float64 {
	switch {
	case k == 0:
		return 0
	case k < 0:
		return -middle(-k)
	}
	return 2 * math.Exp(float64(k-firstClass)*width) / (math.Exp(width) + 1)
}
