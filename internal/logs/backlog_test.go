package logs_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// BenchmarkBacklog reads 100,000 lines of 100 streams, the sandbox's part of the work
// included.
func BenchmarkBacklog(b *testing.B) {
	const events, batch = 100_000, 1000
	w := newTruth(b, 1, 1, 100, 0)
	begin := time.Now().Add(-5 * time.Minute)
	for from := 0; from < events; from += batch {
		var lines []host.LogLine
		for n := from; n < from+batch; n++ {
			lines = append(lines, host.LogLine{At: begin.Add(time.Duration(n) * time.Millisecond), Message: fmt.Sprintf(
				`{"time":"2026-11-22T23:53:52.03Z","level":"INFO","msg":"job answered","jobId":"job-%d","model":"gpt-5.4-mini"}`, n)})
		}
		if err := w.sandbox.Logs.Append(w.groups[0].Name, fmt.Sprintf("2026/11/28/[1]%032x", from/batch%100), lines...); err != nil {
			b.Fatal(err)
		}
	}
	api := cloudwatchlogs.NewFromConfig(w.sandbox.SDKConfig())
	b.ReportAllocs()
	for b.Loop() {
		o := logs.Options{Groups: w.groups, From: begin.Add(-time.Minute), Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{})}
		seen := 0
		for e, err := range logs.Follow(b.Context(), api, o) {
			if err != nil {
				b.Fatal(err)
			}
			seen += len(e.Lines)
		}
		if seen != events {
			b.Fatalf("%d lines", seen)
		}
	}
}
