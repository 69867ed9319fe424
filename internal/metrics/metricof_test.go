package metrics

import (
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

func TestEveryMatterHasTheMetricThatTellsOfIt(t *testing.T) {
	catalog := catalog(platform.Environment{Name: "production", Tier: platform.Production}, "abc123")
	function, queue := Resource{KindFunction, "ai-processor"}, Resource{KindQueue, "ai-processing"}
	cache, table := Resource{KindCache, "cache"}, Resource{KindTable, "table"}
	for _, test := range []struct {
		of     Resource
		matter Matter
		want   string
	}{
		{function, MatterErrors, "ai-processor.errors"},
		{function, MatterLatency, "ai-processor.p95"},
		{function, MatterTimeOuts, "ai-processor.longest"},
		{function, MatterThrottles, "ai-processor.throttles"},
		{function, MatterProvider, "jobs.provider-errors"},
		{Resource{KindFunction, "email-processor"}, MatterMail, "jobs.mails-refused"},
		{queue, MatterOldest, "ai-processing.oldest"},
		{queue, MatterPaused, "ai-processing.waiting"},
		{queue, MatterDead, "ai-processing-dlq.dead"},
		{queue, MatterExpiry, "ai-processing-dlq.oldest"},
		{table, MatterThrottles, "table.write-throttles"},
		{cache, MatterCPU, "cache-001.cpu"},
		{cache, MatterMemory, "cache-001.memory"},
		{Resource{KindREST, "rest"}, MatterREST5xx, "rest.5xx"},
		{Resource{KindSocket, "socket"}, MatterSocket, "socket.client-errors"},
		{Resource{KindJobs, "jobs"}, MatterSecondTries, "jobs.second-tries"},
		{table, "", "table.reads"},
		{Resource{KindStack, "Database"}, MatterStack, ""},
	} {
		if got, ok := MetricOf(catalog, test.of, test.matter); got.Name != test.want || ok != (test.want != "") {
			t.Errorf("%s of %s: %q, want %q", test.matter, test.of, got.Name, test.want)
		}
	}
}
