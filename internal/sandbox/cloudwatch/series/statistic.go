package series

import (
	"math"
	"strconv"
	"strings"
)

// Statistic computes one figure of a bucket; ok is false where the bucket has none.
type Statistic func(b *Bucket) (value float64, ok bool)

// Parse finds a statistic by the name that CloudWatch gives it: Sum, Average,
// Minimum, Maximum, SampleCount, IQM, a percentile ("p99.9"), or one of the trimmed
// family ("tm95", "TM(5%:95%)", and with it wm, tc, ts). It reports false for
// anything else.
func Parse(name string) (Statistic, bool) {
	switch name {
	case "Sum":
		return func(b *Bucket) (float64, bool) { return b.Sum, b.Count > 0 }, true
	case "Average":
		return func(b *Bucket) (float64, bool) { return b.Sum / b.Count, b.Count > 0 }, true
	case "Minimum":
		return func(b *Bucket) (float64, bool) { return b.Min, b.Count > 0 }, true
	case "Maximum":
		return func(b *Bucket) (float64, bool) { return b.Max, b.Count > 0 }, true
	case "SampleCount":
		return func(b *Bucket) (float64, bool) { return b.Count, b.Count > 0 }, true
	case "IQM":
		return trimmed("tm", 25, 75), true
	}
	return parseSpread(name)
}

// Percentile reads a percentile's name, "p99.9" as 99.9.
func Percentile(name string) (percent float64, ok bool) {
	number, found := strings.CutPrefix(name, "p")
	if !found {
		return 0, false
	}
	return percentOf(number)
}

func percentOf(number string) (float64, bool) {
	percent, err := strconv.ParseFloat(number, 64)
	return percent, err == nil && percent >= 0 && percent <= 100
}

func parseSpread(name string) (Statistic, bool) {
	if percent, ok := Percentile(name); ok {
		return func(b *Bucket) (float64, bool) { return b.percentile(percent) }, true
	}
	if len(name) < 3 {
		return nil, false
	}
	kind, rest := name[:2], name[2:]
	switch kind {
	case "tm", "wm", "tc", "ts":
		high, ok := percentOf(rest)
		return trimmed(kind, 0, high), ok
	case "TM", "WM", "TC", "TS":
		return parseRange(strings.ToLower(kind), rest)
	}
	return nil, false
}

// parseRange reads "(5%:95%)", of which either end may be missing.
func parseRange(kind, text string) (Statistic, bool) {
	inner, open := strings.CutPrefix(text, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	from, to, colon := strings.Cut(inner, ":")
	if !open || !closed || !colon {
		return nil, false
	}
	low, lowOK := bound(from, 0)
	high, highOK := bound(to, 100)
	return trimmed(kind, low, high), lowOK && highOK && low < high
}

func bound(text string, missing float64) (float64, bool) {
	if text == "" {
		return missing, true
	}
	number, ok := strings.CutSuffix(text, "%")
	if !ok {
		return 0, false
	}
	return percentOf(number)
}

// percentile is the smallest value that percent of all values do not exceed.
func (b *Bucket) percentile(percent float64) (float64, bool) {
	if b.Count == 0 || b.opaque {
		return 0, false
	}
	rank, seen := percent/100*b.Count, 0.0
	for _, w := range b.spread.sorted() {
		seen += w.count
		if seen >= rank-1e-9*b.Count {
			return b.within(w.value), true
		}
	}
	return b.Max, true
}

// within corrects the middle of a class by what is known exactly.
func (b *Bucket) within(value float64) float64 { return math.Min(math.Max(value, b.Min), b.Max) }

// trimmed looks only at the values between two percentiles: their mean (tm), count
// (tc) and sum (ts), or the mean with the others moved to the bounds (wm).
func trimmed(kind string, low, high float64) Statistic {
	return func(b *Bucket) (float64, bool) {
		if b.Count == 0 || b.opaque {
			return 0, false
		}
		count, sum := b.between(low/100*b.Count, high/100*b.Count)
		switch kind {
		case "tc":
			return count, true
		case "ts":
			return sum, true
		case "wm":
			bottom, _ := b.percentile(low)
			top, _ := b.percentile(high)
			return (sum + bottom*low/100*b.Count + top*(100-high)/100*b.Count) / b.Count, true
		}
		return sum / count, count > 0
	}
}

// between counts and sums the values whose ranks are between the two.
func (b *Bucket) between(from, to float64) (count, sum float64) {
	seen := 0.0
	for _, w := range b.spread.sorted() {
		part := math.Min(seen+w.count, to) - math.Max(seen, from)
		if part > 0 {
			count += part
			sum += part * b.within(w.value)
		}
		seen += w.count
	}
	return count, sum
}
