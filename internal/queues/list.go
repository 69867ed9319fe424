package queues

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/keyvex/keyvex/internal/platform"
)

// Pair is a source queue, its dead-letter queue and its consumer.
type Pair struct {
	Source, DeadLetter Status
	Function           platform.Function
	// Consumer is the event source mapping's state, "Enabled"; empty where there is
	// none.
	Consumer string
}

// Listing is all pairs. MetricsError says why what CloudWatch knows is missing.
type Listing struct {
	Pairs        []Pair
	MetricsError error
}

// List shows each queue with its dead-letter queue. It fails when a queue cannot be
// read; without CloudWatch it only knows less.
func (q *Queues) List(ctx context.Context) (Listing, error) {
	pairs, err := q.Live(ctx)
	out := Listing{Pairs: pairs}
	if err != nil {
		return out, err
	}
	out.MetricsError = q.measure(ctx, out.Pairs)
	for i := range out.Pairs {
		q.Expire(&out.Pairs[i])
	}
	return out, nil
}

// Live is the listing without what CloudWatch knows, which costs money.
func (q *Queues) Live(ctx context.Context) ([]Pair, error) {
	var out []Pair
	for _, queue := range platform.Queues {
		name := Name{Queue: queue}
		pair := Pair{Function: queue.Spec().Consumer}
		var err error
		if pair.Source, err = q.Status(ctx, name); err != nil {
			return out, err
		}
		if pair.DeadLetter, err = q.Status(ctx, name.DeadLetter()); err != nil {
			return out, err
		}
		if pair.Consumer, err = q.consumer(ctx, pair.Function, pair.Source.ARN); err != nil {
			return out, err
		}
		q.Expire(&pair)
		out = append(out, pair)
	}
	return out, nil
}

func (q *Queues) consumer(ctx context.Context, f platform.Function, arn string) (string, error) {
	out, err := q.Consumers.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{
		FunctionName: new(q.Environment.FunctionName(f)), EventSourceArn: &arn,
	})
	if err != nil || len(out.EventSourceMappings) == 0 {
		return "", err
	}
	return aws.ToString(out.EventSourceMappings[0].State), nil
}

// metricWindow is over what rates are taken; SQS publishes once a minute.
const metricWindow = 5 * time.Minute

// measured are the metrics asked for of each queue, and where their values go.
var measured = []struct {
	metric, statistic string
	set               func(s *Status, value float64)
}{
	{"ApproximateAgeOfOldestMessage", "Maximum", func(s *Status, v float64) { s.Oldest = new(time.Duration(v) * time.Second) }},
	{"NumberOfMessagesSent", "Sum", func(s *Status, v float64) { s.ArrivedRate = new(v / metricWindow.Seconds()) }},
	{"NumberOfMessagesDeleted", "Sum", func(s *Status, v float64) { s.HandleRate = new(v / metricWindow.Seconds()) }},
}

// measure fills in what CloudWatch knows, in one call.
func (q *Queues) measure(ctx context.Context, pairs []Pair) error {
	now := q.Clock.Now()
	in := &cloudwatch.GetMetricDataInput{StartTime: new(now.Add(-metricWindow)), EndTime: &now, ScanBy: types.ScanByTimestampDescending}
	targets := map[string]func(values []float64){}
	for i := range pairs {
		for j, status := range []*Status{&pairs[i].Source, &pairs[i].DeadLetter} {
			for k, m := range measured {
				id := fmt.Sprintf("m%d%d%d", i, j, k)
				in.MetricDataQueries = append(in.MetricDataQueries, query(id, status.Physical, m.metric, m.statistic))
				targets[id] = func(values []float64) { m.set(status, reduce(m.statistic, values)) }
			}
		}
	}
	out, err := q.Metrics.GetMetricData(ctx, in)
	if err != nil {
		return err
	}
	for _, result := range out.MetricDataResults {
		if set, ok := targets[aws.ToString(result.Id)]; ok && len(result.Values) > 0 {
			set(result.Values)
		}
	}
	return nil
}

func query(id, queue, metric, statistic string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{
		Metric: &types.Metric{
			Namespace: new("AWS/SQS"), MetricName: &metric, Dimensions: []types.Dimension{{Name: new("QueueName"), Value: &queue}},
		},
		Period: new(int32(60)), Stat: &statistic,
	}}
}

// reduce adds sums up, and takes the newest of others.
func reduce(statistic string, values []float64) float64 {
	if statistic != "Sum" {
		return values[0]
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

// sightingLasts is how long what a peek saw is taken for what is there.
const sightingLasts = 10 * time.Minute

// Expire says when the oldest dead letter is lost. It keeps the time of its first
// send (SQS, message retention and dead-letter queues), while CloudWatch gives its age
// since it died: so it is lost no earlier than after the dead-letter queue's retention,
// less that age, less the source's whole retention. A recent peek has seen the time
// itself.
func (q *Queues) Expire(pair *Pair) {
	dead := &pair.DeadLetter
	if dead.Messages() == 0 {
		return
	}
	now := q.Clock.Now()
	if seen := q.lastSighting(dead.Name); seen.Whole && !seen.Oldest.IsZero() && now.Sub(seen.At) < sightingLasts {
		dead.Expires, dead.Exact = new(max(0, dead.Retention-now.Sub(seen.Oldest))), true
		return
	}
	if dead.Oldest != nil {
		dead.Expires = new(max(0, dead.Retention-pair.Source.Retention-*dead.Oldest))
	}
}
