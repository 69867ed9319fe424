package logs_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
)

const (
	first  = "09753288-fa78-d419-8a55-4bc5afa1c0d4"
	second = "67a68546-212b-e97d-4640-2c6a6fc75426"
)

func TestLinesBelongToTheInvocationOfTheirStream(t *testing.T) {
	r := logs.NewReader()
	for i, c := range []struct {
		stream, message, request string
		continues                bool
		level                    line.Level
	}{
		{"a", "INIT_START Runtime Version: x", "", false, line.Unknown},
		{"a", "START RequestId: " + first + " Version: $LATEST", first, false, line.Unknown},
		{"b", "START RequestId: " + second + " Version: $LATEST", second, false, line.Unknown},
		{"a", "working", first, false, line.Unknown},
		{"b", "panic: nil map", second, false, line.Fatal},
		{"a", "working on", first, false, line.Unknown},
		{"b", "goroutine 1 [running]:", second, true, line.Fatal},
		{"b", "main.main()", second, true, line.Fatal},
		{"b", "\t/main.go:7 +0x1d", second, true, line.Fatal},
		{"a", `{"level":"INFO","msg":"done"}`, first, false, line.Info},
		{"b", "REPORT RequestId: " + second + "\tDuration: 1.00 ms\tStatus: error", second, false, line.Error},
		{"a", "END RequestId: " + first, first, false, line.Unknown},
		{"a", "REPORT RequestId: " + first + "\tDuration: 1.00 ms\tInit Duration: 5.00 ms", first, false, line.Unknown},
		{"a", "between two invocations", "", false, line.Unknown},
	} {
		e := r.Read(logs.Line{Stream: c.stream, Message: c.message})
		if e.Request != c.request || e.Continues != c.continues || e.Level != c.level {
			t.Errorf("line %d, %q: request %q, continues %v, level %v", i, c.message, e.Request, e.Continues, e.Level)
		}
		if cold := i == 12; e.Cold != cold {
			t.Errorf("line %d: cold is %v", i, e.Cold)
		}
	}
}

func TestAFilterChooses(t *testing.T) {
	e := logs.Entry{Line: logs.Line{Message: "it broke at 7"}, Parsed: line.Parsed{Level: line.Warn}, Request: first}
	for _, c := range []struct {
		filter logs.Filter
		want   bool
	}{
		{logs.Filter{}, true},
		{logs.Filter{Level: line.Warn}, true},
		{logs.Filter{Level: line.Error}, false},
		{logs.Filter{Request: first[:8]}, true},
		{logs.Filter{Request: second}, false},
		{logs.Filter{Grep: regexp.MustCompile(`at \d`)}, true},
		{logs.Filter{Grep: regexp.MustCompile(`^at`)}, false},
	} {
		if got := c.filter.Match([]logs.Entry{e}); got != c.want {
			t.Errorf("%+v: %v", c.filter, got)
		}
	}
}

func TestTimesAreReadAsPeopleWriteThem(t *testing.T) {
	zone := time.FixedZone("here", 2*3600)
	now := time.Date(2026, 11, 22, 11, 30, 0, 0, zone)
	for text, want := range map[string]time.Time{
		"15m":                  now.Add(-15 * time.Minute),
		"2d":                   now.Add(-48 * time.Hour),
		"1w":                   now.Add(-7 * 24 * time.Hour),
		"11:00":                time.Date(2026, 11, 22, 11, 0, 0, 0, zone),
		"12:00":                time.Date(2026, 11, 21, 12, 0, 0, 0, zone),
		"2026-11-22T10:00Z":    time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		"2026-11-22T10:00":     time.Date(2026, 11, 22, 10, 0, 0, 0, zone),
		"2026-11-22":           time.Date(2026, 11, 22, 0, 0, 0, 0, zone),
		"2026-11-22T10:00:01Z": time.Date(2026, 11, 22, 10, 0, 1, 0, time.UTC),
	} {
		if got, err := logs.ParseTime(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "yesterday", "25:00", "-5m", "99999999w", "d", "2026-13-01"} {
		if got, err := logs.ParseTime(text, now); err == nil {
			t.Errorf("%q gave %v", text, got)
		}
	}
}

func FuzzParseTime(f *testing.F) {
	f.Add("15m")
	f.Add("2026-11-22T10:00Z")
	now := time.Date(2026, 11, 22, 11, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		if at, err := logs.ParseTime(text, now); err != nil && !at.IsZero() {
			t.Errorf("%q: %v with %v", text, at, err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte(`{"g":{"floor":5,"taken":{"0":"AAAA"}}}`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		var c logs.Cursor
		if c.UnmarshalJSON(text) == nil {
			_ = c.From()
		}
	})
}

// A stack trace may be one event of many lines, or many events of one.
func TestGrepIsOfTheWholeTrace(t *testing.T) {
	r := logs.NewReader()
	var entries []logs.Entry
	for _, l := range []logs.Line{
		{Stream: "a", Message: "panic: nil map"}, {Stream: "a", Message: "goroutine 1 [running]:"}, {Stream: "a", Message: "main.main()"},
		{Stream: "b", Message: "  of another stream"}, {Stream: "b", Message: `{"msg":"an ordinary line"}`},
	} {
		entries = append(entries, r.Read(l))
	}
	var sizes []int
	for together := range logs.Together(entries) {
		sizes = append(sizes, len(together))
		for _, pattern := range []string{"nil map", `^main\.main\(\)$`, `nil map\s+goroutine`} {
			if got := (logs.Filter{Grep: regexp.MustCompile(pattern)}).Match(together); got != (len(together) == 3) {
				t.Errorf("%s of %d lines: %v", pattern, len(together), got)
			}
		}
	}
	if !slices.Equal(sizes, []int{3, 1, 1}) {
		t.Errorf("together are %v", sizes)
	}
}
