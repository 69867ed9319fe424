package wire

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/problem"
)

// fault is an error on its way out: what every protocol needs to know of it.
type fault struct {
	// name is the Go type's, which is the shape's in the model; code the one that
	// Query and XML use.
	name, code, message string
	status              int
	sender              bool
	// members is the typed error, for members beside the message; may be invalid.
	members reflect.Value
}

// malformed is a request that cannot be parsed.
func malformed(format string, args ...any) error {
	return &Error{Code: "SerializationException", Message: fmt.Sprintf(format, args...)}
}

// errDropped makes the router drop the connection without an answer.
var errDropped = errors.New("connection dropped")

// Dropped is the error by which a hook makes the router close the connection
// instead of answering.
func Dropped() error { return errDropped }

func (s *Service) fault(err error) fault {
	if own, ok := errors.AsType[*Error](err); ok {
		f := fault{name: own.Code, code: own.Code, message: own.Message, status: own.Status}
		if f.status == 0 {
			f.status = http.StatusBadRequest
		}
		f.sender = f.status < http.StatusInternalServerError
		return f
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return fault{name: "InternalFailure", code: "InternalFailure", message: err.Error(), status: failureStatus(err)}
	}
	return s.typedFault(api)
}

// failureStatus is 507 for what only a person can mend, such as a full disk: unlike
// 500, no AWS client tries that again.
func failureStatus(err error) int {
	if _, ok := errors.AsType[*problem.Error](err); ok {
		return http.StatusInsufficientStorage
	}
	return http.StatusInternalServerError
}

func (s *Service) typedFault(api smithy.APIError) fault {
	f := fault{name: api.ErrorCode(), code: api.ErrorCode(), message: api.ErrorMessage(),
		status: http.StatusBadRequest, sender: api.ErrorFault() != smithy.FaultServer}
	if !f.sender {
		f.status = http.StatusInternalServerError
	}
	v := reflect.ValueOf(api)
	if v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct && v.Type() != reflect.TypeFor[*smithy.GenericAPIError]() {
		f.members = v.Elem()
		f.name = f.members.Type().Name()
	}
	if f.members.IsValid() {
		table, _ := traitsOf(f.members.Type())
		known := table.Errors[f.name]
		f.code, f.status = cmp.Or(known.Code, f.code), cmp.Or(known.Status, f.status)
	}
	own := s.Errors[f.name]
	f.code, f.status = cmp.Or(own.Code, f.code), cmp.Or(own.Status, f.status)
	return f
}
