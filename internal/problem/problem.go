// Package problem is the one shape of an error that a person gets to read: a
// kind, a message, a hint and a cause.
//
// Messages and hints are lower case, have no full stop, name the thing, and say
// in the hint what to do next. The kind decides the exit code.
package problem

import (
	"errors"
	"fmt"
)

// Kind classifies an error; the process's exit code follows from it.
type Kind int

// The kinds, with the exit code of each.
const (
	Failed      Kind = 1   // it was tried and did not work
	Usage       Kind = 2   // the command, a flag, a file or a name is wrong
	Refused     Kind = 3   // a guard said no, nothing was changed
	Credentials Kind = 4   // no credentials, or no permission
	NotFound    Kind = 5   // not deployed, or no such thing
	LeftRunning Kind = 6   // the work goes on without keyvex
	Pending     Kind = 8   // there are changes (diff --exit-code)
	Interrupted Kind = 130 // by a signal
)

// Error is an error with what a person needs to go on.
type Error struct {
	Kind    Kind
	Message string
	// Hint says what to do next; it may be empty.
	Hint string
	// Cause is shown with --verbose.
	Cause error
}

// New makes an error of a kind.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// WithHint sets what to do next and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithCause sets the underlying error and returns e.
func (e *Error) WithCause(err error) *Error {
	e.Cause = err
	return e
}

func (e *Error) Error() string { return e.Message }

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf is the kind of the first Error in err's chain, Failed without one.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Failed
}

// Is reports whether err's chain has an Error of that kind.
func Is(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}
