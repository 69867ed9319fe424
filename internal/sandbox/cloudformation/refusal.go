package cloudformation

import (
	"fmt"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// invalid is a ValidationError, CloudFormation's answer to most of what is wrong.
func invalid(format string, args ...any) error {
	return &wire.Error{Code: "ValidationError", Message: fmt.Sprintf(format, args...)}
}

// constraint is a ValidationError about a member, in the words of the front end.
func constraint(value any, member, what string) error {
	return invalid("1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: %s", value, member, what)
}

func noStack(name string) error { return invalid("Stack with id %s does not exist", name) }

var (
	stackName     = lazy.Regexp(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)
	changeSetName = lazy.Regexp(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)
	token         = lazy.Regexp(`^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$`)
)

func checkStackName(name string) error {
	if stackName().MatchString(name) {
		return nil
	}
	return constraint(name, "stackName", "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*")
}

func checkToken(text *string) error {
	if text == nil || token().MatchString(*text) {
		return nil
	}
	return constraint(*text, "clientRequestToken", "Member must satisfy regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*")
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
