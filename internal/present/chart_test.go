package present

import (
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
)

func TestAnOldPointIsNotSaidToBeOfNow(t *testing.T) {
	noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for unknown, want := range map[int]string{0: "now 7", 2: "now 7", 3: "7 at 12:02, nothing since", 40: "7 at 12:02, nothing since"} {
		series := metrics.Series{Start: noon, Period: time.Minute, Points: append([]metrics.Number{{}, {}, metrics.Some(7)}, make([]metrics.Number, unknown)...)}
		chart := metrics.Chart{Metric: metrics.Metric{Name: "email.sent", Title: "sent"}, Series: series}
		if got := (Look{Width: 80}).Chart(chart, 3, time.UTC)[0]; !strings.HasSuffix(got, want) {
			t.Errorf("with %d unknown points: %q, want %q", unknown, got, want)
		}
	}
}
