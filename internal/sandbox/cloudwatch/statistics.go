package cloudwatch

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/series"
)

const mostDatapoints = 1440 // of one GetMetricStatistics

// GetMetricStatistics gives statistics of one metric, a datapoint for each period
// that has data, the periods counted from the start.
func (s *Service) GetMetricStatistics(_ context.Context, in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
	start, end, period, err := checkStatistics(in)
	if err != nil {
		return nil, err
	}
	m := metricOf(in.Namespace, in.MetricName, in.Dimensions)
	unit := in.Unit
	if unit == "" {
		unit = types.StandardUnit(s.series.Unit(m))
	}
	out := &cloudwatch.GetMetricStatisticsOutput{Label: in.MetricName, Datapoints: []types.Datapoint{}}
	for i, b := range s.series.Periods(m, string(in.Unit), start, end, period) {
		if b != nil {
			d := types.Datapoint{Timestamp: new(start.Add(time.Duration(i) * period)), Unit: unit}
			fillDatapoint(&d, in, b)
			out.Datapoints = append(out.Datapoints, d)
		}
	}
	return out, nil
}

func checkStatistics(in *cloudwatch.GetMetricStatisticsInput) (start, end time.Time, period time.Duration, err error) {
	switch {
	case in.Namespace == nil || in.MetricName == nil || in.StartTime == nil || in.EndTime == nil || in.Period == nil:
		return start, end, 0, missing("Namespace, MetricName, StartTime, EndTime and Period are required.")
	case len(in.Statistics) == 0 && len(in.ExtendedStatistics) == 0:
		return start, end, 0, missing("Must specify either Statistics or ExtendedStatistics")
	case !validPeriod(*in.Period) && *in.Period != 1 && *in.Period != 5:
		return start, end, 0, invalidValue("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60")
	case !in.StartTime.Before(*in.EndTime):
		return start, end, 0, invalidValue("The parameter StartTime must be less than the parameter EndTime.")
	}
	for _, name := range statisticsOf(in) {
		if _, ok := series.Parse(name); !ok {
			return start, end, 0, invalidValue("The value %s for parameter Statistics is invalid.", name)
		}
	}
	period = time.Duration(*in.Period) * time.Second
	start, end = aligned(*in.StartTime, period), *in.EndTime
	if end.Sub(start)/period > mostDatapoints {
		return start, end, 0, &types.InvalidParameterCombinationException{Message: new("You have requested up to more than 1,440 datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.")}
	}
	return start, end, period, nil
}

// aligned rounds a start down to the minute or, for periods shorter than that, to
// the period.
func aligned(start time.Time, period time.Duration) time.Time {
	return start.UTC().Truncate(min(period, time.Minute))
}

func statisticsOf(in *cloudwatch.GetMetricStatisticsInput) []string {
	names := slices.Clone(in.ExtendedStatistics)
	for _, statistic := range in.Statistics {
		names = append(names, string(statistic))
	}
	return names
}

func fillDatapoint(d *types.Datapoint, in *cloudwatch.GetMetricStatisticsInput, b *series.Bucket) {
	for _, name := range statisticsOf(in) {
		compute, _ := series.Parse(name)
		v, ok := compute(b)
		if !ok {
			continue
		}
		switch types.Statistic(name) {
		case types.StatisticSum:
			d.Sum = &v
		case types.StatisticAverage:
			d.Average = &v
		case types.StatisticMinimum:
			d.Minimum = &v
		case types.StatisticMaximum:
			d.Maximum = &v
		case types.StatisticSampleCount:
			d.SampleCount = &v
		default:
			if d.ExtendedStatistics == nil {
				d.ExtendedStatistics = map[string]float64{}
			}
			d.ExtendedStatistics[name] = v
		}
	}
}
