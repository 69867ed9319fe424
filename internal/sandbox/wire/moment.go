package wire

import (
	"math"
	"strconv"
	"time"
)

// The timestamp formats of Smithy's timestampFormat trait.
const (
	EpochSeconds = "epoch-seconds"
	DateTime     = "date-time"
	HTTPDate     = "http-date"
)

// parseTime takes any of the formats, since clients differ in what they send.
func parseTime(n *node) (time.Time, error) {
	if seconds, err := strconv.ParseFloat(n.text, 64); err == nil {
		return epoch(seconds)
	}
	if n.kind == kindText || n.kind == kindRaw {
		for _, layout := range []string{time.RFC3339Nano, time.RFC1123, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", time.DateOnly} {
			if at, err := time.Parse(layout, n.text); err == nil {
				return at.UTC(), nil
			}
		}
	}
	return time.Time{}, mismatch(n, "Timestamp")
}

// epoch keeps milliseconds, which is as precise as AWS's own timestamps are: a
// float64 of today's seconds has noise below that.
func epoch(seconds float64) (time.Time, error) {
	if !(math.Abs(seconds) < 1e12) {
		return time.Time{}, malformed("%v is no timestamp", seconds)
	}
	return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC(), nil
}

// appendTime writes a timestamp: epoch seconds as a bare number, the others as
// their characters without quotes.
func appendTime(b []byte, at time.Time, format string) []byte {
	switch format {
	case DateTime:
		return at.UTC().AppendFormat(b, "2006-01-02T15:04:05.999Z07:00")
	case HTTPDate:
		return at.UTC().AppendFormat(b, "Mon, 02 Jan 2006 15:04:05 GMT")
	}
	ms := at.UnixMilli()
	if ms%1000 == 0 {
		return append(strconv.AppendInt(b, ms/1000, 10), ".0"...)
	}
	return strconv.AppendFloat(b, float64(ms)/1000, 'f', -1, 64)
}
