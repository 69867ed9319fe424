package metrics

import "time"

// Number is a measured value, or the lack of one: the zero Number is not known. No
// calls is not the same as no failures, so nothing here turns a lack into a zero.
type Number struct {
	Value float64
	Known bool
}

// Some is a known number.
func Some(v float64) Number { return Number{Value: v, Known: true} }

// Series is one metric over time. Points stand at Start, Start+Period and so on, each
// for the Period that begins there, the oldest first. An unknown point is a gap.
type Series struct {
	Start  time.Time
	Period time.Duration
	Points []Number
	// Provisional is from when on points may still change: CloudWatch has Lambda's
	// values at the start of an invocation, but only once it is over. Zero for never.
	Provisional time.Time
}

// End is when the last point's period is over.
func (s Series) End() time.Time { return s.Start.Add(time.Duration(len(s.Points)) * s.Period) }

// At is the time of a point.
func (s Series) At(i int) time.Time { return s.Start.Add(time.Duration(i) * s.Period) }

// IsProvisional reports whether point i may still change.
func (s Series) IsProvisional(i int) bool {
	return !s.Provisional.IsZero() && s.At(i).Add(s.Period).After(s.Provisional)
}

// Last is the newest known point and its place, -1 without any.
func (s Series) Last() (Number, int) {
	for i := len(s.Points) - 1; i >= 0; i-- {
		if s.Points[i].Known {
			return s.Points[i], i
		}
	}
	return Number{}, -1
}
