package deploy

import "time"

// pace is how often a server is asked, and how long it is waited for.
type pace struct {
	// least and most bound the time between two polls; in between it is a share of
	// the time that has passed, so that watching adds little to what it watches.
	least, most time.Duration
	// computing is the time between two polls of a change set: a server on this
	// machine has it in milliseconds.
	computing time.Duration
	// patience is how long nothing but errors is taken for an answer.
	patience time.Duration
	// stall is how long an operation may show no sign of life.
	stall time.Duration
	// prepare is how long a change set may take to be computed.
	prepare time.Duration
}

// pollShare is the time between two polls as a share of the time passed: 1 of 50.
const pollShare = 50

// The stall limit is long because some steps are silent for long: a replication
// group takes 12 minutes, the network interfaces of a function up to 40.
func paceFor(loopback bool) pace {
	if loopback {
		return pace{
			least: 50 * time.Millisecond, most: 100 * time.Millisecond, computing: 5 * time.Millisecond,
			patience: 30 * time.Second, stall: 20 * time.Minute, prepare: time.Minute,
		}
	}
	return pace{
		least: time.Second, most: 4 * time.Second, computing: time.Second,
		patience: 10 * time.Minute, stall: time.Hour, prepare: 10 * time.Minute,
	}
}

// interval is the time to the next poll of something that began elapsed ago.
func (p pace) interval(elapsed time.Duration) time.Duration {
	return min(max(elapsed/pollShare, p.least), p.most)
}
