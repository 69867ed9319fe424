package logs

import (
	"strconv"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/problem"
)

// ParseTime reads a moment as people write it: a span before now ("15m", "2d"), a time
// of the last 24 hours ("12:00"), or a date with or without a time and an offset
// ("2026-11-22T10:00Z"). What has no offset is in the location of now.
func ParseTime(text string, now time.Time) (time.Time, error) {
	if ago, ok := parseSpan(text); ok {
		return now.Add(-ago), nil
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), t.Second(), 0, now.Location())
			if at.After(now) {
				at = at.AddDate(0, 0, -1)
			}
			return at, nil
		}
	}
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly,
	} {
		if t, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, problem.New(problem.Usage, "%q is no time", text).WithHint("for example 15m, 2d, 12:00 or 2026-11-22T10:00Z")
}

// longest is how far back a span may reach: CloudWatch keeps logs for ten years at
// most, where it does not keep them for good.
const longest = 10 * 366 * 24 * time.Hour

// parseSpan reads a span, with days and weeks.
func parseSpan(text string) (time.Duration, bool) {
	if n, unit := strings.TrimRight(text, "dw"), strings.TrimLeft(text, "0123456789"); unit == "d" || unit == "w" {
		days, err := strconv.Atoi(n)
		if unit == "w" {
			days *= 7
		}
		return time.Duration(days) * 24 * time.Hour, err == nil && days >= 0 && days <= int(longest/(24*time.Hour))
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0 && d <= longest
}
