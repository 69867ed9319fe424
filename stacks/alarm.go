package stacks

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"
)

// metric is one CloudWatch metric; dimensions are name, value, name, value.
type metric struct {
	namespace, name, stat string
	dimensions            []string
}

// alarm says what is watched. It goes off while expression, over metrics named
// m1, m2 ..., is at least threshold; without one, while the single metric is.
type alarm struct {
	// what names it, "email-oldest-message-broken".
	what        string
	description string
	// broken alarms make up the verdict; others only warn.
	broken     bool
	expression string
	metrics    []metric
	threshold  float64
	period     time.Duration
	// running is for how many periods in a row; 0 for one.
	running int
}

func (a alarm) periods() int { return max(a.running, 1) }

// watch says in props what the alarm judges: its one metric, or an expression over
// several.
func (a alarm) watch(props *awscloudwatch.CfnAlarmProps) {
	if a.expression == "" {
		m := a.metrics[0]
		props.Namespace, props.MetricName = jsii.String(m.namespace), jsii.String(m.name)
		props.Statistic, props.Period, props.Dimensions = jsii.String(m.stat), jsii.Number(a.period.Seconds()), m.pairs()
		return
	}
	queries := []any{&awscloudwatch.CfnAlarm_MetricDataQueryProperty{
		Id: jsii.String("judged"), Expression: jsii.String(a.expression), Label: jsii.String(a.what), ReturnData: true,
	}}
	for i, m := range a.metrics {
		queries = append(queries, &awscloudwatch.CfnAlarm_MetricDataQueryProperty{
			Id: jsii.String("m" + strconv.Itoa(i+1)), ReturnData: false,
			MetricStat: &awscloudwatch.CfnAlarm_MetricStatProperty{
				Period: jsii.Number(a.period.Seconds()), Stat: jsii.String(m.stat),
				Metric: &awscloudwatch.CfnAlarm_MetricProperty{
					Namespace: jsii.String(m.namespace), MetricName: jsii.String(m.name), Dimensions: m.pairs(),
				},
			},
		})
	}
	props.Metrics = queries
}

func (m metric) pairs() []any {
	var pairs []any
	for i := 0; i < len(m.dimensions); i += 2 {
		pairs = append(pairs, &awscloudwatch.CfnAlarm_DimensionProperty{
			Name: jsii.String(m.dimensions[i]), Value: jsii.String(m.dimensions[i+1]),
		})
	}
	return pairs
}

// sum adds metrics up; a metric without data counts nothing. One metric needs no
// expression.
func sum(metrics []metric) string {
	if len(metrics) == 1 {
		return ""
	}
	terms := make([]string, len(metrics))
	for i := range metrics {
		terms[i] = "FILL(m" + strconv.Itoa(i+1) + ",0)"
	}
	return strings.Join(terms, "+")
}
