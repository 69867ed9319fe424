package metrics

import "time"

// ChangeKind is what kind of thing was changed.
type ChangeKind string

// The kinds of changes.
const (
	ChangeDeploy  ChangeKind = "deploy"
	ChangeSecret  ChangeKind = "secret"
	ChangeRedrive ChangeKind = "redrive"
	ChangePause   ChangeKind = "pause"
	ChangeResume  ChangeKind = "resume"
	ChangePurge   ChangeKind = "purge"
	ChangeDestroy ChangeKind = "destroy"
	// ChangeOther is any other change that CloudTrail tells of, by the name of its event.
	ChangeOther ChangeKind = "change"
)

// Changes are what was changed within the last 24 hours, and the last change before,
// the newest first.
type Changes struct {
	Source Source
	List   []Change
	// Trail is how CloudTrail answered, which knows who did what and changes that nobody
	// else tells.
	Trail Trail
}

// Trail is how far CloudTrail told.
type Trail struct {
	// Err is why it did not; then who changed something is known of few changes. Code is
	// AWS's, as in Source.
	Err  error
	Code string
	// Cut is set where the account has so many events that some of those before it were
	// not read.
	Cut time.Time
}

// Change is one of them.
type Change struct {
	At   time.Time
	Kind ChangeKind
	// Resource is what was changed: "Database", "ai", "ai-processing".
	Resource string
	// What says it in words: "build 3f2c1a9, 4 stacks", "version 7", "14 messages".
	What string
	// Who did it, a person's name as far as there is one; empty where AWS does not tell.
	Who string
	// Via is what they did it with, "keyvex" or "the AWS console", and Run keyvex's run;
	// empty where that is not known.
	Via, Run string
	// Failed tells that it did not come to its end.
	Failed bool
}
