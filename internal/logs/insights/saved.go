package insights

import (
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/platform"
)

// Saved is a query with a name, written for what this platform's functions log.
type Saved struct {
	Name, About, Text string
	// Groups are the short names of the log groups that it is about; none for those
	// of all functions.
	Groups []string
	// Folded is a column whose values are replaced by their fingerprints: rows that
	// are then alike become one, and their column "count" is added up.
	Folded string
}

// Queries lists the saved queries.
func Queries() []Saved {
	ai := []string{string(platform.AIProcessor)}
	return []Saved{
		{
			Name: "slowest", About: "the invocations that took longest",
			Text: `filter @type = "REPORT" | fields @timestamp, @log, @requestId, @duration as ms, @maxMemoryUsed / 1000000 as usedMB | sort ms desc | limit 20`,
		},
		{
			Name: "durations", About: "how long each function's invocations took",
			Text: `filter @type = "REPORT" | stats count(*) as invocations, pct(@duration, 50) as p50ms, pct(@duration, 95) as p95ms, max(@duration) as maxMs by @log | sort p95ms desc`,
		},
		{
			Name: "errors", About: "errors by fingerprint", Folded: "error",
			Text: `filter level = "ERROR" | stats count(*) as count, earliest(@timestamp) as first, latest(@timestamp) as last by msg, error | sort count desc`,
		},
		{
			Name: "cold-starts", About: "how often an environment had to be started first, and how long that took",
			Text: `filter @type = "REPORT" and ispresent(@initDuration) | stats count(*) as coldStarts, avg(@initDuration) as avgMs, max(@initDuration) as maxMs by @log | sort coldStarts desc`,
		},
		{
			Name: "timeouts", About: "invocations that Lambda stopped: out of time, out of memory, crashed",
			Text: `filter @message like /Task timed out after|Runtime exited|Status: (timeout|error)/ | fields @timestamp, @log, @message | sort @timestamp desc | limit 100`,
		},
		{
			Name: "memory", About: "memory used of what each function has, in MB",
			Text: `filter @type = "REPORT" | stats max(@maxMemoryUsed / 1000000) as usedMB, max(@memorySize / 1000000) as sizeMB by @log`,
		},
		{
			Name: "provider-latency", About: "how long the AI providers took, by model, in ms", Groups: ai,
			Text: `filter ispresent(ProviderTotal) | stats count(*) as calls, pct(ProviderTotal, 50) as p50ms, pct(ProviderTotal, 95) as p95ms, max(ProviderTotal) as maxMs by Provider, Model | sort p95ms desc`,
		},
		{
			Name: "first-words", About: "how long the AI providers took to their first words, by model, in ms", Groups: ai,
			Text: `filter ispresent(ProviderFirstToken) | stats count(*) as calls, pct(ProviderFirstToken, 50) as p50ms, pct(ProviderFirstToken, 95) as p95ms by Provider, Model | sort p95ms desc`,
		},
		{
			Name: "jobs", About: "jobs and how long they took from the queue to the socket, by five minutes, in ms", Groups: ai,
			Text: `filter ispresent(JobEndToEnd) | fields bin(5m) as time | stats count(*) as jobs, pct(JobEndToEnd, 50) as p50ms, pct(JobEndToEnd, 95) as p95ms by time | sort time desc`,
		},
		{
			Name: "retries", About: "messages that came again, by how often",
			Text: `filter msg = "message received" and receiveCount > 1 | stats count(*) as messages by @log, receiveCount | sort receiveCount desc`,
		},
		{
			Name: "tokens", About: "tokens of the answers, by model", Groups: ai,
			Text: `filter msg = "job answered" | stats count(*) as answers, sum(inputTokens) as input, sum(outputTokens) as output by provider, model | sort output desc`,
		},
		{
			Name: "requests", About: "the REST API's answers, by path and status", Groups: []string{logs.REST},
			Text: `filter ispresent(resourcePath) | stats count(*) as requests by httpMethod, resourcePath, status | sort requests desc`,
		},
	}
}

// Find finds a saved query by its name.
func Find(name string) (Saved, bool) {
	for _, q := range Queries() {
		if q.Name == name {
			return q, true
		}
	}
	return Saved{}, false
}
