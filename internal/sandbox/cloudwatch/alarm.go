package cloudwatch

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// common are the properties of both kinds of alarm.
type common struct {
	ActionsEnabled          *bool
	AlarmActions            []string
	AlarmDescription        *string
	AlarmName               *string
	InsufficientDataActions []string
	OKActions               []string
	Tags                    []resource.Tag
}

// metricProperties are those of AWS::CloudWatch::Alarm.
type metricProperties struct {
	common
	ComparisonOperator               types.ComparisonOperator
	DatapointsToAlarm                *int32
	Dimensions                       []types.Dimension
	EvaluateLowSampleCountPercentile *string
	EvaluationInterval               *int32
	EvaluationPeriods                *int32
	ExtendedStatistic                *string
	MetricName                       *string
	Metrics                          []types.MetricDataQuery
	Namespace                        *string
	Period                           *int32
	Statistic                        types.Statistic
	Threshold                        *float64
	ThresholdMetricId                *string
	TreatMissingData                 *string
	Unit                             types.StandardUnit
}

// compositeProperties are those of AWS::CloudWatch::CompositeAlarm.
type compositeProperties struct {
	common
	ActionsSuppressor                *string
	ActionsSuppressorExtensionPeriod *int32
	ActionsSuppressorWaitPeriod      *int32
	AlarmRule                        string `cfn:"required"`
}

// alarm is a metric alarm or a composite one: one of Metric and Composite is set.
type alarm struct {
	Name      string
	Metric    *metricProperties
	Composite *compositeProperties
	AllTags   map[string]string
	// Configured is when the alarm was last put.
	Configured time.Time

	State              types.StateValue
	Reason, ReasonData string
	// Updated is when the state was last set, Transitioned when it last became
	// another one.
	Updated, Transitioned time.Time
	// Held is the state before the last one while the actions for the last one are
	// held back, otherwise empty.
	Held types.StateValue
}

func (a alarm) common() *common {
	if a.Metric != nil {
		return &a.Metric.common
	}
	return &a.Composite.common
}

func (a alarm) kind() types.AlarmType {
	if a.Metric != nil {
		return types.AlarmTypeMetricAlarm
	}
	return types.AlarmTypeCompositeAlarm
}

func (s *Service) arn(name string) string { return s.host.ARN("cloudwatch", "alarm:"+name) }

func (s *Service) now() time.Time { return s.host.Clock.Now().UTC().Truncate(time.Millisecond) }

// put makes an alarm, or gives one that is there another configuration and leaves
// it its state. New tags count only for a new alarm, as in AWS.
func (s *Service) put(a alarm) error {
	before, there := s.alarms.Get(a.Name)
	if there && before.kind() != a.kind() {
		return validation("An alarm of another type is already named %s", a.Name)
	}
	a.Configured = s.now()
	summary := "Alarm %q created"
	if there {
		a.State, a.Reason, a.ReasonData, a.Updated, a.Transitioned, a.AllTags, a.Held =
			before.State, before.Reason, before.ReasonData, before.Updated, before.Transitioned, before.AllTags, before.Held
		summary = "Alarm %q updated"
	} else {
		a.State, a.Reason = types.StateValueInsufficientData, "Unchecked: Initial alarm creation"
		a.Updated, a.Transitioned = a.Configured, a.Configured
	}
	s.alarms.Set(a.Name, a)
	s.record(a, types.HistoryItemTypeConfigurationUpdate, fmt.Sprintf(summary, a.Name), map[string]any{"version": "1.0"})
	s.evaluateComposites()
	s.start()
	return nil
}

// become gives an alarm a state, and queues the actions for it.
func (s *Service) become(a alarm, to types.StateValue, reason, data string) {
	from := a.State
	a.State, a.Reason, a.ReasonData, a.Updated = to, reason, data, s.now()
	if from != to {
		a.Transitioned = a.Updated
		a = s.due(a, from)
	}
	s.alarms.Set(a.Name, a)
	if from != to {
		s.record(a, types.HistoryItemTypeStateUpdate, fmt.Sprintf("Alarm updated from %s to %s", from, to), map[string]any{
			"version":  "1.0",
			"oldState": map[string]any{"stateValue": from},
			"newState": map[string]any{"stateValue": to, "stateReason": reason},
		})
	}
}

// evaluateComposites sets the composite alarms' states by their rules, again and
// again while one changes, for one may watch another.
func (s *Service) evaluateComposites() {
	for range s.alarms.Len() {
		changed := false
		for _, a := range s.alarms.All() {
			if a.Composite == nil {
				continue
			}
			parsed, err := parseRule(a.Composite.AlarmRule)
			if err != nil {
				continue // it was checked when it was put
			}
			state := types.StateValueOk
			if parsed.holds(s.stateOf) {
				state = types.StateValueAlarm
			}
			if state != a.State {
				s.become(a, state, s.compositeReason(a, parsed), s.compositeData(parsed))
				changed = true
			}
		}
		if !changed {
			return
		}
	}
}

// stateOf is the state of an alarm by name or ARN, empty for none.
func (s *Service) stateOf(name string) types.StateValue {
	a, ok := s.alarms.Get(s.nameOf(name))
	if !ok {
		return ""
	}
	return a.State
}

// nameOf is the name in an alarm's ARN, or the name itself.
func (s *Service) nameOf(nameOrARN string) string { return strings.TrimPrefix(nameOrARN, s.arn("")) }
