package apigateway

import (
	"context"
	"net/http"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// execution is one request to a deployed API on its way through it.
type execution struct {
	ctx      context.Context
	service  *Service
	request  *http.Request
	api      record.Record[apiProperties]
	stage    record.Record[stageProperties]
	snapshot snapshot
	// path is the request's below the stage.
	path   string
	method deployedMethod
	// input is what templates and validators see of the request.
	input *vtl.Input
	// variables are $context.
	variables *vtl.Map
	start     time.Time
	// integration is how long the integration took; it is negative without one.
	integration time.Duration
}

// answer is what goes back to the caller.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// run takes the request through the API's steps, in API Gateway's order.
func (e *execution) run() answer {
	for _, step := range []func() *refusal{e.routed, e.keyed, e.throttled, e.read, e.validated} {
		if refused := step(); refused != nil {
			return e.refuse(refused)
		}
	}
	answer, refused := e.integrate()
	if refused != nil {
		return e.refuse(refused)
	}
	return answer
}

// routed finds the method.
func (e *execution) routed() *refusal {
	method, parameters, ok := e.snapshot.find(e.request.Method, e.path)
	if !ok {
		return missingToken()
	}
	e.method, e.input.Path = method, parameters
	e.variables.Set("resourcePath", method.Path)
	e.variables.Set("resourceId", method.Method.ResourceId)
	return nil
}

// variable sets one of $context's variables within a group, "error.message".
func (e *execution) variable(group, name string, v any) {
	within, ok := e.variables.Get(group).(*vtl.Map)
	if !ok {
		within = vtl.NewMap()
		e.variables.Set(group, within)
	}
	within.Set(name, v)
}
