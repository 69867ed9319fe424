package metrics

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// query is how CloudWatch is asked for a metric.
type query struct {
	namespace, name, stat string
	// dimensions are name, value, name, value.
	dimensions []string
	// period is that of the Overview's points.
	period time.Duration
	// slow metrics are asked for once in five minutes, the others every minute.
	slow bool
}

// The two periods of points. Percentiles of five minutes cannot be made of those of
// one minute, so they are asked for as they are judged.
const (
	minute      = time.Minute
	fiveMinutes = 5 * time.Minute
)

// data is the query for points of a period; id ties the answer to it.
func (q query) data(id string, period time.Duration) types.MetricDataQuery {
	metric := &types.Metric{Namespace: &q.namespace, MetricName: &q.name}
	for i := 0; i < len(q.dimensions); i += 2 {
		metric.Dimensions = append(metric.Dimensions, types.Dimension{Name: &q.dimensions[i], Value: &q.dimensions[i+1]})
	}
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{Metric: metric, Period: new(int32(period / time.Second)), Stat: &q.stat}}
}
