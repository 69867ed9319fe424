package cloudwatch

import (
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/expression"
)

const longestSpan = 7 * 24 * 3600 // seconds that an alarm may look back

func checkName(name string) error {
	if name == "" || len(name) > 255 {
		return validation("1 validation error detected: Value '%s' at 'alarmName' failed to satisfy constraint: Member must have length between 1 and 255", name)
	}
	return nil
}

// check refuses a metric alarm that could never be evaluated.
func (p metricProperties) check() error {
	switch {
	case p.EvaluationPeriods == nil || *p.EvaluationPeriods < 1:
		return validation("EvaluationPeriods must be given and at least 1")
	case !slices.Contains(p.ComparisonOperator.Values(), p.ComparisonOperator):
		return validation("1 validation error detected: Value '%s' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanThreshold, LessThanOrEqualToThreshold, LessThanLowerOrGreaterThanUpperThreshold, LessThanLowerThreshold, GreaterThanUpperThreshold]", p.ComparisonOperator)
	case p.Threshold == nil && p.ThresholdMetricId == nil:
		return validation("Exactly one of Threshold or ThresholdMetricId must be specified")
	case p.DatapointsToAlarm != nil && (*p.DatapointsToAlarm < 1 || *p.DatapointsToAlarm > *p.EvaluationPeriods):
		return validation("DatapointsToAlarm must be at least 1 and at most EvaluationPeriods")
	case p.TreatMissingData != nil && !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing"}, *p.TreatMissingData):
		return validation("Value for parameter TreatMissingData: %s is invalid. Allowed values: [breaching, notBreaching, ignore, missing]", *p.TreatMissingData)
	case len(p.AlarmActions) > 5 || len(p.OKActions) > 5 || len(p.InsufficientDataActions) > 5:
		return validation("An alarm can have at most 5 actions for each state")
	case len(p.Metrics) > 0:
		return p.checkQueries()
	}
	return p.checkMetric()
}

func (p metricProperties) checkMetric() error {
	switch {
	case p.MetricName == nil || p.Namespace == nil:
		return validation("The parameters MetricName and Namespace are required without Metrics")
	case (p.Statistic == "") == (p.ExtendedStatistic == nil):
		return validation("Exactly one of Statistic or ExtendedStatistic must be specified")
	case p.Period == nil || !validPeriod(*p.Period):
		return validation("The value for period must be 10, 20, 30 or any multiple of 60")
	case *p.Period**p.EvaluationPeriods > longestSpan:
		return validation("Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800).")
	}
	return nil
}

func validPeriod(seconds int32) bool {
	return seconds == 10 || seconds == 20 || seconds == 30 || seconds > 0 && seconds%60 == 0
}

// checkQueries checks an alarm on a metric math expression.
func (p metricProperties) checkQueries() error {
	if p.MetricName != nil || p.Namespace != nil || p.Period != nil || p.Statistic != "" || len(p.Dimensions) > 0 {
		return validation("Metrics list cannot be used together with MetricName, Dimensions, Period, Namespace, Statistic, ExtendedStatistic, Unit.")
	}
	if err := checkQueries(p.Metrics); err != nil {
		return err
	}
	returned := 0
	for _, q := range p.Metrics {
		if q.Expression != nil {
			if _, err := expression.Parse(*q.Expression); err != nil {
				return validation("Metrics: error in expression '%s': %v", value(q.Id), err)
			}
		}
		if q.ReturnData == nil || *q.ReturnData {
			returned++
		}
	}
	if returned != 1 {
		return validation("Exactly two elements of the metrics list should return data when ThresholdMetricId is set, exactly one otherwise; %d do", returned)
	}
	return nil
}

// checkRule parses a composite alarm's rule and looks for the alarms in it.
func (s *Service) checkRule(self, text string) error {
	parsed, err := parseRule(text)
	if err != nil {
		return err
	}
	var missing []string
	for _, name := range parsed.alarms() {
		if s.nameOf(name) == self {
			return validation("Could not save the composite alarm as its rule refers to itself")
		}
		if s.stateOf(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return validation("Could not save the composite alarm as alarms [%s] in the alarm rule do not exist", strings.Join(missing, ", "))
	}
	return nil
}

// watchers are the composite alarms whose rules name an alarm.
func (s *Service) watchers(name string) []string {
	var out []string
	for _, a := range s.alarms.All() {
		if a.Composite == nil {
			continue
		}
		parsed, err := parseRule(a.Composite.AlarmRule)
		if err == nil && slices.ContainsFunc(parsed.alarms(), func(n string) bool { return s.nameOf(n) == name }) {
			out = append(out, a.Name)
		}
	}
	return out
}
