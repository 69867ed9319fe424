package cloudwatch

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Topics is SNS as alarms use it.
type Topics interface {
	// Notify publishes a message to a topic.
	Notify(topicARN, subject, message string) error
}

// Tell says who takes the notifications of alarms; without it, actions fail.
func (s *Service) Tell(topics Topics) { s.topics = topics }

// transition is a change of state whose actions are to be carried out.
type transition struct {
	alarm alarm
	from  types.StateValue
}

func (c *common) actionsFor(state types.StateValue) []string {
	switch state {
	case types.StateValueAlarm:
		return c.AlarmActions
	case types.StateValueOk:
		return c.OKActions
	}
	return c.InsufficientDataActions
}

// due queues the actions of a change of state, or holds them back while the alarm
// is muted or suppressed.
func (s *Service) due(a alarm, from types.StateValue) alarm {
	if !*a.common().acting() || len(a.common().actionsFor(a.State)) == 0 {
		a.Held = ""
		return a
	}
	if s.quiet(a, s.now()) {
		a.Held = from
		return a
	}
	a.Held = ""
	s.transitions = append(s.transitions, transition{a, from})
	return a
}

// release queues the actions that were held back for alarms that are not quiet any
// more: they are still in the state that the actions are for.
func (s *Service) release(now time.Time) {
	for _, a := range s.alarms.All() {
		if a.Held == "" || s.quiet(a, now) {
			continue
		}
		from := a.Held
		a = s.due(a, from)
		s.alarms.Set(a.Name, a)
	}
}

// quiet reports whether actions wait: a mute rule is active, or the alarm that
// suppresses a composite one is in ALARM.
func (s *Service) quiet(a alarm, now time.Time) bool { return s.suppressed(a) || s.muted(a.Name, now) }

func (s *Service) suppressed(a alarm) bool {
	return a.Composite != nil && a.Composite.ActionsSuppressor != nil && s.stateOf(*a.Composite.ActionsSuppressor) == types.StateValueAlarm
}

// act carries out what is queued. The caller must not hold the lock: topics may
// lead back here.
func (s *Service) act() {
	s.mu.Lock()
	queued := s.transitions
	s.transitions = nil
	s.mu.Unlock()
	for _, t := range queued {
		for _, action := range t.alarm.common().actionsFor(t.alarm.State) {
			err := s.perform(action, t)
			s.mu.Lock()
			s.recordAction(t.alarm, action, err)
			s.mu.Unlock()
		}
	}
}

func (s *Service) perform(action string, t transition) error {
	if !strings.HasPrefix(action, "arn:aws:sns:") {
		return fmt.Errorf("only SNS topics can be notified here")
	}
	if s.topics == nil {
		return fmt.Errorf("there is no SNS")
	}
	subject := fmt.Sprintf("%s: %q in %s", t.alarm.State, t.alarm.Name, regionName(s.host.Region))
	return s.topics.Notify(action, subject, s.notification(t))
}

func (s *Service) recordAction(a alarm, action string, failed error) {
	if _, there := s.alarms.Get(a.Name); !there {
		return // it was deleted meanwhile, and its history with it
	}
	data := map[string]any{"actionState": "Succeeded", "notificationResource": action, "stateUpdateTimestamp": a.Updated.UnixMilli()}
	summary := "Successfully executed action " + action
	if failed != nil {
		summary = "Failed to execute action " + action
		data["actionState"], data["error"] = "Failed", failed.Error()
	}
	s.record(a, types.HistoryItemTypeAction, summary, data)
}
