package host

import "time"

// LogLine is a line on its way into a log stream.
type LogLine struct {
	At      time.Time
	Message string
}
