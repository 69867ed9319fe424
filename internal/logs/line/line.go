// Package line understands one line of a log: Lambda's own lines in their text and
// JSON formats, lines of JSON that programs write, metrics embedded in lines, the
// access logs of API Gateway, and plain text. It never fails: what it does not know
// is text.
//
// The forms of Lambda's lines:
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
package line

import (
	"strings"
	"time"
)

// Kind is what a line is.
type Kind string

// The kinds of lines.
const (
	// Text is what a program wrote.
	Text Kind = "text"
	// Init, Start, End and Report are Lambda's.
	Init   Kind = "init"
	Start  Kind = "start"
	End    Kind = "end"
	Report Kind = "report"
	// Platform is of Lambda, too, and none of these.
	Platform Kind = "platform"
	// Metrics is in CloudWatch's embedded metric format.
	Metrics Kind = "metrics"
	// Access is of an API's access log.
	Access Kind = "access"
)

// Outcome is how an invocation ended badly, empty where it did not.
type Outcome string

// The outcomes.
const (
	TimedOut    Outcome = "timeout"
	OutOfMemory Outcome = "out of memory"
	Crashed     Outcome = "crashed"
)

// Field is a member of a line of JSON.
type Field struct {
	Name string
	// Value is as a person reads it: a string's text, else JSON.
	Value string
}

// Parsed is a line that was understood.
type Parsed struct {
	Kind  Kind
	Level Level
	// RequestID is that of an invocation, or of a request to an API; often absent.
	RequestID string
	// Text is the message, Fields what a line of JSON has beside it.
	Text   string
	Fields []Field
	// Usage is of a Report, else nil.
	Usage   *Usage
	Outcome Outcome
}

// Usage is what a report says of an invocation.
type Usage struct {
	Duration, Billed, Init, Restore time.Duration
	// MemoryMB is the function's size, UsedMB the most it has used.
	MemoryMB, UsedMB int
	// Status is empty for success; ErrorType is AWS's.
	Status, ErrorType string
}

// Parse understands a line.
func Parse(message string) Parsed {
	trimmed := strings.TrimSpace(message)
	if strings.HasPrefix(trimmed, "{") {
		if p, ok := parseJSON(trimmed); ok {
			return p
		}
	}
	if p, ok := parsePlatform(trimmed); ok {
		return p
	}
	return parseText(message)
}
