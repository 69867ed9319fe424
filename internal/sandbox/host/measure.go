package host

import "time"

// Dimension names one side of a metric.
type Dimension struct{ Name, Value string }

// Datum is one value of a metric, as CloudWatch takes it.
type Datum struct {
	Namespace, Name string
	// Dimensions are in the order of their names.
	Dimensions []Dimension
	Value      float64
	// Unit is one of CloudWatch's, "Count" or "Milliseconds"; empty is None.
	Unit string
	// At is when it was so; the zero time is now.
	At time.Time
}

// Measure hands values to the sandbox's CloudWatch. It never waits; where there is
// no CloudWatch the values are dropped.
func (h *Host) Measure(data ...Datum) {
	if h.Meter != nil {
		h.Meter(data...)
	}
}
