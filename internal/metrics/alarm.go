package metrics

import "time"

// Alarms are the environment's CloudWatch alarms, those in alarm first, then by name.
type Alarms struct {
	Row
	List []Alarm
	// Firing, Fine, NoData and Muted count them; a muted one counts in its state too.
	Firing, Fine, NoData, Muted int
	// MutedUntil is when the last mute ends, zero without one and where that is not known.
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
	// Muted tells that a mute rule holds its actions back, MutedUntil when that ends; zero
	// where it is not known, as of rules that recur.
	Muted      bool
	MutedUntil time.Time
}

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
