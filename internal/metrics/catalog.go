package metrics

import (
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// The names of what is measured of a thing, behind its own name and a dot.
const (
	invocations = "invocations"
	errorCount  = "errors"
	throttles   = "throttles"
	p95         = "p95"
	p50         = "p50"
	longest     = "longest"
	concurrency = "concurrency"
	oldest      = "oldest"
	waiting     = "waiting"
	sent        = "sent"
	deleted     = "deleted"
	dead        = "dead"
	held        = "held"
)

// name puts a thing and what is measured of it together.
func name[S ~string](thing S, what string) string { return string(thing) + "." + what }

// CatalogOf lists the metrics of an environment that are known without asking: all but
// those of the WebSocket API, whose id AWS chooses.
func CatalogOf(env platform.Environment) []Metric { return catalog(env, "") }

// catalog lists all metrics of an environment. Those of the WebSocket API need its
// id, which is not known from the start; without it they are left out.
func catalog(env platform.Environment, socketID string) []Metric {
	var all []Metric
	for _, f := range platform.Functions {
		all = append(all, functionMetrics(env, f)...)
	}
	for _, q := range platform.Queues {
		all = append(all, queueMetrics(env, q)...)
	}
	all = append(all, tableMetrics(env)...)
	for _, node := range env.CacheNodeNames() {
		all = append(all, cacheMetrics(node, cacheNode(env, node))...)
	}
	all = append(all, restMetrics(env)...)
	if socketID != "" {
		all = append(all, socketMetrics(env, socketID)...)
	}
	return append(all, ownMetrics(env)...)
}

func functionMetrics(env platform.Environment, f platform.Function) []Metric {
	of := func(what, title, metric, stat string, unit Unit, period time.Duration, slow bool) Metric {
		return Metric{name(f, what), string(f) + " " + title, unit, Resource{KindFunction, string(f)},
			query{"AWS/Lambda", metric, stat, []string{"FunctionName", env.FunctionName(f)}, period, slow}}
	}
	return []Metric{
		of(invocations, "invocations", "Invocations", "Sum", Count, minute, false),
		of(errorCount, "errors", "Errors", "Sum", Count, minute, false),
		of(throttles, "throttled invocations", "Throttles", "Sum", Count, minute, false),
		of(longest, "longest invocation", "Duration", "Maximum", Milliseconds, minute, false),
		of(p95, "duration p95", "Duration", "p95", Milliseconds, fiveMinutes, true),
		of(p50, "duration p50", "Duration", "p50", Milliseconds, fiveMinutes, true),
		of(concurrency, "executions at once", "ConcurrentExecutions", "Maximum", Count, minute, true),
	}
}

func queueMetrics(env platform.Environment, q platform.Queue) []Metric {
	of := func(short, physical, what, title, metric, stat string, unit Unit, slow bool) Metric {
		return Metric{name(short, what), short + " " + title, unit, Resource{KindQueue, string(q)},
			query{"AWS/SQS", metric, stat, []string{"QueueName", physical}, minute, slow}}
	}
	source, letters := env.QueueName(q), env.DeadLetterQueueName(q)
	return []Metric{
		of(string(q), source, oldest, "age of the oldest message", "ApproximateAgeOfOldestMessage", "Maximum", Seconds, false),
		of(string(q), source, waiting, "messages waiting", "ApproximateNumberOfMessagesVisible", "Maximum", Count, true),
		of(string(q), source, sent, "messages sent", "NumberOfMessagesSent", "Sum", Count, true),
		of(string(q), source, deleted, "messages handled", "NumberOfMessagesDeleted", "Sum", Count, true),
		of(q.DeadLetter(), letters, dead, "dead letters visible", "ApproximateNumberOfMessagesVisible", "Maximum", Count, true),
		of(q.DeadLetter(), letters, held, "dead letters in flight", "ApproximateNumberOfMessagesNotVisible", "Maximum", Count, true),
		of(q.DeadLetter(), letters, oldest, "time since the oldest died", "ApproximateAgeOfOldestMessage", "Maximum", Seconds, true),
	}
}

// tableOperations are those whose latency counts: what the functions call most.
var tableOperations = []string{"GetItem", "Query", "UpdateItem", "TransactWriteItems"}

const (
	reads          = "reads"
	writes         = "writes"
	readThrottles  = "read-throttles"
	writeThrottles = "write-throttles"
)

func tableMetrics(env platform.Environment) []Metric {
	resource := Resource{KindTable, "table"}
	of := func(thing, what, title, metric, stat string, unit Unit, period time.Duration, slow bool, more ...string) Metric {
		return Metric{name(thing, what), thing + " " + title, unit, resource,
			query{"AWS/DynamoDB", metric, stat, append([]string{"TableName", env.TableName()}, more...), period, slow}}
	}
	all := []Metric{
		of("table", reads, "read capacity", "ConsumedReadCapacityUnits", "Sum", Count, minute, true),
		of("table", writes, "write capacity", "ConsumedWriteCapacityUnits", "Sum", Count, minute, true),
	}
	for _, operation := range tableOperations {
		all = append(all, of("table", strings.ToLower(operation)+"-"+p95, operation+" p95", "SuccessfulRequestLatency", p95, Milliseconds, fiveMinutes, true, "Operation", operation))
	}
	for _, thing := range throttled() {
		var index []string
		if thing != "table" {
			index = []string{"GlobalSecondaryIndexName", thing}
		}
		all = append(all,
			of(thing, readThrottles, "throttled reads", "ReadThrottleEvents", "Sum", Count, minute, false, index...),
			of(thing, writeThrottles, "throttled writes", "WriteThrottleEvents", "Sum", Count, minute, false, index...))
	}
	return all
}

// throttled are the table and its indexes: DynamoDB counts their throttles apart.
func throttled() []string {
	out := []string{"table"}
	for _, index := range platform.Indexes {
		out = append(out, string(index))
	}
	return out
}

const (
	cpu         = "cpu"
	memory      = "memory"
	connections = "connections"
	evictions   = "evictions"
)

// cacheNode is a node's short name, "cache-001".
func cacheNode(env platform.Environment, node string) string {
	return "cache" + strings.TrimPrefix(node, env.CacheName())
}

func cacheMetrics(node, short string) []Metric {
	of := func(what, title, metric, stat string, unit Unit, slow bool) Metric {
		return Metric{name(short, what), short + " " + title, unit, Resource{KindCache, "cache"},
			query{"AWS/ElastiCache", metric, stat, []string{"CacheClusterId", node}, minute, slow}}
	}
	return []Metric{
		of(cpu, "CPU", "CPUUtilization", "Average", Percent, false),
		of(memory, "memory", "DatabaseMemoryUsagePercentage", "Average", Percent, false),
		of(connections, "connections", "CurrConnections", "Average", Count, true),
		of(evictions, "evicted keys", "Evictions", "Sum", Count, true),
	}
}

const (
	requests     = "requests"
	clientErrors = "4xx"
	serverErrors = "5xx"
)

func restMetrics(env platform.Environment) []Metric {
	of := func(what, title, metric, stat string, unit Unit, period time.Duration, slow bool) Metric {
		return Metric{name("rest", what), "rest " + title, unit, Resource{KindREST, "rest"},
			query{"AWS/ApiGateway", metric, stat, []string{"ApiName", env.RESTAPIName(), "Stage", env.Spec().Stage}, period, slow}}
	}
	return []Metric{
		of(requests, "requests", "Count", "Sum", Count, minute, false),
		of(serverErrors, "5xx", "5XXError", "Sum", Count, minute, false),
		of(clientErrors, "4xx", "4XXError", "Sum", Count, minute, true),
		of(p95, "latency p95", "Latency", "p95", Milliseconds, fiveMinutes, true),
	}
}

const (
	connects          = "connects"
	messages          = "messages"
	socketClient      = "client-errors"
	executionErrors   = "execution-errors"
	integrationErrors = "integration-errors"
)

func socketMetrics(env platform.Environment, id string) []Metric {
	of := func(what, title, metric string) Metric {
		return Metric{name("socket", what), "socket " + title, Count, Resource{KindSocket, "socket"},
			query{"AWS/ApiGateway", metric, "Sum", []string{"ApiId", id, "Stage", env.Spec().Stage}, minute, false}}
	}
	return []Metric{
		of(connects, "connections made", "ConnectCount"),
		of(messages, "messages", "MessageCount"),
		of(socketClient, "client errors", "ClientError"),
		of(executionErrors, "execution errors", "ExecutionError"),
		of(integrationErrors, "function errors", "IntegrationError"),
	}
}

const (
	jobsAccepted   = "accepted"
	jobWait        = "wait"
	firstToken     = "first-token"
	provider       = "provider"
	providerCalls  = "provider-calls"
	providerErrors = "provider-errors"
	store          = "store"
	push           = "push"
	endToEnd       = "end-to-end"
	secondTries    = "second-tries"
	thirdTries     = "third-tries"
	jobsRefused    = "refused"
	mailsSent      = "mails-sent"
	mailsRefused   = "mails-refused"
	socketRefused  = "sockets-refused"
)

// ownMetrics are Keyvex's own, along a job's way and of the other functions.
func ownMetrics(env platform.Environment) []Metric {
	of := func(what, title string, metric platform.Metric, stat string, unit Unit, period time.Duration, slow bool) Metric {
		return Metric{name("jobs", what), title, unit, Resource{KindJobs, "jobs"},
			query{platform.MetricNamespace, string(metric), stat, []string{platform.MetricEnvironment, env.Name}, period, slow}}
	}
	count := func(what, title string, metric platform.Metric, slow bool) Metric {
		return of(what, title, metric, "Sum", Count, minute, slow)
	}
	station := func(what, title string, metric platform.Metric) Metric {
		return of(what, title+" p95", metric, p95, Milliseconds, fiveMinutes, true)
	}
	return []Metric{
		count(jobsAccepted, "jobs accepted", platform.JobsAccepted, false),
		station(jobWait, "jobs waiting in the queue", platform.JobWait),
		station(firstToken, "provider's first words", platform.ProviderFirstToken),
		station(provider, "provider's whole answer", platform.ProviderTotal),
		of(providerCalls, "provider calls answered", platform.ProviderTotal, "SampleCount", Count, minute, false),
		count(providerErrors, "provider calls failed", platform.ProviderErrors, false),
		station(store, "storing the answer", platform.JobStore),
		station(push, "pushing the answer", platform.JobPush),
		station(endToEnd, "job from end to end", platform.JobEndToEnd),
		count(secondTries, "jobs tried a second time", platform.JobSecondTries, false),
		count(thirdTries, "jobs tried a third time", platform.JobThirdTries, false),
		count(jobsRefused, "jobs failed for good", platform.JobsRefused, true),
		count(mailsSent, "mails sent", platform.MailsSent, false),
		count(mailsRefused, "mails refused", platform.MailsRefused, false),
		count(socketRefused, "socket connections refused", platform.SocketRefusals, true),
	}
}
