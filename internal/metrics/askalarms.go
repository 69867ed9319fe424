package metrics

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/platform"
)

// AlarmStore is what is needed of CloudWatch's alarms and of the rules that mute them.
type AlarmStore interface {
	AlarmReader
	Muter
}

// AlarmReader reads alarms and what became of them.
type AlarmReader interface {
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
	DescribeAlarmHistory(context.Context, *cloudwatch.DescribeAlarmHistoryInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmHistoryOutput, error)
}

// Muter keeps the actions of alarms back for a while.
type Muter interface {
	ListAlarmMuteRules(context.Context, *cloudwatch.ListAlarmMuteRulesInput, ...func(*cloudwatch.Options)) (*cloudwatch.ListAlarmMuteRulesOutput, error)
	GetAlarmMuteRule(context.Context, *cloudwatch.GetAlarmMuteRuleInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetAlarmMuteRuleOutput, error)
	PutAlarmMuteRule(context.Context, *cloudwatch.PutAlarmMuteRuleInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutAlarmMuteRuleOutput, error)
	DeleteAlarmMuteRule(context.Context, *cloudwatch.DeleteAlarmMuteRuleInput, ...func(*cloudwatch.Options)) (*cloudwatch.DeleteAlarmMuteRuleOutput, error)
}

// alarmPage is the most alarms, and entries of their history, that come at once.
const alarmPage = 100

// askAlarms reads the environment's alarms and which of them are muted.
func (c *Collector) askAlarms(ctx context.Context) error {
	alarms, err := c.ListAlarms(ctx)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alarms = alarms
	return nil
}

// ListAlarms reads the environment's alarms, those that fire first.
func (c *Collector) ListAlarms(ctx context.Context) ([]Alarm, error) {
	prefix, _ := around(c.Environment)
	in := &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: &prefix, AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}, MaxRecords: new(int32(alarmPage)),
	}
	out, err := cloud.ListAll(func(token *string) (out []Alarm, _ *string, _ error) {
		in.NextToken = token
		page, err := c.Alarms.DescribeAlarms(ctx, in)
		c.charge(1, alarmPrice)
		if err != nil {
			return nil, nil, err
		}
		for _, a := range page.MetricAlarms {
			out = c.keep(out, Alarm{
				Physical: aws.ToString(a.AlarmName), Description: aws.ToString(a.AlarmDescription), State: AlarmState(a.StateValue),
				Since: changed(a.StateTransitionedTimestamp, a.StateUpdatedTimestamp), Reason: aws.ToString(a.StateReason),
			})
		}
		for _, a := range page.CompositeAlarms {
			out = c.keep(out, Alarm{
				Physical: aws.ToString(a.AlarmName), Description: aws.ToString(a.AlarmDescription), State: AlarmState(a.StateValue),
				Since: changed(a.StateTransitionedTimestamp, a.StateUpdatedTimestamp), Reason: aws.ToString(a.StateReason), Composite: true,
			})
		}
		return out, page.NextToken, nil
	})
	if err == nil {
		err = c.markMuted(ctx, out)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b Alarm) int {
		return cmp.Or(cmp.Compare(rankOf(a), rankOf(b)), strings.Compare(a.Name, b.Name))
	})
	return out, nil
}

func changed(transitioned, updated *time.Time) time.Time {
	if transitioned != nil {
		return *transitioned
	}
	return aws.ToTime(updated)
}

func rankOf(a Alarm) int {
	switch a.State {
	case AlarmFiring:
		return -int(a.Level)
	case AlarmNoData:
		return 1
	}
	return 2
}

// keep adds an alarm if it is one of the environment's.
func (c *Collector) keep(all []Alarm, a Alarm) []Alarm {
	what, ok := alarmName(c.Environment, a.Physical)
	if !ok {
		return all
	}
	if a.Resource, a.Matter, a.Level, ok = watched(what); !ok {
		return all
	}
	a.Name = what
	return append(all, a)
}

// around is what stands before and behind an alarm's short name.
func around(env platform.Environment) (prefix, suffix string) {
	const mark = "\x00"
	prefix, suffix, _ = strings.Cut(env.AlarmName(mark), mark)
	return prefix, suffix
}

func alarmName(env platform.Environment, physical string) (string, bool) {
	prefix, suffix := around(env)
	rest, front := strings.CutPrefix(physical, prefix)
	what, back := strings.CutSuffix(rest, suffix)
	return what, front && back && what != ""
}

// watched says what an alarm of package stacks watches, by its short name. An alarm
// that it does not know is another environment's, or somebody's own.
func watched(what string) (r Resource, m Matter, level Level, ok bool) {
	level = Broken
	stem, degraded := strings.CutSuffix(what, "-degraded")
	if degraded {
		level = Degraded
	} else {
		stem = strings.TrimSuffix(what, "-broken")
	}
	if what == "verdict" {
		return Resource{KindAlarm, "verdict"}, MatterAlarm, Broken, true
	}
	for _, f := range platform.Functions {
		switch stem {
		case string(f) + "-errors":
			return Resource{KindFunction, string(f)}, MatterErrors, level, true
		case string(f) + "-throttled":
			return Resource{KindFunction, string(f)}, MatterThrottles, level, true
		}
	}
	for _, q := range platform.Queues {
		switch stem {
		case string(q) + "-oldest-message":
			return Resource{KindQueue, string(q)}, MatterOldest, level, true
		case q.DeadLetter() + "-not-empty":
			return Resource{KindQueue, string(q)}, MatterDead, level, true
		}
	}
	switch {
	case stem == "table-throttled":
		return Resource{KindTable, "table"}, MatterThrottles, level, true
	case stem == "rest-errors":
		return Resource{KindREST, "rest"}, MatterREST5xx, level, true
	case strings.HasPrefix(stem, "redis-") && strings.HasSuffix(stem, "-cpu"):
		return Resource{KindCache, "cache"}, MatterCPU, level, true
	case strings.HasPrefix(stem, "redis-") && strings.HasSuffix(stem, "-memory"):
		return Resource{KindCache, "cache"}, MatterMemory, level, true
	}
	return r, m, level, false
}

// AlarmHistory is what became of one alarm, or of all of the environment's with an
// empty name, since a time; the newest first.
func (c *Collector) AlarmHistory(ctx context.Context, name string, since time.Time) ([]AlarmEvent, error) {
	in := &cloudwatch.DescribeAlarmHistoryInput{
		StartDate: &since, EndDate: new(c.Clock.Now()), ScanBy: types.ScanByTimestampDescending, MaxRecords: new(int32(alarmPage)),
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	}
	if name != "" {
		in.AlarmName = new(c.Environment.AlarmName(strings.ToLower(name)))
	}
	out, err := cloud.ListAll(func(token *string) (out []AlarmEvent, _ *string, _ error) {
		in.NextToken = token
		page, err := c.Alarms.DescribeAlarmHistory(ctx, in)
		c.charge(1, alarmPrice)
		if err != nil {
			return nil, nil, err
		}
		for _, item := range page.AlarmHistoryItems {
			what, ok := alarmName(c.Environment, aws.ToString(item.AlarmName))
			if _, _, _, known := watched(what); ok && known {
				out = append(out, eventOf(what, item))
			}
		}
		return out, page.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	if name != "" && len(out) == 0 { // of one that was deleted there is a history all the same
		_, err := c.findAlarm(ctx, name)
		return nil, err
	}
	return out, nil
}

func eventOf(what string, item types.AlarmHistoryItem) AlarmEvent {
	e := AlarmEvent{At: aws.ToTime(item.Timestamp), Alarm: what, Summary: aws.ToString(item.HistorySummary), Kind: "configuration"}
	switch item.HistoryItemType {
	case types.HistoryItemTypeStateUpdate:
		e.Kind = "state"
		e.From, e.To = states(aws.ToString(item.HistoryData))
	case types.HistoryItemTypeAction:
		e.Kind = "action"
	}
	return e
}
