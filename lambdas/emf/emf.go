// Package emf writes Keyvex's own metrics as lines of CloudWatch's embedded metric
// format: Lambda's log lines become metrics without a call.
//
// Source of the format: "Specification: Embedded metric format" in the Amazon
// CloudWatch User Guide.
package emf

import (
	"encoding/json"
	"io"
	"maps"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// Value is one number of a metric.
type Value struct {
	metric platform.Metric
	unit   string
	number float64
}

// Count is a number of things.
func Count(m platform.Metric, n int) Value { return Value{m, "Count", float64(n)} }

// Milliseconds is a duration, never below zero: the clocks of two machines may differ.
func Milliseconds(m platform.Metric, d time.Duration) Value {
	return Value{m, "Milliseconds", max(0, float64(d.Microseconds())/1000)}
}

// Dimension tells the values of a metric apart.
type Dimension struct{ Name, Value string }

// Writer writes one line at a time; it may be used by several goroutines.
type Writer struct {
	env string
	out *lines
	// properties are further members of every line, which make no metrics.
	properties map[string]string
}

// New makes a writer for an environment's metrics.
func New(out io.Writer, env string) *Writer { return &Writer{env: env, out: &lines{out: out}} }

// With is the writer whose lines also carry a property, so that they can be found
// by it in the log. A property without a name or a value is left out.
func (w *Writer) With(name, value string) *Writer {
	if name == "" || value == "" {
		return w
	}
	properties := map[string]string{name: value}
	maps.Copy(properties, w.properties)
	return &Writer{env: w.env, out: w.out, properties: properties}
}

// Put writes values that were measured at a time. They count in the metric with
// the dimension Environment alone, and once more in the one that has the given
// dimensions as well. Empty dimensions are left out: CloudWatch refuses them.
// A failure to write is not reported: no work fails for want of a metric.
func (w *Writer) Put(at time.Time, dimensions []Dimension, values ...Value) {
	line := map[string]any{}
	for name, value := range w.properties {
		line[name] = value
	}
	line[platform.MetricEnvironment] = w.env
	sets := [][]string{{platform.MetricEnvironment}}
	names := []string{platform.MetricEnvironment}
	for _, d := range dimensions {
		if d.Value != "" {
			names = append(names, d.Name)
			line[d.Name] = d.Value
		}
	}
	if len(names) > 1 {
		sets = append(sets, names)
	}
	definitions := make([]definition, 0, len(values))
	for _, v := range values {
		definitions = append(definitions, definition{string(v.metric), v.unit})
		line[string(v.metric)] = v.number
	}
	line["_aws"] = metadata{
		Timestamp: at.UnixMilli(),
		Metrics:   []directive{{platform.MetricNamespace, sets, definitions}},
	}
	text, _ := json.Marshal(line) // texts and numbers always encode
	w.out.write(append(text, '\n'))
}

// lines are written one at a time.
type lines struct {
	mu  sync.Mutex
	out io.Writer
}

func (l *lines) write(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.out.Write(line)
}

// metadata, directive and definition are the specification's "_aws" member.
type metadata struct {
	Timestamp int64
	Metrics   []directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }
