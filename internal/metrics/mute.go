package metrics

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/problem"
)

// states reads the old and the new state out of a history item's data.
func states(data string) (from, to AlarmState) {
	var item struct {
		OldState, NewState struct {
			StateValue AlarmState `json:"stateValue"`
		}
	}
	_ = json.Unmarshal([]byte(data), &item) // without it only the words of the summary remain
	return item.OldState.StateValue, item.NewState.StateValue
}

// markMuted marks the alarms that a rule mutes now.
func (c *Collector) markMuted(ctx context.Context, alarms []Alarm) error {
	in := &cloudwatch.ListAlarmMuteRulesInput{Statuses: []types.AlarmMuteRuleStatus{types.AlarmMuteRuleStatusActive}}
	rules, err := cloud.ListAll(func(token *string) ([]types.AlarmMuteRuleSummary, *string, error) {
		in.NextToken = token
		page, err := c.Alarms.ListAlarmMuteRules(ctx, in)
		c.charge(1, alarmPrice)
		if err != nil {
			return nil, nil, err
		}
		return page.AlarmMuteRuleSummaries, page.NextToken, nil
	})
	if err != nil {
		return err
	}
	for _, rule := range rules {
		if err := c.markBy(ctx, alarms, rule); err != nil {
			return err
		}
	}
	return nil
}

// markBy marks the alarms that one active rule mutes. When it ends is told by its
// expiry, or else by its schedule.
func (c *Collector) markBy(ctx context.Context, alarms []Alarm, summary types.AlarmMuteRuleSummary) error {
	arn := aws.ToString(summary.AlarmMuteRuleArn)
	rule, err := c.Alarms.GetAlarmMuteRule(ctx, &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: new(arn[strings.LastIndex(arn, ":")+1:])})
	c.charge(1, alarmPrice)
	if problem.Is(err, problem.NotFound) {
		return nil // it was deleted since it was listed
	}
	if err != nil || rule.MuteTargets == nil {
		return err
	}
	until := mutedUntil(rule)
	for i, a := range alarms {
		if slices.Contains(rule.MuteTargets.AlarmNames, a.Physical) {
			alarms[i].Muted, alarms[i].MutedUntil = true, later(a.MutedUntil, until)
		}
	}
	return nil
}

const muteLayout = "2006-01-02T15:04"

// mutedUntil is when a rule's present window ends: a single one by its beginning and
// its length, a recurring one no later than it expires; zero where it never does.
func mutedUntil(rule *cloudwatch.GetAlarmMuteRuleOutput) time.Time {
	if rule.Rule != nil && rule.Rule.Schedule != nil {
		s := rule.Rule.Schedule
		zone, err := time.LoadLocation(aws.ToString(s.Timezone))
		if err != nil {
			zone = time.UTC
		}
		text := strings.TrimSuffix(strings.TrimPrefix(aws.ToString(s.Expression), "at("), ")")
		began, err := time.ParseInLocation(muteLayout, text, zone)
		if length, ok := isoSpan(aws.ToString(s.Duration)); err == nil && ok {
			return began.Add(length)
		}
	}
	return aws.ToTime(rule.ExpireDate)
}

// isoSpan reads "P1DT2H30M".
func isoSpan(text string) (total time.Duration, ok bool) {
	days, clock, _ := strings.Cut(strings.TrimPrefix(text, "P"), "T")
	for _, part := range []struct {
		text  string
		units map[byte]time.Duration
	}{{days, map[byte]time.Duration{'D': 24 * time.Hour}}, {clock, map[byte]time.Duration{'H': time.Hour, 'M': time.Minute}}} {
		number := 0
		for i := range len(part.text) {
			letter := part.text[i]
			if letter >= '0' && letter <= '9' {
				number = 10*number + int(letter-'0')
				continue
			}
			unit, known := part.units[letter]
			if !known {
				return 0, false
			}
			total, number = total+time.Duration(number)*unit, 0
		}
	}
	return total, total > 0
}

// The bounds of a mute ("Schedule", CloudWatch API Reference).
const (
	ShortestMute = time.Minute
	LongestMute  = 15 * 24 * time.Hour
)

// muteRule names the rule with which keyvex mutes an alarm: one for each, so that a
// second mute replaces the first.
func (c *Collector) muteRule(alarm string) string { return c.Environment.AlarmName("mute-" + alarm) }

// Mute keeps an alarm's actions back from this minute on. Its state goes on changing,
// and what it missed is carried out afterwards if it still fires.
func (c *Collector) Mute(ctx context.Context, alarm string, length time.Duration) (until time.Time, err error) {
	if length < ShortestMute || length > LongestMute {
		return until, problem.New(problem.Usage, "an alarm cannot be muted for %s", length).WithHint("between a minute and 15 days")
	}
	a, err := c.findAlarm(ctx, alarm)
	if err != nil {
		return until, err
	}
	if a.Composite {
		return until, problem.New(problem.Usage, "%s notifies nobody, the alarms that it is made of do", a.Name).WithHint("keyvex alarms list -e %s", c.Environment)
	}
	// Rules begin on a minute, so this one has to be longer by what is over of it.
	now := c.Clock.Now().UTC()
	began := now.Truncate(time.Minute)
	length = min((now.Add(length).Sub(began) + time.Minute - 1).Truncate(time.Minute), LongestMute)
	_, err = c.Alarms.PutAlarmMuteRule(ctx, &cloudwatch.PutAlarmMuteRuleInput{
		Name: new(c.muteRule(a.Name)), MuteTargets: &types.MuteTargets{AlarmNames: []string{a.Physical}},
		Rule: &types.Rule{Schedule: &types.Schedule{
			Expression: new("at(" + began.Format(muteLayout) + ")"), Duration: new(fmt.Sprintf("PT%dM", length/time.Minute)), Timezone: new("UTC"),
		}},
	})
	return began.Add(length), err
}

// Unmute ends a mute of keyvex's at once.
func (c *Collector) Unmute(ctx context.Context, alarm string) error {
	a, err := c.findAlarm(ctx, alarm)
	if err != nil {
		return err
	}
	_, err = c.Alarms.DeleteAlarmMuteRule(ctx, &cloudwatch.DeleteAlarmMuteRuleInput{AlarmMuteRuleName: new(c.muteRule(a.Name))})
	return err
}

// findAlarm finds an alarm by its short name, in any case of letters.
func (c *Collector) findAlarm(ctx context.Context, alarm string) (Alarm, error) {
	all, err := c.ListAlarms(ctx)
	if err != nil {
		return Alarm{}, err
	}
	for _, a := range all {
		if strings.EqualFold(a.Name, alarm) {
			return a, nil
		}
	}
	return Alarm{}, problem.New(problem.NotFound, "%s has no alarm %q", c.Environment, alarm).WithHint("keyvex alarms list -e %s", c.Environment)
}
