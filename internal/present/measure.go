package present

import (
	"fmt"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
)

// notKnown stands where there is no number; a zero would say something else.
const notKnown = "-"

// Number is a count or a rate in at most five characters: "0", "0.4", "310", "12.3k".
func Number(n metrics.Number) string {
	if !n.Known {
		return notKnown
	}
	switch v := n.Value; {
	case v >= 999_500:
		return fmt.Sprintf("%.1fM", v/1e6)
	case v >= 9_999.5:
		return fmt.Sprintf("%.1fk", v/1e3)
	case v >= 9.95 || v == float64(int64(v)):
		return fmt.Sprintf("%.0f", v)
	case v < 0.05:
		return "0.0"
	default:
		return fmt.Sprintf("%.1f", v)
	}
}

// Share is a percentage with one decimal, none from 100 on.
func Share(n metrics.Number) string {
	switch {
	case !n.Known:
		return notKnown
	case n.Value >= 99.95:
		return fmt.Sprintf("%.0f%%", n.Value)
	}
	return fmt.Sprintf("%.1f%%", n.Value)
}

// whole is a percentage without decimals.
func whole(n metrics.Number) string {
	if !n.Known {
		return notKnown
	}
	return fmt.Sprintf("%.0f%%", n.Value)
}

// Latency is a number of milliseconds as a person says it: "410ms", "14.2s", "2m05s".
func Latency(n metrics.Number) string {
	switch {
	case !n.Known:
		return notKnown
	case n.Value < 1000:
		return fmt.Sprintf("%.0fms", n.Value)
	case n.Value < 60_000:
		return fmt.Sprintf("%.1fs", n.Value/1000)
	}
	return Duration(time.Duration(n.Value) * time.Millisecond)
}

// secondsWords is a number of seconds in words.
func secondsWords(n metrics.Number) string { return Coarse(time.Duration(n.Value) * time.Second) }

// Ratio is a change against before, "+4%", "-12%", "x2.7" from doubled on.
func Ratio(n metrics.Number) string {
	switch {
	case !n.Known:
		return notKnown
	case n.Value >= 9.95:
		return fmt.Sprintf("x%.0f", n.Value)
	case n.Value >= 2:
		return fmt.Sprintf("x%.1f", n.Value)
	}
	return fmt.Sprintf("%+.0f%%", 100*(n.Value-1))
}

// Coarse is a span in no finer steps than it is worth: "0s", "45s", "21m", "1h12m", "3d4h".
func Coarse(d time.Duration) string {
	if d >= time.Minute && d < time.Hour {
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return Duration(d.Truncate(time.Second))
}

// Days is a span to one decimal from a day on.
func Days(d time.Duration) string {
	const day = 24 * time.Hour
	if d < day {
		return Coarse(d)
	}
	return fmt.Sprintf("%.1fd", float64(d)/float64(day))
}
