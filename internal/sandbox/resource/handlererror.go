package resource

import (
	"errors"
	"strings"
)

// apiError is what the SDK's typed errors and the wire's have in common.
type apiError interface {
	error
	ErrorCode() string
	ErrorMessage() string
}

// handlerCodes: the first whose fragment the service's error code contains
// decides CloudFormation's handler error code.
var handlerCodes = []struct{ fragment, code string }{
	{"AlreadyExists", "AlreadyExists"},
	{"Duplicate", "AlreadyExists"},
	{"NotFound", "NotFound"},
	{"NoSuch", "NotFound"},
	{"NotExist", "NotFound"},
	{"LimitExceeded", "ServiceLimitExceeded"},
	{"DeleteConflict", "ResourceConflict"},
	{"DependencyViolation", "ResourceConflict"},
	{"InUse", "ResourceConflict"},
	{"Conflict", "ResourceConflict"},
	{"AccessDenied", "AccessDenied"},
	{"Throttling", "Throttling"},
	{"TooManyRequests", "Throttling"},
	{"Invalid", "InvalidRequest"},
	{"Malformed", "InvalidRequest"},
	{"Validation", "InvalidRequest"},
	{"BadRequest", "InvalidRequest"},
}

// handlerError turns a service's error into an *Error; others pass as they are.
func handlerError(err error) error {
	e, ok := errors.AsType[apiError](err)
	if !ok {
		return err
	}
	for _, known := range handlerCodes {
		if strings.Contains(e.ErrorCode(), known.fragment) {
			return &Error{Code: known.code, Message: e.ErrorMessage()}
		}
	}
	return &Error{Code: "GeneralServiceException", Message: e.ErrorMessage()}
}
