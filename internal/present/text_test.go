package present

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

func TestDurationsHaveTwoUnits(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": -time.Second, "412ms": 412 * time.Millisecond, "9s": 9*time.Second + 999*time.Millisecond,
		"6m12s": 372 * time.Second, "6m02s": 362 * time.Second, "1h12m": 72 * time.Minute, "3d4h": 76 * time.Hour,
	} {
		if got := Duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestNamesLoseTheirMiddle(t *testing.T) {
	for _, test := range []struct {
		look       Look
		name, want string
		width      int
	}{
		{Look{}, "IsolatedSubnetRouteTable", "IsolatedSubnetRouteTable", 24},
		{Look{}, "IsolatedSubnetRouteTable", "Isola…able", 10},
		{Look{ASCII: true}, "IsolatedSubnetRouteTable", "Isol..able", 10},
		{Look{}, "abc", "ab", 2},
		{Look{}, "abc", "", 0},
	} {
		if got := test.look.Middle(test.name, test.width); got != test.want {
			t.Errorf("%q in %d cells is %q, want %q", test.name, test.width, got, test.want)
		}
	}
}

func TestAShortenedNameFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := Clean(rapid.String().Draw(t, "name"))
		width := rapid.IntRange(0, 40).Draw(t, "width")
		if got := Width(Look{}.Middle(name, width)); got > width {
			t.Fatalf("%q in %d cells takes %d", name, width, got)
		}
	})
}

func TestForeignTextCannotMoveTheCursor(t *testing.T) {
	if got := Clean("a\x1b[2Jb\r\nc\u202e\x07"); strings.ContainsAny(got, "\x1b\r\n\x07\u202e") {
		t.Errorf("left in %q", got)
	}
}

func TestTablesGiveWayInFlexibleColumnsOnly(t *testing.T) {
	columns := []Column{{Title: "STACK"}, {Title: "NAME", Flexible: true}, {Title: "TOOK", Right: true}}
	rows := [][]Cell{
		{{"Monitoring", Good}, {"Keyvex-env-placeholder0-Monitoring", Dim}, {"6m12s", Normal}},
		{{"Api", Good}, {"short", Dim}, {"9s", Normal}},
	}
	want := []string{
		"STACK       NAME             TOOK",
		"Monitoring  Keyvex-…toring  6m12s",
		"Api         short              9s",
	}
	for _, color := range []bool{false, true} {
		for i, line := range (Look{Width: 33, Color: color}).Table(columns, rows) {
			if got := ansi.Strip(line); got != want[i] {
				t.Errorf("line %d: %q, want %q", i, got, want[i])
			}
		}
	}
}

func TestStatusesAreSaidInWords(t *testing.T) {
	for status, want := range map[string]struct {
		words string
		state State
	}{
		"":                         {"not deployed", Idle},
		"CREATE_COMPLETE":          {"created", OK},
		"UPDATE_IN_PROGRESS":       {"updating", Working},
		"UPDATE_ROLLBACK_FAILED":   {"update rollback failed", Broken},
		"UPDATE_ROLLBACK_COMPLETE": {"rolled back", Broken},
		"CREATE_FAILED":            {"create failed", Broken},
		"IMPORT_COMPLETE":          {"import complete", OK},
	} {
		if StatusWords(status) != want.words || StackState(status) != want.state {
			t.Errorf("%q is %q, %v", status, StatusWords(status), StackState(status))
		}
	}
}
