package cloudwatch

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/lazy"
)

// schedule says when a mute rule's windows begin and how long each lasts.
type schedule struct {
	// at is the one beginning; for a recurring schedule fields are set instead.
	at       time.Time
	fields   []map[int]bool
	duration time.Duration
	zone     *time.Location
}

// parseSchedule reads "at(yyyy-MM-ddThh:mm)" or "cron(minutes hours day month weekday)"
// with an ISO 8601 duration ("Schedule", CloudWatch API Reference).
func parseSchedule(text, duration, zone string) (schedule, error) {
	c := schedule{zone: time.UTC}
	if zone != "" {
		located, err := time.LoadLocation(zone)
		if err != nil {
			return c, validation("The time zone %s is not known.", zone)
		}
		c.zone = located
	}
	var ok bool
	if c.duration, ok = parseDuration(duration); !ok {
		return c, validation("The duration %s is not valid: it must be between PT1M and P15D.", duration)
	}
	kind, rest, _ := strings.Cut(text, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	switch {
	case kind == "at" && closed:
		at, err := time.ParseInLocation("2006-01-02T15:04", inner, c.zone)
		c.at = at
		if err == nil {
			return c, nil
		}
	case kind == "cron" && closed:
		if c.fields, ok = parseCron(inner); ok {
			return c, nil
		}
	}
	return c, validation("The schedule expression %s is not valid.", text)
}

const longestMute = 15 * 24 * time.Hour

var isoDuration = lazy.Regexp(`^P(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?)?$`)

func parseDuration(text string) (time.Duration, bool) {
	m := isoDuration().FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	total := time.Duration(0)
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		n, _ := strconv.Atoi("0" + m[i+1])
		total += time.Duration(n) * unit
	}
	return total, total >= time.Minute && total <= longestMute
}

var cronBounds = [][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}}

var (
	monthNames   = []string{"", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// parseCron reads five fields of "*", numbers, names, ranges and lists; the set of
// a "*" is nil.
func parseCron(text string) ([]map[int]bool, bool) {
	parts := strings.Fields(text)
	if len(parts) != len(cronBounds) {
		return nil, false
	}
	fields := make([]map[int]bool, len(parts))
	for i, part := range parts {
		if part == "*" {
			continue
		}
		fields[i] = map[int]bool{}
		for item := range strings.SplitSeq(part, ",") {
			from, to, isRange := strings.Cut(item, "-")
			low, lowOK := cronNumber(from, i)
			high, highOK := low, true
			if isRange {
				high, highOK = cronNumber(to, i)
			}
			if !lowOK || !highOK || low > high {
				return nil, false
			}
			for n := low; n <= high; n++ {
				fields[i][n] = true
			}
		}
	}
	return fields, true
}

func cronNumber(text string, field int) (int, bool) {
	names := map[int][]string{3: monthNames, 4: weekdayNames}[field]
	n := slices.Index(names, strings.ToUpper(text))
	if n < 0 || text == "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			return 0, false
		}
	}
	return n, n >= cronBounds[field][0] && n <= cronBounds[field][1]
}

// begins reports whether a window of a recurring schedule begins in that minute.
func (c schedule) begins(minute time.Time) bool {
	local := minute.In(c.zone)
	for i, n := range []int{local.Minute(), local.Hour(), local.Day(), int(local.Month()), int(local.Weekday())} {
		if c.fields[i] != nil && !c.fields[i][n] {
			return false
		}
	}
	return true
}

// active reports whether a window is open.
func (c schedule) active(now time.Time) bool {
	if c.fields == nil {
		return !now.Before(c.at) && now.Before(c.at.Add(c.duration))
	}
	for minute := now.Truncate(time.Minute); minute.Add(c.duration).After(now); minute = minute.Add(-time.Minute) {
		if c.begins(minute) {
			return true
		}
	}
	return false
}

// over reports whether no window will open any more.
func (c schedule) over(now time.Time) bool {
	return c.fields == nil && !now.Before(c.at.Add(c.duration))
}
