package metrics

import "github.com/keyvex/keyvex/internal/platform"

// Empty is the snapshot before anything has answered: every row is there and Loading.
func Empty(env platform.Environment) Snapshot {
	row := func(kind Kind, name string, source SourceName) Row {
		return Row{Resource: Resource{kind, name}, Source: Source{Name: source}}
	}
	s := Snapshot{
		Environment: env,
		Table:       Table{Row: row(KindTable, "table", SourceMetrics)},
		Cache:       Cache{Row: row(KindCache, "cache", SourceMetrics)},
		REST:        REST{Row: row(KindREST, "rest", SourceMetrics)},
		Socket:      Socket{Row: row(KindSocket, "socket", SourceMetrics)},
		Jobs:        Jobs{Row: row(KindJobs, "jobs", SourceMetrics)},
		Stacks:      Stacks{Row: row(KindStack, "stacks", SourceStacks)},
		Alarms:      Alarms{Row: row(KindAlarm, "alarms", SourceAlarms)},
		Changes:     Changes{Source: Source{Name: SourceChanges}},
		Errors:      Errors{Source: Source{Name: SourceErrors}},
	}
	for _, f := range platform.Functions {
		s.Functions = append(s.Functions, Function{Row: row(KindFunction, string(f), SourceMetrics), Function: f})
	}
	for _, q := range platform.Queues {
		s.Queues = append(s.Queues, Queue{Row: row(KindQueue, string(q), SourceQueues), Queue: q, ConsumerSource: Source{Name: SourceConsumers}})
	}
	for _, name := range SourceNames {
		s.Sources = append(s.Sources, Source{Name: name})
	}
	return s
}
