package series

import (
	"slices"
	"time"
)

// Periods gives the buckets of a metric in periods that begin at start, as many as
// begin before end; a period without data has none. Periods shorter than a minute
// are answered from the seconds of a high-resolution metric. A unit that the metric
// does not have finds nothing, an empty one everything.
func (s *Store) Periods(m Metric, unit string, start, end time.Time, period time.Duration) []*Bucket {
	n := int((end.Sub(start) + period - 1) / period)
	if n <= 0 {
		return nil
	}
	out := make([]*Bucket, n)
	take := func(at time.Time, b *Bucket) {
		i := int(at.Sub(start) / period)
		if at.Before(start) || i >= n {
			return
		}
		if out[i] == nil {
			out[i] = &Bucket{}
		}
		out[i].Merge(b)
	}
	if period < time.Minute {
		s.seconds(m, unit, take)
		return out
	}
	blocks, open := s.snapshot(m, unit, minuteOf(start), minuteOf(start.Add(time.Duration(n)*period)))
	for _, b := range blocks {
		each(b.data, func(minute int64, bucket *Bucket) { take(time.Unix((b.hour*minutesAnHour+minute)*60, 0), bucket) })
	}
	for _, b := range open {
		take(time.Unix(b.minute*60, 0), b.Bucket)
	}
	return out
}

// snapshot copies what there is between two minutes, so that it can be read
// without the lock.
func (s *Store) snapshot(m Metric, unit string, from, to int64) (blocks []block, open []openBucket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	o := s.all[m.key()]
	if o == nil || !o.has(unit) {
		return nil, nil
	}
	for _, b := range o.blocks {
		if b.hour >= from/minutesAnHour && b.hour <= to/minutesAnHour {
			blocks = append(blocks, b)
		}
	}
	for minute, b := range o.open {
		if minute >= from && minute < to {
			open = append(open, openBucket{minute, b.copied()})
		}
	}
	return blocks, open
}

func (s *Store) seconds(m Metric, unit string, take func(time.Time, *Bucket)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.all[m.key()]
	if o == nil || !o.has(unit) {
		return
	}
	for second, b := range o.fine {
		take(time.Unix(second, 0), b)
	}
}

func (o *one) has(unit string) bool { return unit == "" || slices.Contains(o.units, unit) }
