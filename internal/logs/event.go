package logs

import "time"

// Line is one log event, as CloudWatch Logs has it.
type Line struct {
	// Group is the place in Options.Groups of the group that the line is from.
	Group  int
	Stream string
	// ID is AWS's event id; empty for what came by Live Tail.
	ID string
	// Timestamp and Ingestion are in milliseconds since 1970.
	Timestamp, Ingestion int64
	Message              string
	// Late marks a line that came to light after a later one had been released.
	Late bool

	// order tells lines of the same millisecond apart, as AWS ordered them.
	order uint64
}

// Time is when the line was written.
func (l Line) Time() time.Time { return time.UnixMilli(l.Timestamp) }

// Event is something that a follower tells: lines, a notice, or that all groups have
// been read up to now.
type Event struct {
	// Lines are in the order of their times.
	Lines []Line
	// Notice is nil but in an event of its own.
	Notice *Notice
	// CaughtUp is set in the one event that comes after the lines that were there
	// when the follower began.
	CaughtUp bool
	// Cursor is set in the last event: where to go on from.
	Cursor *Cursor
}

// Matter is what a notice is about.
type Matter string

// The matters of notices.
const (
	// Throttled, Unreachable and Refused tell that a group cannot be read just now.
	Throttled   Matter = "throttled"
	Unreachable Matter = "unreachable"
	Refused     Matter = "refused"
	// Missing tells that there is no such group yet.
	Missing Matter = "missing"
	// Recovered tells that the group can be read again, nothing being lost.
	Recovered Matter = "recovered"
	// Gap tells that nothing was read for a while, as in sleep, and is read now.
	Gap Matter = "gap"
	// Crowded tells that lines come faster than can be remembered for as long as
	// late ones are waited for.
	Crowded Matter = "crowded"
	// Sampled tells that AWS left lines out of Live Tail; they are read after it.
	Sampled Matter = "sampled"
	// LiveEnded tells that a Live Tail session failed, and another one will begin.
	LiveEnded Matter = "liveEnded"
)

// Notice is something that a person who follows should know.
type Notice struct {
	Matter Matter
	// Group is as in Line, -1 for all of them.
	Group int
	// After is how long until the next try, or how long a gap was.
	After time.Duration
	// Err is what AWS said, nil where it said nothing.
	Err error
}
