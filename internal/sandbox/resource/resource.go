// Package resource is the seam between the sandbox's CloudFormation engine and
// the services: a service describes each CloudFormation type that it owns, the
// engine drives it, and neither imports the other.
package resource

import (
	"context"
	"time"
)

// Type is one CloudFormation resource type, as its owning service provides it.
type Type struct {
	// Name is CloudFormation's, "AWS::SQS::Queue".
	Name string
	// NameProperty is the property that gives the resource a custom physical
	// name, "QueueName"; empty where the type has none. A resource with a custom
	// name cannot be replaced.
	NameProperty string
	// CreateOnly lists the top-level properties whose change replaces the resource
	// (the resource reference's "Update requires: Replacement").
	CreateOnly []string
	// WriteOnly lists the top-level properties that Read cannot give back.
	WriteOnly []string
	// Attributes lists what Fn::GetAtt accepts beside the keys of Result.Attributes.
	Attributes []string

	// Times are the real-world averages of the type's lifecycle; the engine
	// divides them by the sandbox's pace.
	Times Times
	// TimesOf gives them for one resource where they depend on its properties (a
	// VPC endpoint of type Interface takes longer); nil where Times holds for all.
	TimesOf func(properties map[string]any) Times

	// What Create, Update and Delete write into the state is one transaction with
	// what the engine notes of it: a crash leaves both or neither.
	Create func(ctx context.Context, r Request) (Result, error)
	// Update changes the resource in place. Nil means that no property can be
	// changed without replacement.
	Update func(ctx context.Context, r Request) (Result, error)
	// Delete removes the resource. One that is gone already is no error.
	Delete func(ctx context.Context, r Request) error
	// Read gives the live properties, for drift detection and for the check that
	// a resource still exists. It reports ok false for one that does not.
	Read func(ctx context.Context, physicalID string) (properties map[string]any, ok bool, err error)
	// Find looks for a live resource that has the custom name in the properties:
	// to refuse a second one before it is made, and to adopt one that was retained.
	// Nil means that the custom name is the physical id.
	Find func(ctx context.Context, properties map[string]any) (found Result, ok bool, err error)
}

// Times are how long a type's operations take in the real world.
type Times struct{ Create, Update, Delete time.Duration }

// Seconds is a time of the real world.
func Seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// Request is one step in the life of a resource.
type Request struct {
	StackName, StackID string
	LogicalID          string
	// Token is unique to the stack operation and the logical id, 13 letters and
	// digits, for names made up by the service (CloudFormation's
	// "stack-logical-RANDOM").
	Token string
	// PhysicalID is empty on Create.
	PhysicalID string
	// Properties are resolved: no intrinsic function is left in them. Values are
	// what encoding/json gives: string, float64, bool, nil, []any, map[string]any.
	Properties map[string]any
	// Previous are the properties before an Update.
	Previous map[string]any
	// Tags are the stack's tags and CloudFormation's own aws:cloudformation:* tags;
	// the resource's own Tags property stands above them.
	Tags map[string]string
}

// Result is what a step leaves behind.
type Result struct {
	// PhysicalID is what Ref gives. On Update it must not change.
	PhysicalID string
	// Attributes are what Fn::GetAtt gives, dotted names included
	// ("Endpoint.Address").
	Attributes map[string]any
}

// Error is a failure with CloudFormation's handler error code, which the status
// reason of the stack event quotes. Other errors read as "GeneralServiceException".
type Error struct {
	// Code is a HandlerErrorCode: AlreadyExists, NotFound, InvalidRequest,
	// NotStabilized, ResourceConflict, Throttling, AccessDenied ...
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Message }
