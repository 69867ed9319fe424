package line_test

import (
	"testing"

	"github.com/keyvex/keyvex/internal/logs/line"
)

// BenchmarkParse is what a function's line costs each time that it is understood.
func BenchmarkParse(b *testing.B) {
	const message = `{"time":"2026-11-22T23:53:52.03Z","level":"INFO","msg":"job answered","jobId":"job-1","model":"gpt-5.4-mini","requestId":"` + id + `"}`
	b.ReportAllocs()
	for b.Loop() {
		line.Parse(message)
	}
}
