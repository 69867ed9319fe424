package deploy

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/problem"
)

// unknownCode is the SDK's for an answer that is not in AWS's form.
const unknownCode = "UnknownError"

// answered reports whether err is what the server said, and not that it said
// nothing that can be read.
func answered(err error) bool { return code(err) != "" && code(err) != unknownCode }

// code is the AWS error code in err's chain, or empty.
func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// words are the server's own: the message of the AWS error in err's chain, else that
// of the problem there. Without a full stop, on one line.
func words(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorMessage() != "" && api.ErrorCode() != unknownCode {
		return tidy(api.ErrorMessage())
	}
	if known, ok := errors.AsType[*problem.Error](err); ok {
		return tidy(known.Message)
	}
	return tidy(err.Error())
}

// tidy makes a message of AWS fit into a sentence of ours.
func tidy(message string) string {
	return strings.TrimRight(strings.Join(strings.Fields(message), " "), ". ")
}

// notExist reports whether err says that there is no such stack or change set.
// CloudFormation says it in a ValidationError's text; other servers have codes of
// their own for it, or other words.
func notExist(err error) bool {
	if err == nil {
		return false
	}
	if slices.Contains([]string{
		"ChangeSetNotFound", "ChangeSetNotFoundException", "StackNotFound", "StackNotFoundException", "NoSuchStack", "ResourceNotFoundException",
	}, code(err)) {
		return true
	}
	said := strings.ToLower(words(err))
	return slices.Contains([]string{"ValidationError", "ValidationException", "NotFound", "404"}, code(err)) &&
		(strings.Contains(said, "does not exist") || strings.Contains(said, "not found") || strings.Contains(said, "no such stack"))
}

// throttled reports whether err only asks for patience.
func throttled(err error) bool {
	return slices.Contains([]string{
		"Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
		"RequestLimitExceeded", "RequestThrottled", "SlowDown", "RateExceeded",
	}, code(err))
}

// denied reports whether asking again with the same credentials is of no use.
func denied(err error) bool { return problem.Is(err, problem.Credentials) }

// wrap makes a problem of an error that came out of a call about a stack. What is
// a problem about credentials stays one; everything else names the stack first.
func wrap(err error, stackName, doing string) error {
	hint := "keyvex status shows where the stacks stand; --verbose shows the whole answer"
	if known, ok := errors.AsType[*problem.Error](err); ok {
		if known.Kind != problem.Failed && known.Kind != problem.NotFound {
			return err
		}
		hint = cmp.Or(known.Hint, hint)
	}
	return problem.New(problem.Failed, "%s: %s failed: %s", stackName, doing, words(err)).WithCause(err).WithHint("%s", hint)
}
