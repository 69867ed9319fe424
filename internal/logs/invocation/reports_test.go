package invocation_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/platform"
	sandbox "github.com/keyvex/keyvex/internal/sandbox/logs"
)

func TestReportsTellOfColdStartsAndMemoryInBothFormats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, platform.AIProcessor)
		a.write(platform.AIProcessor, "s", 1, start(1))
		a.write(platform.AIProcessor, "s", 2, received(1, "REPORT RequestId: x", 1)) // a message that looks like one
		a.write(platform.AIProcessor, "s", 3, report(1, usual+"Init Duration: 120.5 ms\t"))
		a.write(platform.AIProcessor, "s", 4, report(2, usual))
		a.write(platform.AIProcessor, "s", 5, `{"time":"2026-11-22T10:00:00Z","type":"platform.report","record":{"requestId":"`+id(3)+`","metrics":{"durationMs":1.5,"billedDurationMs":2,"memorySizeMB":512,"maxMemoryUsedMB":333,"initDurationMs":116.67},"status":"success"}}`)
		time.Sleep(time.Minute)
		got, cut, err := invocation.Reports(t.Context(), a.reader, a.span(5))
		second := func(n int) time.Time { return a.begin.Add(time.Duration(n) * time.Second) }
		want := []invocation.Report{{At: second(3), Cold: true, MemoryMB: 1024, UsedMB: 54}, {At: second(4), MemoryMB: 1024, UsedMB: 54}, {At: second(5), Cold: true, MemoryMB: 512, UsedMB: 333}}
		if err != nil || cut || len(got) != len(want) {
			t.Fatalf("%+v, cut %v, %v", got, cut, err)
		}
		for i := range want {
			if !got[i].At.Equal(want[i].At) || got[i].Cold != want[i].Cold || got[i].MemoryMB != want[i].MemoryMB || got[i].UsedMB != want[i].UsedMB {
				t.Errorf("%+v, not %+v", got[i], want[i])
			}
		}
	})
}

func TestOfReportsOnePageIsReadAndTheRestIsSaidToBeThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, platform.AIProcessor)
		for i := range 20 {
			a.write(platform.AIProcessor, "s", float64(i), report(i, usual))
		}
		a.service.Deliver(sandbox.Delivery{Scan: 7})
		time.Sleep(time.Minute)
		got, cut, err := invocation.Reports(t.Context(), a.reader, a.span(60))
		if err != nil || !cut || len(got) == 0 || len(got) > 7 {
			t.Errorf("%d, cut %v, %v", len(got), cut, err)
		}
		span := a.span(60)
		span.Groups = []logs.Group{{Name: "absent"}}
		if got, cut, err = invocation.Reports(t.Context(), a.notFound(), span); len(got) > 0 || cut || err != nil {
			t.Errorf("of a group that is not there: %v, cut %v, %v", got, cut, err)
		}
	})
}
