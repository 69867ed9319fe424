package cloudwatch

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// DescribeAlarms lists alarms; without types named, metric alarms only.
func (s *Service) DescribeAlarms(_ context.Context, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(in.AlarmNames) > 0 && in.AlarmNamePrefix != nil {
		return nil, validation("AlarmNamePrefix and AlarmNames cannot be used together")
	}
	kinds := in.AlarmTypes
	if len(kinds) == 0 {
		kinds = []types.AlarmType{types.AlarmTypeMetricAlarm}
	}
	var found []alarm
	for _, a := range s.alarms.All() {
		if slices.Contains(kinds, a.kind()) && s.asked(in, a) {
			found = append(found, a)
		}
	}
	some, next, err := paged(found, func(a alarm) string { return a.Name }, in.NextToken, in.MaxRecords)
	out := &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []types.MetricAlarm{}, CompositeAlarms: []types.CompositeAlarm{}, NextToken: next}
	for _, a := range some {
		if a.Metric != nil {
			out.MetricAlarms = append(out.MetricAlarms, s.showMetric(a))
		} else {
			out.CompositeAlarms = append(out.CompositeAlarms, s.showComposite(a))
		}
	}
	return out, err
}

func (s *Service) asked(in *cloudwatch.DescribeAlarmsInput, a alarm) bool {
	c := a.common()
	actions := slices.Concat(c.AlarmActions, c.OKActions, c.InsufficientDataActions)
	acts := func(action string) bool { return strings.HasPrefix(action, *in.ActionPrefix) }
	switch {
	case len(in.AlarmNames) > 0 && !slices.Contains(in.AlarmNames, a.Name),
		!strings.HasPrefix(a.Name, value(in.AlarmNamePrefix)),
		in.StateValue != "" && in.StateValue != a.State,
		in.ActionPrefix != nil && !slices.ContainsFunc(actions, acts),
		in.ChildrenOfAlarmName != nil && !slices.Contains(s.watchers(a.Name), *in.ChildrenOfAlarmName),
		in.ParentsOfAlarmName != nil && !slices.Contains(s.watchers(*in.ParentsOfAlarmName), a.Name):
		return false
	}
	return true
}

func (c *common) acting() *bool { return new(c.ActionsEnabled == nil || *c.ActionsEnabled) }

// listed is never nil: CloudWatch shows empty lists.
func listed[T any](list []T) []T { return append([]T{}, list...) }

func present(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (s *Service) showMetric(a alarm) types.MetricAlarm {
	p := a.Metric
	return types.MetricAlarm{
		AlarmName: &a.Name, AlarmArn: new(s.arn(a.Name)), AlarmDescription: p.AlarmDescription, ActionsEnabled: p.acting(),
		AlarmActions: listed(p.AlarmActions), OKActions: listed(p.OKActions), InsufficientDataActions: listed(p.InsufficientDataActions),
		AlarmConfigurationUpdatedTimestamp: &a.Configured, StateValue: a.State, StateReason: &a.Reason, StateReasonData: present(a.ReasonData),
		StateUpdatedTimestamp: &a.Updated, StateTransitionedTimestamp: &a.Transitioned, ComparisonOperator: p.ComparisonOperator,
		DatapointsToAlarm: p.DatapointsToAlarm, Dimensions: listed(p.Dimensions), EvaluateLowSampleCountPercentile: p.EvaluateLowSampleCountPercentile,
		EvaluationInterval: p.EvaluationInterval, EvaluationPeriods: p.EvaluationPeriods, ExtendedStatistic: p.ExtendedStatistic,
		MetricName: p.MetricName, Metrics: p.Metrics, Namespace: p.Namespace, Period: p.Period, Statistic: p.Statistic, Threshold: p.Threshold,
		ThresholdMetricId: p.ThresholdMetricId, TreatMissingData: p.TreatMissingData, Unit: p.Unit,
	}
}

func (s *Service) showComposite(a alarm) types.CompositeAlarm {
	p := a.Composite
	shown := types.CompositeAlarm{
		AlarmName: &a.Name, AlarmArn: new(s.arn(a.Name)), AlarmDescription: p.AlarmDescription, ActionsEnabled: p.acting(),
		AlarmActions: listed(p.AlarmActions), OKActions: listed(p.OKActions), InsufficientDataActions: listed(p.InsufficientDataActions),
		AlarmConfigurationUpdatedTimestamp: &a.Configured, StateValue: a.State, StateReason: &a.Reason, StateReasonData: present(a.ReasonData),
		StateUpdatedTimestamp: &a.Updated, StateTransitionedTimestamp: &a.Transitioned, AlarmRule: &p.AlarmRule,
		ActionsSuppressor: p.ActionsSuppressor, ActionsSuppressorExtensionPeriod: p.ActionsSuppressorExtensionPeriod,
		ActionsSuppressorWaitPeriod: p.ActionsSuppressorWaitPeriod,
	}
	if s.suppressed(a) {
		shown.ActionsSuppressedBy = types.ActionsSuppressedByAlarm
		shown.ActionsSuppressedReason = new("Actions suppressed by " + s.nameOf(*p.ActionsSuppressor))
	}
	return shown
}

// DescribeAlarmsForMetric lists the alarms that watch a metric by themselves, not
// through an expression.
func (s *Service) DescribeAlarmsForMetric(_ context.Context, in *cloudwatch.DescribeAlarmsForMetricInput) (*cloudwatch.DescribeAlarmsForMetricOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &cloudwatch.DescribeAlarmsForMetricOutput{MetricAlarms: []types.MetricAlarm{}}
	wanted := metricOf(in.Namespace, in.MetricName, in.Dimensions)
	for _, a := range s.alarms.All() {
		p := a.Metric
		if p == nil || len(p.Metrics) > 0 || !reflect.DeepEqual(metricOf(p.Namespace, p.MetricName, p.Dimensions), wanted) {
			continue
		}
		if (in.Statistic == "" || in.Statistic == p.Statistic) && (in.Period == nil || *in.Period == *p.Period) &&
			(in.Unit == "" || in.Unit == p.Unit) && (in.ExtendedStatistic == nil || *in.ExtendedStatistic == value(p.ExtendedStatistic)) {
			out.MetricAlarms = append(out.MetricAlarms, s.showMetric(a))
		}
	}
	return out, nil
}
