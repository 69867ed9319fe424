package present

import (
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/insights"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/job"
)

var hour = Window{From: began.Add(-time.Hour), To: began}

func someInvocations() []*invocation.Invocation {
	at := func(m int) time.Time { return began.Add(time.Duration(m-60) * time.Minute) }
	return []*invocation.Invocation{
		{Function: "ai-processor", RequestID: "6557b551-2d8c-009e-aaaa-c3249b0a15ac", Start: at(0), Duration: 14200 * time.Millisecond, Billed: 15 * time.Second,
			Init: 300 * time.Millisecond, Cold: true, MemoryMB: 1024, UsedMB: 54, Outcome: invocation.OK, IDs: []string{"job-36406975069fee43"}, Receive: 1},
		{Function: "ai-processor", RequestID: "e7dea6b7-e269-970a-a0eb-5587ec7b87a5", Start: at(1), Duration: 33 * time.Millisecond, Billed: 34 * time.Millisecond,
			MemoryMB: 1024, UsedMB: 54, Outcome: invocation.Error, Error: "message handed back: openai: key refused,\x1b[2J status 401", IDs: []string{"job-1"}},
		{Function: "analytics-processor", RequestID: "a1c71246-e95c-f60b-117d-b82ee634fe83", Start: at(2), Duration: 5 * time.Minute, Billed: 5 * time.Minute,
			MemoryMB: 512, UsedMB: 500, Outcome: invocation.Timeout, Error: "Task timed out after 300.00 seconds"},
		{Function: "analytics-processor", RequestID: "64a599f6-c676-5fe3-5560-e7bd01f77601", Start: at(58), End: at(59), Outcome: invocation.Running,
			IDs: []string{"interaction-1", "interaction-2"}},
	}
}

func TestInvocationTables(t *testing.T) {
	all := someInvocations()
	golden(t, "invocations-140.txt", Look{Width: 140}.InvocationTable(all, hour, time.UTC))
	golden(t, "invocations-80.txt", Look{Width: 80}.InvocationTable(all, hour, time.UTC))
	golden(t, "invocations-ascii-60.txt", Look{Width: 60, ASCII: true}.InvocationTable(all, hour, time.UTC))
	if got := InvocationSummary(9, all); got != "4 of 9 invocations, 2 failed, 1 cold start, p50 14.2s, p95 5m00s, 1 without a REPORT (their time goes on)" {
		t.Error(got)
	}
}

func TestAnInvocationIsShownWithItsLines(t *testing.T) {
	i := someInvocations()[1]
	whole := invocation.Whole{Invocation: i, Log: []logs.Line{
		{Timestamp: i.Start.UnixMilli(), Message: "START RequestId: e7dea6b7-e269-970a-a0eb-5587ec7b87a5 Version: $LATEST\n"},
		{Timestamp: i.Start.UnixMilli() + 12, Message: `{"level":"ERROR","msg":"message handed back","error":"openai: key refused,\u001b[2J status 401"}`},
		{Timestamp: i.Start.UnixMilli() + 20, Message: `{"_aws":{"Timestamp":1},"JobWait":3.5}`},
		{Timestamp: i.Start.UnixMilli() + 30, Message: "plain \x1b[31mred\x1b[0m"},
	}}
	lines := Look{Width: 60}.InvocationLines(whole, time.UTC)
	golden(t, "invocation-60.txt", lines)
	if strings.Contains(strings.Join(lines, ""), "\x1b") {
		t.Error("an escape sequence gets through")
	}
}

func TestAWayIsShownByItsStations(t *testing.T) {
	way := &job.Way{ID: "job-1", Stations: []job.Station{
		{At: began, Name: job.Queued},
		{At: began.Add(490 * time.Millisecond), Since: 490 * time.Millisecond, Name: job.Received, Function: "ai-processor", RequestID: "r-1", Receive: 1},
		{At: began.Add(13 * time.Second), Since: 12510 * time.Millisecond, Name: "handed back", Function: "ai-processor", RequestID: "r-1", Receive: 1, Failed: true, Detail: "openai: busy, status 429"},
		{At: began.Add(16 * time.Second), Since: 3 * time.Second, Name: job.Received, Function: "ai-processor", RequestID: "r-2", Receive: 2},
	}}
	golden(t, "way-80.txt", Look{Width: 80}.WayTable(way, time.UTC))
}

func TestErrorGroupsSayWhereToLook(t *testing.T) {
	groups := []invocation.ErrorGroup{
		{Count: 12, Fingerprint: "message handed back: openai: key refused, status 401, request req_<id>", First: began.Add(-time.Hour), Last: began, Functions: []string{"ai-processor"}, RequestID: "6557b551"},
		{Count: 1, Fingerprint: "panic", First: began, Last: began, Functions: []string{"a", "b"}},
	}
	golden(t, "errors-60.txt", Look{Width: 60}.ErrorLines(groups, hour, time.UTC))
}

func TestQueryResultsAreTables(t *testing.T) {
	rows := [][]insights.Cell{
		{{Name: "@log", Value: "123456789012:g"}, {Name: "ms", Value: "12.34567"}, {Name: "n", Value: "3"}},
		{{Name: "@log", Value: "123456789012:g"}, {Name: "msg", Value: "busy\x1b"}, {Name: "n", Value: "12"}},
	}
	golden(t, "query-80.txt", Look{Width: 80}.QueryTable(rows, func(string) string { return "ai-processor" }))
	for amount, want := range map[float64]string{0: "$0", 0.00001: "under $0.0001", 0.005: "$0.0050", 12.345: "$12.35"} {
		if got := Dollars(amount); got != want {
			t.Errorf("%g is %s", amount, got)
		}
	}
}
