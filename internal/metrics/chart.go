package metrics

import (
	"context"
	"iter"
	"time"
)

// Unit is what a metric is counted in.
type Unit string

// The units.
const (
	Count        Unit = "count"
	Milliseconds Unit = "ms"
	Seconds      Unit = "s"
	Percent      Unit = "%"
)

// Comparison is what a chart is held against.
type Comparison string

// The comparisons.
const (
	NoComparison Comparison = ""
	Yesterday    Comparison = "yesterday"
	LastWeek     Comparison = "last-week"
)

// Back is how long before that is.
func (c Comparison) Back() time.Duration {
	const day = 24 * time.Hour
	return map[Comparison]time.Duration{Yesterday: day, LastWeek: 7 * day}[c]
}

// Metric is one that keyvex asks for, by a name of its own: "ai-processor.errors".
type Metric struct {
	Name     string
	Title    string
	Unit     Unit
	Resource Resource

	query query
}

// ChartOptions say what to draw.
type ChartOptions struct {
	// Window is how far back it goes from now, Until; Until zero is now.
	Window time.Duration
	Until  time.Time
	// Period of a point; 0 for one that gives about Points of them.
	Period  time.Duration
	Points  int
	Compare Comparison
}

// Chart is a metric over a window.
type Chart struct {
	Metric Metric
	Series Series
	// Before is the same window earlier, point for point, where it was asked for.
	Compare Comparison
	Before  Series
	// Warn and Fail are the thresholds of platform.Thresholds in the metric's unit,
	// where it has some.
	Warn, Fail Number
	// Error is why this metric has no values, while others of the same call may.
	Error error
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
