package cloudwatch

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/expression"
	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/series"
)

// The limits of GetMetricData ("GetMetricData", CloudWatch API Reference).
const (
	mostQueries = 500
	mostPoints  = 100_800
)

// GetMetricData gives the data of metrics and of expressions over them.
func (s *Service) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	if in.StartTime == nil || in.EndTime == nil || len(in.MetricDataQueries) == 0 {
		return nil, missing("StartTime, EndTime and MetricDataQueries are required.")
	}
	if !in.StartTime.Before(*in.EndTime) {
		return nil, validation("The parameter StartTime must be less than the parameter EndTime.")
	}
	if err := checkQueries(in.MetricDataQueries); err != nil {
		return nil, err
	}
	e := evaluation{series: s.series, queries: in.MetricDataQueries, start: *in.StartTime, end: *in.EndTime, busy: map[string]bool{}}
	var results []types.MetricDataResult
	for i := range in.MetricDataQueries {
		q := &in.MetricDataQueries[i]
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		lines, err := e.results(q)
		if err != nil {
			return nil, err
		}
		results = append(results, lines...)
	}
	if in.ScanBy != types.ScanByTimestampAscending {
		for _, r := range results {
			slices.Reverse(r.Timestamps)
			slices.Reverse(r.Values)
		}
	}
	return pageOfData(results, in)
}

// results are a query's lines without their gaps, the oldest point first.
func (e *evaluation) results(q *types.MetricDataQuery) ([]types.MetricDataResult, error) {
	v, start, period, err := e.compute(q)
	if err != nil {
		return nil, err
	}
	if v.Kind == expression.Number {
		return nil, validation("Error in expression '%s': it gives a number, not a time series", *q.Id)
	}
	var out []types.MetricDataResult
	for _, line := range v.Lines {
		r := types.MetricDataResult{Id: q.Id, Label: &line.Label, StatusCode: types.StatusCodeComplete, Timestamps: []time.Time{}, Values: []float64{}}
		if q.Label != nil {
			r.Label = q.Label
		}
		for i, p := range line.Points {
			if !math.IsNaN(p) {
				r.Timestamps = append(r.Timestamps, start.Add(time.Duration(i)*period))
				r.Values = append(r.Values, p)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// pageOfData cuts results by the number of points. The token counts the points
// that were given before.
func pageOfData(results []types.MetricDataResult, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	room, skip := mostPoints, 0
	if in.MaxDatapoints != nil {
		room = int(*in.MaxDatapoints)
	}
	if room < 1 || room > mostPoints {
		return nil, invalidValue("MaxDatapoints must be between 1 and %d", mostPoints)
	}
	if in.NextToken != nil {
		var err error
		if skip, err = strconv.Atoi(*in.NextToken); err != nil || skip < 0 {
			return nil, &types.InvalidNextToken{Message: new("The next token specified is invalid.")}
		}
	}
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: []types.MetricDataResult{}, Messages: []types.MessageData{}}
	given := skip
	for _, r := range results {
		n := len(r.Values)
		if skip > 0 && skip >= n {
			skip -= n
			continue
		}
		end := min(skip+room, n)
		partial := end < n
		r.Timestamps, r.Values = r.Timestamps[skip:end], r.Values[skip:end]
		room -= end - skip
		given += end - skip
		skip = 0
		if partial {
			r.StatusCode, out.NextToken = types.StatusCodePartialData, new(strconv.Itoa(given))
		}
		out.MetricDataResults = append(out.MetricDataResults, r)
	}
	return out, nil
}

var queryID = lazy.Regexp(`^[a-z][a-zA-Z0-9_]{0,254}$`)

func checkQueries(queries []types.MetricDataQuery) error {
	if len(queries) > mostQueries {
		return validation("The collection MetricDataQueries must not have a size greater than %d.", mostQueries)
	}
	ids := map[string]bool{}
	for i, q := range queries {
		id := value(q.Id)
		at := "MetricDataQueries.member." + strconv.Itoa(i+1)
		switch {
		case !queryID().MatchString(id):
			return validation("The value %s for parameter %s.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", id, at)
		case ids[id]:
			return validation("The values for parameter id in MetricDataQueries are not unique.")
		case (q.Expression == nil) == (q.MetricStat == nil):
			return validation("The parameters %s.Expression and %s.MetricStat are mutually exclusive and exactly one is needed.", at, at)
		}
		ids[id] = true
		if q.MetricStat != nil {
			if err := checkStat(q.MetricStat, at+".MetricStat"); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkStat(stat *types.MetricStat, at string) error {
	if stat.Metric == nil || stat.Metric.MetricName == nil || stat.Metric.Namespace == nil || stat.Period == nil || stat.Stat == nil {
		return missing("The parameter " + at + " needs Metric, Period and Stat.")
	}
	if _, ok := series.Parse(*stat.Stat); !ok {
		return validation("The value %s for parameter %s.Stat is not a valid statistic.", *stat.Stat, at)
	}
	if p := *stat.Period; !validPeriod(p) && p != 1 && p != 5 {
		return validation("The parameter %s.Period must be 1, 5, 10, 20, 30 or a multiple of 60.", at)
	}
	return nil
}
