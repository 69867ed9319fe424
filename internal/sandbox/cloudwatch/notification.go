package cloudwatch

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// notification is the JSON that CloudWatch publishes for a change of state.
func (s *Service) notification(t transition) string {
	a, c := t.alarm, t.alarm.common()
	message := map[string]any{
		"AlarmName": a.Name, "AlarmDescription": c.AlarmDescription, "AWSAccountId": s.host.Account, "Region": regionName(s.host.Region),
		"AlarmConfigurationUpdatedTimestamp": a.Configured.Format(dataTime), "NewStateValue": a.State, "NewStateReason": a.Reason,
		"StateChangeTime": a.Updated.Format(dataTime), "AlarmArn": s.arn(a.Name), "OldStateValue": t.from,
		"OKActions": listed(c.OKActions), "AlarmActions": listed(c.AlarmActions), "InsufficientDataActions": listed(c.InsufficientDataActions),
	}
	if a.Composite != nil {
		message["AlarmRule"] = a.Composite.AlarmRule
	} else {
		message["Trigger"] = a.Metric.trigger()
	}
	return encoded(message)
}

// trigger is what an alarm watches, as notifications show it.
func (p *metricProperties) trigger() map[string]any {
	trigger := map[string]any{
		"EvaluationPeriods": p.EvaluationPeriods, "ComparisonOperator": p.ComparisonOperator, "Threshold": p.Threshold,
		"TreatMissingData": value(p.TreatMissingData), "EvaluateLowSampleCountPercentile": value(p.EvaluateLowSampleCountPercentile),
	}
	if p.DatapointsToAlarm != nil {
		trigger["DatapointsToAlarm"] = *p.DatapointsToAlarm
	}
	if len(p.Metrics) > 0 {
		trigger["Metrics"] = triggerQueries(p.Metrics)
		return trigger
	}
	trigger["MetricName"], trigger["Namespace"], trigger["Period"] = p.MetricName, p.Namespace, p.Period
	trigger["Dimensions"], trigger["Unit"] = triggerDimensions(p.Dimensions), present(string(p.Unit))
	trigger["StatisticType"], trigger["Statistic"] = "Statistic", strings.ToUpper(string(p.Statistic))
	if p.ExtendedStatistic != nil {
		delete(trigger, "Statistic")
		trigger["StatisticType"], trigger["ExtendedStatistic"] = "ExtendedStatistic", *p.ExtendedStatistic
	}
	return trigger
}

func triggerDimensions(dimensions []types.Dimension) []map[string]string {
	out := []map[string]string{}
	for _, d := range dimensions {
		out = append(out, map[string]string{"name": value(d.Name), "value": value(d.Value)})
	}
	return out
}

func triggerQueries(queries []types.MetricDataQuery) []map[string]any {
	var out []map[string]any
	for _, q := range queries {
		one := map[string]any{"Id": q.Id, "ReturnData": q.ReturnData == nil || *q.ReturnData}
		if q.Label != nil {
			one["Label"] = *q.Label
		}
		if q.Expression != nil {
			one["Expression"] = *q.Expression
		}
		if stat := q.MetricStat; stat != nil {
			one["MetricStat"] = map[string]any{
				"Period": stat.Period, "Stat": stat.Stat,
				"Metric": map[string]any{"MetricName": stat.Metric.MetricName, "Namespace": stat.Metric.Namespace, "Dimensions": triggerDimensions(stat.Metric.Dimensions)},
			}
		}
		out = append(out, one)
	}
	return out
}

// regionName is what a region is called in notifications.
func regionName(region string) string {
	names := map[string]string{
		"us-east-1": "US East (N. Virginia)", "us-east-2": "US East (Ohio)", "us-west-1": "US West (N. California)", "us-west-2": "US West (Oregon)",
		"eu-west-1": "EU (Ireland)", "eu-west-2": "EU (London)", "eu-central-1": "EU (Frankfurt)", "eu-north-1": "EU (Stockholm)",
		"ap-northeast-1": "Asia Pacific (Tokyo)", "ap-southeast-1": "Asia Pacific (Singapore)", "ap-southeast-2": "Asia Pacific (Sydney)",
	}
	if name, ok := names[region]; ok {
		return name
	}
	return region
}
