package cloudwatch

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// PutMetricAlarm makes or changes a metric alarm.
func (s *Service) PutMetricAlarm(_ context.Context, in *cloudwatch.PutMetricAlarmInput) (*cloudwatch.PutMetricAlarmOutput, error) {
	defer s.act()
	s.mu.Lock()
	defer s.mu.Unlock()
	return &cloudwatch.PutMetricAlarmOutput{}, s.putMetric(value(in.AlarmName), metricProperties{
		common: common{ActionsEnabled: in.ActionsEnabled, AlarmActions: in.AlarmActions, AlarmDescription: in.AlarmDescription,
			InsufficientDataActions: in.InsufficientDataActions, OKActions: in.OKActions},
		ComparisonOperator: in.ComparisonOperator, DatapointsToAlarm: in.DatapointsToAlarm, Dimensions: in.Dimensions,
		EvaluateLowSampleCountPercentile: in.EvaluateLowSampleCountPercentile, EvaluationInterval: in.EvaluationInterval,
		EvaluationPeriods: in.EvaluationPeriods, ExtendedStatistic: in.ExtendedStatistic, MetricName: in.MetricName, Metrics: in.Metrics,
		Namespace: in.Namespace, Period: in.Period, Statistic: in.Statistic, Threshold: in.Threshold,
		ThresholdMetricId: in.ThresholdMetricId, TreatMissingData: in.TreatMissingData, Unit: in.Unit,
	}, tagMap(in.Tags))
}

func (s *Service) putMetric(name string, p metricProperties, tags map[string]string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	return s.put(alarm{Name: name, Metric: &p, AllTags: tags})
}

// PutCompositeAlarm makes or changes a composite alarm.
func (s *Service) PutCompositeAlarm(_ context.Context, in *cloudwatch.PutCompositeAlarmInput) (*cloudwatch.PutCompositeAlarmOutput, error) {
	defer s.act()
	s.mu.Lock()
	defer s.mu.Unlock()
	return &cloudwatch.PutCompositeAlarmOutput{}, s.putComposite(value(in.AlarmName), compositeProperties{
		common: common{ActionsEnabled: in.ActionsEnabled, AlarmActions: in.AlarmActions, AlarmDescription: in.AlarmDescription,
			InsufficientDataActions: in.InsufficientDataActions, OKActions: in.OKActions},
		ActionsSuppressor: in.ActionsSuppressor, ActionsSuppressorExtensionPeriod: in.ActionsSuppressorExtensionPeriod,
		ActionsSuppressorWaitPeriod: in.ActionsSuppressorWaitPeriod, AlarmRule: value(in.AlarmRule),
	}, tagMap(in.Tags))
}

func (s *Service) putComposite(name string, p compositeProperties, tags map[string]string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := s.checkRule(name, p.AlarmRule); err != nil {
		return err
	}
	return s.put(alarm{Name: name, Composite: &p, AllTags: tags})
}

// DeleteAlarms deletes all of the named alarms or, when one cannot be, none. One
// that is not there is no error.
func (s *Service) DeleteAlarms(_ context.Context, in *cloudwatch.DeleteAlarmsInput) (*cloudwatch.DeleteAlarmsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range in.AlarmNames {
		for _, watcher := range s.watchers(name) {
			if !slices.Contains(in.AlarmNames, watcher) {
				return nil, validation("Cannot delete %s as there are composite alarm(s) depending on it.", name)
			}
		}
	}
	for _, name := range in.AlarmNames {
		s.alarms.Delete(name)
		for key := range s.history.All() {
			if strings.HasPrefix(key, name+"\x00") {
				s.history.Delete(key)
			}
		}
	}
	return &cloudwatch.DeleteAlarmsOutput{}, nil
}

func (s *Service) find(name string) (alarm, error) {
	a, ok := s.alarms.Get(name)
	if !ok {
		return a, &types.ResourceNotFound{Message: new("Alarm " + name + " does not exist")}
	}
	return a, nil
}

// SetAlarmState gives an alarm a state, until it is evaluated again.
func (s *Service) SetAlarmState(_ context.Context, in *cloudwatch.SetAlarmStateInput) (*cloudwatch.SetAlarmStateOutput, error) {
	defer s.act()
	s.mu.Lock()
	defer s.mu.Unlock()
	a, err := s.find(value(in.AlarmName))
	if err != nil {
		return nil, err
	}
	if !slices.Contains(in.StateValue.Values(), in.StateValue) {
		return nil, validation("1 validation error detected: Value '%s' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]", in.StateValue)
	}
	s.become(a, in.StateValue, value(in.StateReason), value(in.StateReasonData))
	if a.Metric != nil {
		s.evaluateComposites()
	}
	return &cloudwatch.SetAlarmStateOutput{}, nil
}

// EnableAlarmActions lets alarms act.
func (s *Service) EnableAlarmActions(_ context.Context, in *cloudwatch.EnableAlarmActionsInput) (*cloudwatch.EnableAlarmActionsOutput, error) {
	s.switchActions(in.AlarmNames, true)
	return &cloudwatch.EnableAlarmActionsOutput{}, nil
}

// DisableAlarmActions keeps alarms from acting.
func (s *Service) DisableAlarmActions(_ context.Context, in *cloudwatch.DisableAlarmActionsInput) (*cloudwatch.DisableAlarmActionsOutput, error) {
	s.switchActions(in.AlarmNames, false)
	return &cloudwatch.DisableAlarmActionsOutput{}, nil
}

func (s *Service) switchActions(names []string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		a, ok := s.alarms.Get(name)
		if !ok {
			continue
		}
		a = a.copied()
		a.common().ActionsEnabled = &on
		s.alarms.Set(name, a)
	}
}

// copied has properties of its own, which may be changed.
func (a alarm) copied() alarm {
	if a.Metric != nil {
		a.Metric = new(*a.Metric)
	} else {
		a.Composite = new(*a.Composite)
	}
	return a
}
