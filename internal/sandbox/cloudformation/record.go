package cloudformation

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// The records are what the journal keeps. They are values: to change one, take
// it, change the copy without touching what it points to, and put it back.

// Stack is one stack, deleted ones included.
type Stack struct {
	ID, Name string
	Status   types.StackStatus
	Reason   string
	Created  time.Time
	Updated  *time.Time
	Deleted  *time.Time

	// Stable is what the stack was when its last operation succeeded; nil if none has.
	Stable *Definition
	// Current is what the latest operation applies or has applied.
	Current *Definition
	Outputs []types.Output

	// Operations are the latest ones, newest first.
	Operations []types.OperationEntry
	// ChangeSetID is the executed change set that made the stack what it is.
	ChangeSetID           string
	DisableRollback       bool
	RetainExceptOnCreate  bool
	TerminationProtection bool
	TimeoutInMinutes      *int32
	Policy                string
	// Tokens maps the client request tokens seen to the operations they began.
	Tokens map[string]string
	// Imports are the exports of other stacks that the stack's values use.
	Imports []string

	DriftStatus  types.StackDriftStatus
	DriftChecked *time.Time
}

// Definition is everything that decides what a stack's resources should be.
type Definition struct {
	Template string
	// Description is the template's.
	Description      string
	Parameters       []Value
	Tags             []types.Tag
	Capabilities     []types.Capability
	NotificationARNs []string
	RoleARN          *string
	Monitoring       *types.RollbackConfiguration
}

// Value is a parameter's value; Resolved is set for one that names a Parameter
// Store parameter.
type Value struct {
	Key, Value string
	Resolved   *string
	NoEcho     bool
}

// Incarnation is one physical resource behind a logical id.
type Incarnation struct {
	Type       string
	PhysicalID string
	// Properties hold no intrinsic functions; dynamic references are still in them.
	Properties map[string]any
	Attributes map[string]any
	// Tags are the stack's as handed to the resource.
	Tags                                map[string]string
	DependsOn                           []string
	DeletionPolicy, UpdateReplacePolicy string
	Metadata                            any
	// Adopted marks a resource that existed before it came into the stack.
	Adopted bool
	// Keep marks garbage that a policy retains.
	Keep bool
}

// Resource is what is known of one logical id of a stack.
type Resource struct {
	StackID, LogicalID string
	Status             types.ResourceStatus
	Reason             string
	Updated            time.Time

	// Live is what Ref and Fn::GetAtt speak of. Its PhysicalID is empty before creation.
	Live Incarnation
	// Stable is what Live was at the stack's last stable state. It is set by the
	// first change since; New marks a resource that did not exist then.
	Stable *Incarnation
	New    bool
	// Dirty is set from a failed update until one succeeds: what is live may be
	// anything between the two.
	Dirty bool
	// Garbage waits for the next cleanup.
	Garbage []Incarnation
	// Leaving marks a resource whose record ends with the next cleanup.
	Leaving bool
	// Step is the latest one.
	Step Step

	Drift *Drift
}

// Step is how far one action on a resource has come.
type Step struct {
	Operation string
	Action    action
	Progress  progress
	// Wanted is what a create, replace or update leads to.
	Wanted Incarnation
	// Shown are the properties as events show them, NoEcho parameters masked.
	Shown string
	// Until is when the resource's time is over.
	Until time.Time
}

type action string

const (
	actionCreate  action = "create"
	actionImport  action = "import"
	actionUpdate  action = "update"
	actionReplace action = "replace"
	actionDelete  action = "delete"
)

type progress string

const (
	begun    progress = "begun"    // announced, nothing done
	settling progress = "settling" // the service has answered, time passes
	done     progress = "done"
	failed   progress = "failed"
	skipped  progress = "skipped"
)

// ChangeSet is a change set, executed and obsolete ones included.
type ChangeSet struct {
	ID, Name, StackID, StackName string
	Type                         types.ChangeSetType
	Description                  *string
	Created                      time.Time
	Status                       types.ChangeSetStatus
	Reason                       string
	Execution                    types.ExecutionStatus
	Target                       Definition
	Changes                      []plannedChange
	OnStackFailure               types.OnStackFailure
	ImportExistingResources      *bool
	IncludeNestedStacks          *bool
	DeploymentMode               types.DeploymentMode
	DeploymentConfig             *types.DeploymentConfig
	ClientToken                  string
}

// Operation is work on a stack that is not finished.
type Operation struct {
	ID      string
	Type    types.OperationType
	StackID string
	Token   *string
	Phase   phase
	// Target is what is applied; Stable is what a rollback goes back to.
	Target *Definition

	DisableRollback      bool
	DeleteOnFailure      bool
	RetainExceptOnCreate bool
	ImportExisting       bool
	Force                bool
	// Cancelled is set by CancelUpdateStack.
	Cancelled bool
	// Abandoned is set when a deletion takes over.
	Abandoned   bool
	Retain      []string
	Skip        []string
	ChangeSetID string
	// Policy replaces the stack's policy during the operation.
	Policy string
	// Next is the deletion that follows an abandoned operation.
	Next *Operation
}

// Event is one stack event.
type Event struct {
	types.StackEvent
	// Type is the operation's, for DescribeEvents.
	Type types.OperationType
}
