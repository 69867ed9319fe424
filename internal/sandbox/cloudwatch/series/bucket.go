package series

import "math"

// Bucket sums up the values of a metric within a period. The zero Bucket is empty.
type Bucket struct {
	Count, Sum, Min, Max float64
	// opaque buckets have taken a statistic set, whose values nobody knows: they
	// have no percentiles.
	opaque bool
	spread spread
}

// Add takes a value that occurred count times.
func (b *Bucket) Add(value, count float64) {
	b.count(count, value*count, value, value)
	b.spread.add(value, count)
}

// AddSet takes a statistic set. Its values are known only when they are all the
// same ("Publish statistic sets", CloudWatch User Guide).
func (b *Bucket) AddSet(count, sum, lowest, highest float64) {
	if count == 1 || lowest == highest {
		b.Add(lowest, count)
		return
	}
	b.count(count, sum, lowest, highest)
	b.opaque = true
}

// Merge takes all that another bucket has.
func (b *Bucket) Merge(o *Bucket) {
	if o.Count == 0 {
		return
	}
	b.count(o.Count, o.Sum, o.Min, o.Max)
	b.opaque = b.opaque || o.opaque
	b.spread.merge(&o.spread)
}

func (b *Bucket) count(count, sum, lowest, highest float64) {
	if b.Count == 0 {
		b.Min, b.Max = lowest, highest
	}
	b.Min, b.Max = math.Min(b.Min, lowest), math.Max(b.Max, highest)
	b.Count += count
	b.Sum += sum
}

// copied shares nothing with the original.
func (b *Bucket) copied() *Bucket {
	c := *b
	c.spread = b.spread.copied()
	return &c
}
