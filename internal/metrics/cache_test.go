package metrics_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/metrics"
)

// nodes is a CloudWatch that has one value in each minute for each node of the cache.
type nodes struct {
	metrics.Metrics
	// values are by the metric, those of the first node and of the second.
	values map[string][2]float64
}

func (n nodes) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	out := &cloudwatch.GetMetricDataOutput{}
	for _, q := range in.MetricDataQueries {
		r := types.MetricDataResult{Id: q.Id, StatusCode: types.StatusCodeComplete}
		metric := q.MetricStat.Metric
		if values, ok := n.values[*metric.MetricName]; ok && *metric.Namespace == "AWS/ElastiCache" {
			value := values[0]
			if strings.HasSuffix(*metric.Dimensions[0].Value, "-002") {
				value = values[1]
			}
			for at := *in.StartTime; at.Before(*in.EndTime); at = at.Add(time.Minute) {
				r.Timestamps, r.Values = append(r.Timestamps, at), append(r.Values, value)
			}
		}
		out.MetricDataResults = append(out.MetricDataResults, r)
	}
	return out, nil
}

func TestTheCacheAddsUpWhatItsNodesHaveAndShowsTheFullest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorldOf(t, "production")
		clients := w.clients()
		clients.Metrics = nodes{values: map[string][2]float64{
			"CPUUtilization": {40, 11}, "DatabaseMemoryUsagePercentage": {20, 34}, "CurrConnections": {18, 5}, "Evictions": {0, 3},
		}}
		got := metrics.New(clients, metrics.Settings{Environment: w.env}).Once(t.Context()).Cache
		// Evictions are of five minutes.
		for what, number := range map[string][2]float64{"CPU": {got.CPU.Value, 40}, "memory": {got.Memory.Value, 34}, "connections": {got.Connections.Value, 23}, "evicted": {got.Evicted.Value, 15}} {
			if number[0] != number[1] {
				t.Errorf("%s is %v, not %v", what, number[0], number[1])
			}
		}
	})
}
