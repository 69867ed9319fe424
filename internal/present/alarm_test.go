package present_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/present"
)

func TestAnAlarmsNameIsWholeAndItsDescriptionTakesTheRoomThatIsLeft(t *testing.T) {
	now := time.Date(2026, 11, 28, 3, 7, 12, 0, time.UTC)
	name, description := "analytics-processor-throttled-degraded", "analytics-processor is throttled, and more is said of it"
	alarms := []metrics.Alarm{{Name: name, Description: description, State: metrics.AlarmFiring, Level: metrics.Degraded, Since: now}}
	for width, want := range map[int]string{60: "", 100: "analytics-processor is throttled", 160: description} {
		lines := present.Look{Width: width}.AlarmsTable(alarms, present.OverviewOptions{Now: now})
		if row := lines[1]; !strings.Contains(row, name+"  firing") || !strings.Contains(row, want) || present.Width(row) > width {
			t.Errorf("%d columns: %q", width, row)
		}
	}
}
