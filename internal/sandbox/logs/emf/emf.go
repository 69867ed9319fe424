// Package emf reads the embedded metric format: metrics in log events.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package emf

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// What the specification allows at most.
const (
	maxMetrics    = 100
	maxDimensions = 30
	maxValues     = 100
)

// document is the root of a log event with metrics.
type document struct {
	AWS *metadata `json:"_aws"`
}

type metadata struct {
	Timestamp         *int64
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct {
	Name string
	Unit string
	// StorageResolution is 1 for metrics of high resolution, otherwise 60 or absent.
	StorageResolution *int
}

// Parse gives the metrics of a log event, with the event's time where they have
// none of their own. As in CloudWatch, an event that breaks the format has none,
// and a metric or a set of dimensions whose members are missing is left out.
func Parse(message string, at time.Time) []host.Datum {
	if !strings.Contains(message, `"_aws"`) {
		return nil
	}
	var root document
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(message), &root) != nil || root.AWS == nil || json.Unmarshal([]byte(message), &members) != nil {
		return nil
	}
	if root.AWS.Timestamp != nil {
		at = time.UnixMilli(*root.AWS.Timestamp)
	}
	var out []host.Datum
	for _, d := range root.AWS.CloudWatchMetrics {
		if !d.valid() {
			return nil
		}
		out = append(out, d.data(members, at)...)
	}
	return out
}

func (d directive) valid() bool {
	return d.Namespace != "" && len(d.Metrics) <= maxMetrics &&
		!slices.ContainsFunc(d.Dimensions, func(set []string) bool { return len(set) > maxDimensions }) &&
		!slices.ContainsFunc(d.Metrics, func(m definition) bool { return !m.valid() })
}

func (m definition) valid() bool {
	return m.Name != "" && (m.StorageResolution == nil || *m.StorageResolution == 1 || *m.StorageResolution == 60)
}

// data gives each value of each metric once for each set of dimensions.
func (d directive) data(members map[string]json.RawMessage, at time.Time) (out []host.Datum) {
	sets := d.Dimensions
	if len(sets) == 0 {
		sets = [][]string{nil}
	}
	for _, names := range sets {
		dimensions, ok := dimensionsOf(names, members)
		if !ok {
			continue
		}
		for _, m := range d.Metrics {
			for _, value := range valuesOf(members[m.Name]) {
				out = append(out, host.Datum{Namespace: d.Namespace, Name: m.Name, Dimensions: dimensions, Value: value, Unit: m.Unit, At: at})
			}
		}
	}
	return out
}

// dimensionsOf reads a set of dimensions, in the order of names; their values must
// be strings.
func dimensionsOf(names []string, members map[string]json.RawMessage) ([]host.Dimension, bool) {
	var out []host.Dimension
	for _, name := range names {
		var value string
		if raw, there := members[name]; !there || json.Unmarshal(raw, &value) != nil || value == "" {
			return nil, false
		}
		out = append(out, host.Dimension{Name: name, Value: value})
	}
	slices.SortFunc(out, func(a, b host.Dimension) int { return strings.Compare(a.Name, b.Name) })
	return out, true
}

// valuesOf reads a number or a list of numbers.
func valuesOf(raw json.RawMessage) []float64 {
	var values []*float64
	if len(raw) > 0 && raw[0] != '[' {
		raw = slices.Concat(json.RawMessage("["), raw, json.RawMessage("]"))
	}
	if json.Unmarshal(raw, &values) != nil || len(values) > maxValues || slices.Contains(values, nil) {
		return nil
	}
	var out []float64
	for _, v := range values {
		out = append(out, *v)
	}
	return out
}
