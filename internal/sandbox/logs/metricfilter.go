package logs

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/logs/emf"
	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
	"github.com/keyvex/keyvex/internal/sandbox/logs/pattern"
)

// metricFilter is a metric filter at work.
type metricFilter struct {
	pattern        *pattern.Pattern
	transformation types.MetricTransformation
}

// metricFilters are those of a log group, parsed once. The caller holds mu.
func (s *Service) metricFilters(g group) []metricFilter {
	a := s.archive(g.Name)
	if a.filters == nil {
		a.filters = []metricFilter{}
		for _, name := range slices.Sorted(maps.Keys(g.Filters)) {
			p, err := parsePattern(g.Filters[name].FilterPattern)
			if err != nil { // from before patterns were checked
				continue
			}
			for _, t := range g.Filters[name].MetricTransformations {
				a.filters = append(a.filters, metricFilter{p, t})
			}
		}
	}
	return a.filters
}

// measure gives CloudWatch what events that arrived together mean to it.
func (s *Service) measure(d destination, now time.Time, entries []events.Entry) {
	size := 0
	var data []host.Datum
	for _, e := range entries {
		size += len(e.Message) + overhead
		data = append(data, emf.Parse(e.Message, time.UnixMilli(e.Timestamp))...)
	}
	for _, f := range d.filters {
		data = append(data, f.data(now, entries)...)
	}
	for _, dimensions := range [][]host.Dimension{nil, {{Name: "LogGroupName", Value: d.group.Name}}} {
		data = append(data,
			host.Datum{Namespace: "AWS/Logs", Name: "IncomingBytes", Dimensions: dimensions, Value: float64(size), Unit: "Bytes", At: now},
			host.Datum{Namespace: "AWS/Logs", Name: "IncomingLogEvents", Dimensions: dimensions, Value: float64(len(entries)), Unit: "Count", At: now})
	}
	s.host.Measure(data...)
}

// data gives the values of the entries that match, or the default once if none does.
func (f metricFilter) data(now time.Time, entries []events.Entry) (out []host.Datum) {
	matched := false
	for _, e := range entries {
		if f.pattern.Match(e.Message) {
			matched = true
			if d, ok := f.datum(e); ok {
				out = append(out, d)
			}
		}
	}
	if t := f.transformation; !matched && t.DefaultValue != nil {
		out = append(out, host.Datum{Namespace: aws.ToString(t.MetricNamespace), Name: aws.ToString(t.MetricName), Value: *t.DefaultValue, Unit: f.unit(), At: now})
	}
	return out
}

// datum is the value of one event; there is none when the value or a dimension is
// missing in it.
func (f metricFilter) datum(e events.Entry) (host.Datum, bool) {
	t := f.transformation
	text := aws.ToString(t.MetricValue)
	if strings.HasPrefix(text, "$") {
		text, _ = f.pattern.Value(e.Message, text)
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return host.Datum{}, false
	}
	d := host.Datum{Namespace: aws.ToString(t.MetricNamespace), Name: aws.ToString(t.MetricName), Value: value, Unit: f.unit(), At: time.UnixMilli(e.Timestamp)}
	for _, name := range slices.Sorted(maps.Keys(t.Dimensions)) {
		side, ok := f.pattern.Value(e.Message, t.Dimensions[name])
		if !ok {
			return host.Datum{}, false
		}
		d.Dimensions = append(d.Dimensions, host.Dimension{Name: name, Value: side})
	}
	return d, true
}

func (f metricFilter) unit() string {
	if f.transformation.Unit == types.StandardUnitNone {
		return ""
	}
	return string(f.transformation.Unit)
}

// TestMetricFilter tries a pattern on messages.
func (s *Service) TestMetricFilter(_ context.Context, in *cloudwatchlogs.TestMetricFilterInput) (*cloudwatchlogs.TestMetricFilterOutput, error) {
	p, err := parsePattern(in.FilterPattern)
	if err != nil {
		return nil, err
	}
	if n := len(in.LogEventMessages); n < 1 || n > maxPage {
		return nil, constraint(n, "logEventMessages", "have length between 1 and 50")
	}
	out := &cloudwatchlogs.TestMetricFilterOutput{Matches: []types.MetricFilterMatchRecord{}}
	for i, message := range in.LogEventMessages {
		if values, ok := p.Extract(message); ok {
			out.Matches = append(out.Matches, types.MetricFilterMatchRecord{EventMessage: &message, EventNumber: int64(i + 1), ExtractedValues: values})
		}
	}
	return out, nil
}
