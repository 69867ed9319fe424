package deploy

import (
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// EventKind says what an event is about.
type EventKind string

// The kinds.
const (
	// StackEvent: Stack is new. Every stack has one at the beginning.
	StackEvent EventKind = "stack"
	// ResourceEvent: Resource has changed, and Stack counts it.
	ResourceEvent EventKind = "resource"
	// AssetEvent: Asset has been checked or uploaded.
	AssetEvent EventKind = "asset"
	// NoticeEvent: Notice is something that a person should know.
	NoticeEvent EventKind = "notice"
	// DoneEvent: Result is what the run came to. It is the last one, and comes
	// with the error if there is one.
	DoneEvent EventKind = "done"
)

// Event is one step of a run. The stream must deliver: none is dropped, however
// slowly it is read, and those of one stack are in order.
type Event struct {
	Kind EventKind
	Time time.Time
	// Stack is the whole state of the stack that the event is about: whoever draws
	// keeps the last one of each stack.
	Stack StackProgress
	// Resource is set in a ResourceEvent.
	Resource ResourceProgress
	// Asset is set in an AssetEvent.
	Asset AssetProgress
	// Notice is a sentence, lower case, without a full stop.
	Notice string
	// Result is set in a DoneEvent.
	Result *Result
	// Remaining is the expected time to the end of the run, 0 when unknown.
	Remaining time.Duration
}

// State is where a stack is in a run.
type State string

// The states. From Complete on they are final.
const (
	Waiting     State = "waiting"      // for the stacks in WaitsFor
	Preparing   State = "preparing"    // its change set
	Attached    State = "attached"     // to an operation of an earlier run
	Creating    State = "creating"     //
	Updating    State = "updating"     //
	Deleting    State = "deleting"     //
	RollingBack State = "rolling back" //
	Complete    State = "complete"     //
	NoChange    State = "unchanged"    //
	Failed      State = "failed"       // and not rolled back
	RolledBack  State = "rolled back"  // it failed, and is as it was
	Skipped     State = "skipped"      // never started, because another failed or the run ended
	Running     State = "left running" // the run ended before it did
	Gone        State = "deleted"      //
)

// Final reports whether a stack's run is over.
func (s State) Final() bool {
	switch s {
	case Complete, NoChange, Failed, RolledBack, Skipped, Running, Gone:
		return true
	}
	return false
}

// StackProgress is the state of one stack.
type StackProgress struct {
	Stack platform.Stack
	// Name is the CloudFormation stack's name.
	Name  string
	State State
	// Status is CloudFormation's last known one.
	Status string
	// WaitsFor lists the stacks that must be complete before this one starts.
	WaitsFor []platform.Stack
	// Done of Total resources have reached what this operation wants of them.
	Done, Total int
	// Undone counts the resources that a rollback has put back.
	Undone int
	// Started is zero before the stack's turn has come.
	Started time.Time
	// Took is the duration so far.
	Took time.Duration
	// Reason is why the stack failed, in the server's own words, and
	// ReasonResource the logical id of the resource that failed first.
	Reason, ReasonResource string
}

// ResourceProgress is the state of one resource of a stack.
type ResourceProgress struct {
	ResourceName
	// Status is CloudFormation's: CREATE_IN_PROGRESS ...
	Status string
	// Reason is CloudFormation's, usually empty.
	Reason string
	// Time is when CloudFormation saw it.
	Time time.Time
	// Took is the time since the resource's operation began, by CloudFormation's clock.
	Took time.Duration
}

// AssetProgress is the state of one asset.
type AssetProgress struct {
	Key string
	// Size is the length in bytes.
	Size int64
	// Uploaded is false for an asset that was there.
	Uploaded bool
}
