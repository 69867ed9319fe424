package present

import (
	"fmt"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/metrics/example"
)

var screens = []struct{ width, height int }{{60, 16}, {80, 24}, {120, 40}, {200, 60}}

func drawn(l Look, s metrics.Snapshot) []string {
	o := OverviewOptions{Now: example.Night}
	lines := []string{l.OverviewHeader(s, o)}
	l.Height -= 2 // the header, and the console's line of keys
	for _, line := range l.Overview(s, o) {
		lines = append(lines, line.Text)
	}
	return lines
}

func TestTheOverviewOnEveryScreen(t *testing.T) {
	states := map[string]metrics.Snapshot{
		"broken": example.Broken(), "healthy": example.Healthy(), "loading": metrics.Empty(example.Healthy().Environment), "denied": example.Denied("AccessDenied"),
	}
	for name, s := range states {
		for _, screen := range screens {
			golden(t, fmt.Sprintf("overview-%s-%dx%d.txt", name, screen.width, screen.height), drawn(Look{Width: screen.width, Height: screen.height}, s))
		}
	}
	golden(t, "overview-broken-ascii-80x24.txt", drawn(Look{Width: 80, Height: 24, ASCII: true}, example.Broken()))
	golden(t, "overview-broken-color-80x24.txt", drawn(Look{Width: 80, Height: 24, Color: true}, example.Broken()))
}

func TestRowsOfTheOverviewNeverMoveAndNeverExceedTheScreen(t *testing.T) {
	for width := 40; width <= 210; width += 10 {
		for height := 8; height <= 62; height += 3 {
			l := Look{Width: width, Height: height}
			where := map[metrics.Resource]int{}
			for i, s := range []metrics.Snapshot{example.Healthy(), example.Broken(), example.Denied("Throttling"), metrics.Empty(example.Healthy().Environment)} {
				lines := l.Overview(s, OverviewOptions{Now: example.Night})
				if len(lines) > height {
					t.Fatalf("%dx%d: %d lines", width, height, len(lines))
				}
				for n, line := range lines {
					if w := Width(line.Text); w > width {
						t.Errorf("%dx%d: %d cells: %s", width, height, w, line.Text)
					}
					r := line.Resource
					if n < 2 || r.Kind == "" || !line.At.IsZero() {
						continue // the verdict, headings and panels are about whatever there is
					}
					if before, ok := where[r]; i > 0 && ok && before != n {
						t.Errorf("%dx%d: %s moved from line %d to %d", width, height, r, before, n)
					}
					where[r] = n
				}
			}
		}
	}
}

func TestASCIIMeansASCII(t *testing.T) {
	for _, s := range []metrics.Snapshot{example.Healthy(), example.Broken(), example.Denied("timeout"), metrics.Empty(example.Healthy().Environment)} {
		for _, screen := range screens {
			for _, line := range drawn(Look{Width: screen.width, Height: screen.height, ASCII: true}, s) {
				for _, r := range line {
					if r > 126 {
						t.Errorf("%q in %q", r, line)
						break
					}
				}
			}
		}
	}
}

func TestASparkDrawsGapsAndJoinsNothing(t *testing.T) {
	points := []metrics.Number{metrics.Some(0), metrics.Some(7), {}, metrics.Some(8)}
	if got := (Look{}).Spark(metrics.Series{Points: points}, 10); got != "▁▅·▅" {
		t.Errorf("%q", got)
	}
	if got := (Look{ASCII: true}).Spark(metrics.Series{Points: points}, 10); got != ".- -" {
		t.Errorf("%q", got)
	}
	if got := (Look{}).Spark(metrics.Series{Points: points}, 2); got != "▄▅" {
		t.Errorf("%q", got)
	}
}

func TestNumbersInWords(t *testing.T) {
	some := metrics.Some
	for _, c := range []struct{ got, want string }{
		{Number(some(0)), "0"}, {Number(some(0.04)), "0.0"}, {Number(some(0.4)), "0.4"}, {Number(some(12)), "12"}, {Number(some(310.4)), "310"},
		{Number(some(12_345)), "12.3k"}, {Number(some(2_000_000)), "2.0M"}, {Number(metrics.Number{}), "-"},
		{Share(some(38)), "38.0%"}, {Share(some(100)), "100%"}, {Share(metrics.Number{}), "-"},
		{Latency(some(410)), "410ms"}, {Latency(some(14_200)), "14.2s"}, {Latency(some(125_000)), "2m05s"},
		{Ratio(some(1.04)), "+4%"}, {Ratio(some(0.5)), "-50%"}, {Ratio(some(2.7)), "x2.7"}, {Ratio(some(31)), "x31"},
		{Coarse(21*time.Minute + 40*time.Second), "21m"}, {Coarse(72 * time.Minute), "1h12m"}, {Coarse(104 * time.Millisecond), "0s"}, {Days(238 * time.Hour), "9.9d"}, {Days(23 * time.Hour), "23h00m"},
	} {
		if c.got != c.want {
			t.Errorf("%q, not %q", c.got, c.want)
		}
	}
}

func TestTheVerdictSaysSinceWhenFromASecondOn(t *testing.T) {
	for span, want := range map[time.Duration]string{898 * time.Millisecond: "? UNKNOWN", time.Second: "? UNKNOWN 1s", 21*time.Minute + 40*time.Second: "? UNKNOWN 21m"} {
		v := metrics.Verdict{Level: metrics.Unknown, Since: example.Night.Add(-span)}
		if got := (Look{}).verdictHead(v, example.Night); got != want {
			t.Errorf("%s: %q, not %q", span, got, want)
		}
	}
}

func TestTheCostOfAskingIsInDollarsAndWhereThereIsRoomInCalls(t *testing.T) {
	b := metrics.Budget{CallsPerHour: 2395.4, DollarsPerHour: 0.0332}
	for width, want := range map[int]string{60: "$0.03/h", 99: "$0.03/h", 100: "2395 calls/h  $0.03/h", 200: "2395 calls/h  $0.03/h"} {
		if got := Pace(b, width); got != want {
			t.Errorf("at %d: %q, not %q", width, got, want)
		}
	}
}
