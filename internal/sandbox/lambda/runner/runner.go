// Package runner is the seam between the Lambda service and what executes
// functions: processes of their own (package process), or handlers within this
// process (InProcess), which work in a testing/synctest bubble.
package runner

import (
	"context"
	"time"
)

// Runner starts instances of functions.
type Runner interface {
	// Start begins an instance and returns once it is ready for an invocation, as
	// Lambda's init phase does. A failure of the function's own is a *Failure; ctx
	// ends the wait, and the instance with it.
	Start(ctx context.Context, spec Spec) (Instance, error)
	// Close ends all instances, and returns when they are gone.
	Close() error
}

// Spec is an instance to be started.
type Spec struct {
	// Program is the short name of a function that keyvex carries, "ai-processor".
	Program string
	// Variables are the instance's whole environment.
	Variables map[string]string
	// Output takes the lines that the instance writes, without their ends. It is
	// called by one goroutine at a time.
	Output func(lines []string)
}

// Instance is one execution environment. It takes one invocation at a time.
type Instance interface {
	// Invoke runs one invocation to its end, until the runtime asks for the next.
	// What the function wrote has gone to Output before Invoke returns. The error is
	// a *Failure when the instance died, and ctx's when that ended first; after
	// either the instance is of no further use and should be stopped.
	Invoke(ctx context.Context, in Invocation) (Reply, error)
	// Stop ends the instance at once, and returns when it is gone.
	Stop()
	// Gone is closed when the instance has ended.
	Gone() <-chan struct{}
	// MaxMemory is the most memory that the instance has used so far, in bytes; 0 if
	// that cannot be known.
	MaxMemory() int64
}

// Invocation is one event for a function.
type Invocation struct {
	RequestID, FunctionARN, TraceID, ClientContext string
	// Deadline is the wall's, when the function will have timed out.
	Deadline time.Time
	// Payload is the event, a JSON document.
	Payload []byte
}

// Reply is what a function says to an invocation.
type Reply struct {
	Payload []byte
	// Failed says that Payload is an error object of the function's.
	Failed bool
}

// The error types of Lambda's platform.
const (
	ExitError         = "Runtime.ExitError"
	InvalidEntrypoint = "Runtime.InvalidEntrypoint"
	ResponseTooLarge  = "Function.ResponseSizeTooLarge"
	TimedOut          = "Sandbox.Timedout"
)

// Failure is the end of an instance that Lambda, not the function, reports.
type Failure struct {
	// Type is one of Lambda's error types, "Runtime.ExitError".
	Type    string
	Message string
}

func (f *Failure) Error() string { return f.Type + ": " + f.Message }
