package metrics

import (
	"context"
	"iter"

	"github.com/keyvex/keyvex/internal/platform"
)

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

// Watcher is what the console needs of a Collector.
type Watcher interface {
	// Watch asks again and again, and gives a snapshot whenever something came in or
	// grew old. It may drop: a slow reader gets the newest one. It ends with the context.
	Watch(ctx context.Context) iter.Seq[Snapshot]
	// Focus says whether somebody looks: unfocused, it is asked five times as seldom.
	Focus(focused bool)
	// Refresh asks all sources at once, as soon as it may.
	Refresh()
	// Charts reads metrics over a window, by their names; see Catalog.
	Charts(ctx context.Context, names []string, o ChartOptions) ([]Chart, error)
	// Catalog lists the metrics there are, in the order of the Overview's rows.
	Catalog() []Metric
}
