package series

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
)

// The forms of an encoded bucket, the commonest first.
const (
	formSingle   = iota // one value
	formConstant        // one value, several times
	formExact           // every value
	formClasses         // values in classes
	formOpaque          // no values
)

// encode appends a bucket. A coarse one gives up its exact values unless there are
// few: they would take most of the room.
func encode(to []byte, b *Bucket, coarse bool) []byte {
	if b.Min == b.Max && !b.opaque {
		if b.Count == 1 {
			return number(append(to, formSingle), b.Min)
		}
		return number(number(append(to, formConstant), b.Count), b.Min)
	}
	s := b.spread.copied()
	s.exact = united(s.exact)
	const fewEnough = 8
	switch {
	case b.opaque:
		return totals(append(to, formOpaque), b)
	case s.classes == nil && (len(s.exact) <= fewEnough || !coarse && len(s.exact) <= mostExact):
		return encodeExact(append(to, formExact), b.Sum, s.exact)
	}
	s.classify()
	return encodeClasses(totals(append(to, formClasses), b), s.classes)
}

func totals(to []byte, b *Bucket) []byte {
	return number(number(number(number(to, b.Count), b.Sum), b.Min), b.Max)
}

func encodeExact(to []byte, sum float64, exact []weight) []byte {
	to = binary.AppendUvarint(number(to, sum), uint64(len(exact)))
	for _, w := range exact {
		to = number(number(to, w.value), w.count)
	}
	return to
}

func encodeClasses(to []byte, classes map[int32]float64) []byte {
	to = binary.AppendUvarint(to, uint64(len(classes)))
	last := int32(0)
	for _, k := range slices.Sorted(maps.Keys(classes)) {
		to = number(binary.AppendVarint(to, int64(k-last)), classes[k])
		last = k
	}
	return to
}

// decoder reads what encode has written; after a failure everything is zero.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) bucket() *Bucket {
	b := &Bucket{}
	if len(d.rest) == 0 {
		d.failed = true
		return b
	}
	form := d.rest[0]
	d.rest = d.rest[1:]
	switch form {
	case formSingle:
		b.Add(d.number(), 1)
	case formConstant:
		count := d.number()
		b.Add(d.number(), count)
	case formExact:
		sum := d.number()
		for range d.length() {
			value := d.number()
			b.Add(value, d.number())
		}
		b.Sum = sum
	case formClasses, formOpaque:
		b.Count, b.Sum, b.Min, b.Max = d.number(), d.number(), d.number(), d.number()
		b.opaque = form == formOpaque
		if !b.opaque {
			b.spread.classes = d.classes()
		}
	default:
		d.failed = true
	}
	return b
}

func (d *decoder) classes() map[int32]float64 {
	n := d.length()
	classes := make(map[int32]float64, n)
	last := int64(0)
	for range n {
		last += d.varint()
		classes[int32(last)] += d.number()
	}
	return classes
}

// number appends a float: in a few bytes when it is a whole number or has three
// decimals at most, in nine otherwise.
func number(to []byte, v float64) []byte {
	for kind, scale := range []float64{1, 1000} {
		if scaled := math.Round(v * scale); math.Abs(scaled) < 1<<50 && scaled/scale == v {
			return binary.AppendUvarint(to, zigzag(int64(scaled))<<2|uint64(kind))
		}
	}
	return binary.LittleEndian.AppendUint64(append(to, 2), math.Float64bits(v))
}

func zigzag(i int64) uint64 { return uint64(i<<1) ^ uint64(i>>63) }

func (d *decoder) number() float64 {
	coded := d.uvarint()
	scaled := float64(int64(coded>>3) ^ -int64(coded>>2&1))
	switch coded & 3 {
	case 0:
		return scaled
	case 1:
		return scaled / 1000
	}
	if len(d.rest) < 8 {
		d.failed, d.rest = true, nil
		return 0
	}
	v := math.Float64frombits(binary.LittleEndian.Uint64(d.rest))
	d.rest = d.rest[8:]
	return v
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	return v * uint64(d.took(n))
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	return v * int64(d.took(n))
}

// took moves on by n bytes and gives 1, or fails and gives 0.
func (d *decoder) took(n int) int {
	if n <= 0 {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return 1
}

// length reads how many items follow: each has at least a byte.
func (d *decoder) length() int {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.failed, d.rest = true, nil
		return 0
	}
	return int(n)
}
