package cloudwatch

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// muteRule keeps the actions of alarms back while its schedule's window is open.
type muteRule struct {
	Name, Description              string
	Expression, Duration, TimeZone string
	Alarms                         []string
	Start, Expire                  *time.Time
	Updated                        time.Time
	AllTags                        map[string]string
}

func (m muteRule) schedule() schedule {
	c, _ := parseSchedule(m.Expression, m.Duration, m.TimeZone) // it was checked when it was put
	return c
}

func (m muteRule) status(now time.Time) types.AlarmMuteRuleStatus {
	c := m.schedule()
	switch {
	case m.Expire != nil && !now.Before(*m.Expire), c.over(now):
		return types.AlarmMuteRuleStatusExpired
	case (m.Start == nil || !now.Before(*m.Start)) && c.active(now):
		return types.AlarmMuteRuleStatusActive
	}
	return types.AlarmMuteRuleStatusScheduled
}

func (m muteRule) kind() *string {
	if m.schedule().fields == nil {
		return new("ONE_TIME")
	}
	return new("RECURRING")
}

func (s *Service) muteARN(name string) *string {
	return new(s.host.ARN("cloudwatch", "alarm-mute-rule:"+name))
}

// muted reports whether a rule mutes an alarm now.
func (s *Service) muted(alarm string, now time.Time) bool {
	for _, m := range s.mutes.All() {
		if slices.Contains(m.Alarms, alarm) && m.status(now) == types.AlarmMuteRuleStatusActive {
			return true
		}
	}
	return false
}

// PutAlarmMuteRule makes or replaces a mute rule.
func (s *Service) PutAlarmMuteRule(_ context.Context, in *cloudwatch.PutAlarmMuteRuleInput) (*cloudwatch.PutAlarmMuteRuleOutput, error) {
	defer s.act()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkName(value(in.Name)); err != nil {
		return nil, err
	}
	if in.Rule == nil || in.Rule.Schedule == nil {
		return nil, missing("The parameter Rule.Schedule is required.")
	}
	when := in.Rule.Schedule
	m := muteRule{
		Name: *in.Name, Description: value(in.Description), Expression: value(when.Expression), Duration: value(when.Duration),
		TimeZone: value(when.Timezone), Start: in.StartDate, Expire: in.ExpireDate, Updated: s.now(), AllTags: tagMap(in.Tags),
	}
	if _, err := parseSchedule(m.Expression, m.Duration, m.TimeZone); err != nil {
		return nil, err
	}
	if in.MuteTargets != nil {
		m.Alarms = in.MuteTargets.AlarmNames
	}
	for _, name := range m.Alarms {
		if _, err := s.find(name); err != nil {
			return nil, validation("The alarm %s does not exist.", name)
		}
	}
	s.mutes.Set(m.Name, m)
	s.release(s.now())
	return &cloudwatch.PutAlarmMuteRuleOutput{}, nil
}

// GetAlarmMuteRule shows a mute rule.
func (s *Service) GetAlarmMuteRule(_ context.Context, in *cloudwatch.GetAlarmMuteRuleInput) (*cloudwatch.GetAlarmMuteRuleOutput, error) {
	m, ok := s.mutes.Get(value(in.AlarmMuteRuleName))
	if !ok {
		return nil, &types.ResourceNotFoundException{Message: new("Alarm mute rule " + value(in.AlarmMuteRuleName) + " does not exist")}
	}
	return &cloudwatch.GetAlarmMuteRuleOutput{
		Name: &m.Name, AlarmMuteRuleArn: s.muteARN(m.Name), Description: present(m.Description), ExpireDate: m.Expire, StartDate: m.Start,
		LastUpdatedTimestamp: &m.Updated, MuteTargets: &types.MuteTargets{AlarmNames: listed(m.Alarms)}, MuteType: m.kind(),
		Rule:   &types.Rule{Schedule: &types.Schedule{Expression: &m.Expression, Duration: &m.Duration, Timezone: present(m.TimeZone)}},
		Status: m.status(s.now()),
	}, nil
}

// ListAlarmMuteRules lists mute rules, of one alarm or with certain statuses.
func (s *Service) ListAlarmMuteRules(_ context.Context, in *cloudwatch.ListAlarmMuteRulesInput) (*cloudwatch.ListAlarmMuteRulesOutput, error) {
	now := s.now()
	all := []types.AlarmMuteRuleSummary{}
	for _, m := range s.mutes.All() {
		status := m.status(now)
		if in.AlarmName != nil && !slices.Contains(m.Alarms, *in.AlarmName) || len(in.Statuses) > 0 && !slices.Contains(in.Statuses, status) {
			continue
		}
		all = append(all, types.AlarmMuteRuleSummary{
			AlarmMuteRuleArn: s.muteARN(m.Name), ExpireDate: m.Expire, LastUpdatedTimestamp: &m.Updated, MuteType: m.kind(), Status: status,
		})
	}
	some, next, err := paged(all, func(m types.AlarmMuteRuleSummary) string { return *m.AlarmMuteRuleArn }, in.NextToken, in.MaxRecords)
	return &cloudwatch.ListAlarmMuteRulesOutput{AlarmMuteRuleSummaries: some, NextToken: next}, err
}

// DeleteAlarmMuteRule removes a mute rule; one that is not there is no error. What
// it held back is carried out.
func (s *Service) DeleteAlarmMuteRule(_ context.Context, in *cloudwatch.DeleteAlarmMuteRuleInput) (*cloudwatch.DeleteAlarmMuteRuleOutput, error) {
	defer s.act()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mutes.Delete(value(in.AlarmMuteRuleName))
	s.release(s.now())
	return &cloudwatch.DeleteAlarmMuteRuleOutput{}, nil
}
