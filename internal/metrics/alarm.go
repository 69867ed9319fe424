package metrics

import "time"

// Alarms are the environment's CloudWatch alarms, those in alarm first, then by name.
type Alarms struct {
	Row
	List []Alarm
	// Firing, Fine, NoData and Muted count them; a muted one counts in its state too.
	Firing, Fine, NoData, Muted int
	// MutedUntil is when the last mute ends, zero without one.
	MutedUntil time.Time
}

// AlarmState is CloudWatch's word.
type AlarmState string

// The states of an alarm.
const (
	AlarmOK     AlarmState = "OK"
	AlarmFiring AlarmState = "ALARM"
	AlarmNoData AlarmState = "INSUFFICIENT_DATA"
)

// Alarm is a CloudWatch alarm of the environment.
type Alarm struct {
	// Name is without what all of them share, "ai-processing-dlq-not-empty"; Physical
	// is CloudWatch's.
	Name, Physical string
	Description    string
	State          AlarmState
	// Since is when it came to this state, Reason what CloudWatch says of it.
	Since  time.Time
	Reason string
	// Composite watches other alarms.
	Composite bool
	// Resource and Matter are what it watches; Level what it means when it fires.
	Resource Resource
	Matter   Matter
	Level    Level
	// MutedUntil is when the mute rule that holds its actions back ends; zero while
	// none does.
	MutedUntil time.Time
}

// Muted reports whether its actions are held back.
func (a Alarm) Muted() bool { return !a.MutedUntil.IsZero() }

// AlarmEvent is one entry of an alarm's history.
type AlarmEvent struct {
	At    time.Time
	Alarm string // its short name
	// Kind is "state", "action" or "configuration".
	Kind string
	// From and To are of a change of state.
	From, To AlarmState
	Summary  string
}
