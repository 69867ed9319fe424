package cloudwatch

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/series"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// The limits of PutMetricData ("PutMetricData", CloudWatch API Reference).
const (
	mostData       = 1000
	mostValues     = 150
	mostDimensions = 30
	oldestData     = 14 * 24 * time.Hour
	newestData     = 2 * time.Hour
	largestValue   = 0x1p360
)

// Record takes values that the sandbox's services measured: it is what a host's
// Meter calls. It never waits for anything but another Record.
func (s *Service) Record(data ...host.Datum) {
	now := s.host.Clock.Now()
	for _, d := range data {
		s.series.Record(now, d)
	}
}

// PutMetricData takes all of the data or, when one is wrong, none.
func (s *Service) PutMetricData(_ context.Context, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
	data := in.MetricData
	for _, e := range in.EntityMetricData {
		data = append(data, e.MetricData...)
	}
	if err := checkNamespace(in.Namespace); err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, missing("The parameter MetricData is required.")
	}
	if len(data) > mostData {
		return nil, invalidValue("The collection MetricData must not have a size greater than %d.", mostData)
	}
	now := s.host.Clock.Now()
	buckets := make([]*series.Bucket, len(data))
	for i := range data {
		if err := checkDatum(data[i], now); err != nil {
			return nil, err
		}
		buckets[i] = bucketOf(data[i])
	}
	for i, d := range data {
		m := metricOf(in.Namespace, d.MetricName, d.Dimensions)
		s.series.Add(m, string(d.Unit), orNow(d.Timestamp, now), buckets[i], d.StorageResolution != nil && *d.StorageResolution == 1)
	}
	s.start()
	return &cloudwatch.PutMetricDataOutput{}, nil
}

func orNow(t *time.Time, now time.Time) time.Time {
	if t == nil {
		return now
	}
	return *t
}

// metricOf names a metric as the store does: with its dimensions in order.
func metricOf(namespace, name *string, dimensions []types.Dimension) series.Metric {
	m := series.Metric{Namespace: value(namespace), Name: value(name)}
	for _, d := range dimensions {
		m.Dimensions = append(m.Dimensions, host.Dimension{Name: value(d.Name), Value: value(d.Value)})
	}
	slices.SortFunc(m.Dimensions, func(a, b host.Dimension) int { return strings.Compare(a.Name, b.Name) })
	return m
}

func bucketOf(d types.MetricDatum) *series.Bucket {
	b := &series.Bucket{}
	switch {
	case d.StatisticValues != nil:
		set := d.StatisticValues
		b.AddSet(*set.SampleCount, *set.Sum, *set.Minimum, *set.Maximum)
	case len(d.Values) > 0:
		for i, v := range d.Values {
			count := 1.0
			if d.Counts != nil {
				count = d.Counts[i]
			}
			b.Add(v, count)
		}
	default:
		b.Add(*d.Value, 1)
	}
	return b
}

func checkNamespace(namespace *string) error {
	switch text := value(namespace); {
	case text == "":
		return missing("The parameter Namespace is required.")
	case len(text) > 255 || strings.HasPrefix(text, ":"):
		return invalidValue("The value %s for parameter Namespace is invalid.", text)
	}
	return nil
}

func checkDatum(d types.MetricDatum, now time.Time) error {
	at := orNow(d.Timestamp, now)
	switch {
	case value(d.MetricName) == "":
		return missing("The parameter MetricData.member.1.MetricName is required.")
	case len(*d.MetricName) > 255:
		return invalidValue("The parameter MetricData.member.1.MetricName must not be longer than 255 characters.")
	case len(d.Dimensions) > mostDimensions:
		return invalidValue("The collection MetricData.member.1.Dimensions must not have a size greater than %d.", mostDimensions)
	case at.Before(now.Add(-oldestData)), at.After(now.Add(newestData)):
		return invalidValue("The parameter MetricData.member.1.Timestamp must specify a time no more than two weeks in the past and two hours in the future.")
	case d.Unit != "" && !slices.Contains(d.Unit.Values(), d.Unit):
		return invalidValue("The parameter MetricData.member.1.Unit must be a value in the set %v.", d.Unit.Values())
	case d.StorageResolution != nil && *d.StorageResolution != 1 && *d.StorageResolution != 60:
		return invalidValue("The parameter MetricData.member.1.StorageResolution must be 1 or 60.")
	}
	for _, dimension := range d.Dimensions {
		if value(dimension.Name) == "" || value(dimension.Value) == "" {
			return invalidValue("The parameter MetricData.member.1.Dimensions.member.1 must have a name and a value.")
		}
	}
	return checkValues(d)
}

func checkValues(d types.MetricDatum) error {
	given := 0
	for _, is := range []bool{d.Value != nil, len(d.Values) > 0, d.StatisticValues != nil} {
		if is {
			given++
		}
	}
	if given == 0 {
		return missing("At least one of the parameters must be specified.")
	}
	if given > 1 {
		return &types.InvalidParameterCombinationException{Message: new("The parameters MetricData.member.1.Value and MetricData.member.1.StatisticValues are mutually exclusive and you have specified more than one.")}
	}
	if len(d.Values) > mostValues || d.Counts != nil && len(d.Counts) != len(d.Values) {
		return invalidValue("The collections MetricData.member.1.Values and Counts must have the same size, of %d at most.", mostValues)
	}
	values := slices.Concat(d.Values, d.Counts)
	if d.Value != nil {
		values = append(values, *d.Value)
	}
	if set := d.StatisticValues; set != nil {
		if set.SampleCount == nil || set.Sum == nil || set.Minimum == nil || set.Maximum == nil {
			return missing("StatisticValues needs SampleCount, Sum, Minimum and Maximum.")
		}
		values = append(values, *set.SampleCount, *set.Sum, *set.Minimum, *set.Maximum)
	}
	for _, v := range values {
		if math.IsNaN(v) || math.Abs(v) > largestValue {
			return invalidValue("The value %v for parameter MetricData.member.1.Value is invalid.", v)
		}
	}
	return nil
}
