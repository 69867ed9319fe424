package invocation_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	sandbox "github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// usualLines are what the AI processor logs of one job, twelve with Lambda's.
func usualLines(n int) []string {
	slog := func(message, more string) string {
		return fmt.Sprintf(`{"time":"2026-11-22T23:47:08.780261328Z","level":"INFO","msg":%q,"messageId":"e233e38c-f5c7-9544-65f5-8d14e300f9e4","receiveCount":1,"jobId":"job-%016x","requestId":%q%s}`, message, n, id(n), more)
	}
	metric := func(name string) string {
		return fmt.Sprintf(`{"Environment":"local",%q:1.273,"_aws":{"Timestamp":1795391228780,"CloudWatchMetrics":[{"Namespace":"Keyvex","Dimensions":[["Environment"]],"Metrics":[{"Name":%q,"Unit":"Milliseconds"}]}]}}`, name, name)
	}
	return []string{
		start(n), slog("message received", ""), metric("JobsAccepted"), metric("JobWait"), slog("message read", `,"kind":"chat"`),
		slog("asking the provider", `,"model":"gpt-5.4-mini"`), metric("ProviderFirstToken"), metric("ProviderTotal"), metric("JobPush"),
		slog("message done", ""), "END RequestId: " + id(n), report(n, usual),
	}
}

// BenchmarkInvocations lists the invocations of 100,000 lines, with the server and
// the client in one process.
func BenchmarkInvocations(b *testing.B) {
	service := sandbox.New(oracle.Host())
	defer service.Close()
	client := cloudwatchlogs.NewFromConfig(oracle.Config(service.Wire()))
	g := logs.Group{Name: "g", Short: "ai-processor", Function: platform.AIProcessor}
	if _, err := client.CreateLogGroup(b.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &g.Name}); err != nil {
		b.Fatal(err)
	}
	begin := time.Now().Add(-time.Hour)
	lines := 0
	for n := 0; lines < 100_000; n++ {
		var batch []host.LogLine
		for i, message := range usualLines(n) {
			batch = append(batch, host.LogLine{At: begin.Add(time.Duration(lines+i) * 10 * time.Millisecond), Message: message})
		}
		lines += len(batch)
		if err := service.Append("g", fmt.Sprint("s", n%10), batch...); err != nil {
			b.Fatal(err)
		}
	}
	span := window.Span{Groups: []logs.Group{g}, From: begin, To: time.Now()}
	for b.Loop() {
		list, err := invocation.Read(b.Context(), &window.Reader{API: client}, span)
		if err != nil || list.Lines != lines || len(list.Invocations) != lines/12 {
			b.Fatalf("%d lines, %d invocations, %v", list.Lines, len(list.Invocations), err)
		}
	}
	b.ReportMetric(float64(b.N*lines)/b.Elapsed().Seconds(), "lines/s")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "process-MB")
}

// BenchmarkAssemble is the part of it that is not the reading.
func BenchmarkAssemble(b *testing.B) {
	var all []logs.Line
	for n := range 1000 {
		for _, message := range usualLines(n) {
			all = append(all, logs.Line{Stream: "s", Message: message})
		}
	}
	for b.Loop() {
		ended := 0
		a := invocation.NewAssembler(func(*invocation.Invocation) { ended++ })
		for _, l := range all {
			a.Add("f", l)
		}
		if ended != 1000 {
			b.Fatal(ended)
		}
	}
	b.ReportMetric(float64(b.N*len(all))/b.Elapsed().Seconds(), "lines/s")
}
