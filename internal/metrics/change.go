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
	ChangeDestroy ChangeKind = "destroy"
)

// Changes are what was changed within the last 24 hours, and the last change before,
// the newest first.
type Changes struct {
	Source Source
	List   []Change
}

// Change is one of them.
type Change struct {
	At   time.Time
	Kind ChangeKind
	// Resource is what was changed: "Database", "ai", "ai-processing".
	Resource string
	// What says it in words: "build 3f2c1a9, 4 stacks", "version 7", "14 messages".
	What string
	// Who did it; empty where AWS does not tell.
	Who string
	// Failed tells that it did not come to its end.
	Failed bool
}
