package cloudwatch

import (
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// The tables of "Configuring how CloudWatch alarms treat missing data", CloudWatch
// User Guide: 0 is a datapoint that does not breach, X one that does, - a missing one.
func TestMissingDataIsTreatedAsTheGuideSays(t *testing.T) {
	const keeps = types.StateValue("")
	treatments := []string{asMissing, ignored, asBreaching, asNotBreaching}
	for _, table := range []struct {
		datapoints int
		rows       map[string][4]types.StateValue
	}{
		{3, map[string][4]types.StateValue{
			"0-X-X": {"OK", "OK", "OK", "OK"},
			"0----": {"OK", "OK", "OK", "OK"},
			"-----": {"INSUFFICIENT_DATA", keeps, "ALARM", "OK"},
			"0XX-X": {"ALARM", "ALARM", "ALARM", "ALARM"},
			"--X--": {"ALARM", keeps, "ALARM", "OK"},
		}},
		{2, map[string][4]types.StateValue{
			"0-X-X": {"ALARM", "ALARM", "ALARM", "ALARM"},
			"00X0X": {"ALARM", "ALARM", "ALARM", "ALARM"},
			"0-X--": {"OK", "OK", "ALARM", "OK"},
			"----0": {"OK", "OK", "ALARM", "OK"},
			"---X-": {"ALARM", keeps, "ALARM", "OK"},
		}},
	} {
		for row, want := range table.rows {
			for i, treatment := range treatments {
				j := terms{periods: 3, datapoints: table.datapoints, missing: treatment, breaching: func(v float64) bool { return v > 0 }}.judge(pointsOf(row))
				if j.state != want[i] {
					t.Errorf("%d out of 3, %s, %s: got %q, want %q", table.datapoints, row, treatment, j.state, want[i])
				}
			}
		}
	}
}

func pointsOf(row string) []point {
	points := gaps(len(row), time.Time{}, time.Minute)
	for i, c := range row {
		points[i].value = map[rune]float64{'0': 0, 'X': 1, '-': math.NaN()}[c]
	}
	return points
}

func TestSchedulesOpenTheirWindows(t *testing.T) {
	for _, c := range []struct {
		expression, duration, zone, now string
		active                          bool
	}{ // 2026-11-22 is a Sunday
		{"at(2026-11-22T14:00)", "PT2H", "", "2026-11-22T13:59:59Z", false},
		{"at(2026-11-22T14:00)", "PT2H", "", "2026-11-22T14:00:00Z", true},
		{"at(2026-11-22T14:00)", "PT2H", "", "2026-11-22T16:00:00Z", false},
		{"at(2026-11-22T14:00)", "PT2H", "America/New_York", "2026-11-22T19:30:00Z", true},
		{"cron(0 2 * * SUN)", "PT1H", "", "2026-11-22T02:59:00Z", true},
		{"cron(0 2 * * SUN)", "PT1H", "", "2026-11-23T02:30:00Z", false},
		{"cron(0 18 * * FRI)", "P2DT12H", "", "2026-11-22T12:00:00Z", true},
		{"cron(0 18 * * FRI)", "P2DT12H", "", "2026-11-23T06:00:00Z", false},
		{"cron(0,30 9-17 * NOV MON-FRI)", "PT1M", "", "2026-11-23T09:30:59Z", true},
	} {
		parsed, err := parseSchedule(c.expression, c.duration, c.zone)
		if err != nil {
			t.Errorf("%s: %v", c.expression, err)
			continue
		}
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil || parsed.active(now) != c.active {
			t.Errorf("%s for %s at %s: active %v", c.expression, c.duration, c.now, !c.active)
		}
	}
	for expression, duration := range map[string]string{
		"at(tomorrow)": "PT1H", "cron(0 2 * *)": "PT1H", "cron(60 2 * * *)": "PT1H", "rate(1 hour)": "PT1H",
		"cron(0 2 * * MON)": "PT0M", "cron(1 2 * * MON)": "P16D", "cron(2 2 * * MON)": "1h", "cron(5-1 2 * * *)": "PT1H",
	} {
		if _, err := parseSchedule(expression, duration, ""); err == nil {
			t.Errorf("%s for %s is taken", expression, duration)
		}
	}
}
