package lambda

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/lambda/fleet"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// The largest events, in bytes.
const (
	maxSync  = 6 << 20
	maxAsync = 1 << 20
)

// Invoke runs a function and waits for its answer, or takes an event to be run
// later (InvocationType Event), or only checks (DryRun). What the function does
// wrong is in the answer; errors are refusals before it ran.
func (s *Service) Invoke(ctx context.Context, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
	f, v, err := s.findVersion(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if err := checkEvent(in); err != nil {
		return nil, err
	}
	if len(in.Payload) == 0 {
		in.Payload = []byte("{}")
	}
	id := cmp.Or(wire.CallOf(ctx).RequestID, s.uuid())
	switch in.InvocationType {
	case types.InvocationTypeDryRun:
		return &lambda.InvokeOutput{StatusCode: http.StatusNoContent}, nil
	case types.InvocationTypeEvent:
		s.accept(f, v, id, in.Payload)
		return &lambda.InvokeOutput{StatusCode: http.StatusAccepted}, nil
	}
	outcome, err := s.call(ctx, f, v, runner.Invocation{RequestID: id, Payload: in.Payload, ClientContext: unpack(in.ClientContext)})
	if err != nil {
		return nil, err
	}
	out := &lambda.InvokeOutput{StatusCode: http.StatusOK, Payload: outcome.Payload, ExecutedVersion: v.Version}
	if outcome.Failed {
		out.FunctionError = new("Unhandled")
	}
	if in.LogType == types.LogTypeTail {
		out.LogResult = new(base64.StdEncoding.EncodeToString(outcome.Tail))
	}
	return out, nil
}

// unpack gives a client context, which travels in base64, as the runtime takes it.
func unpack(context *string) string {
	text, err := base64.StdEncoding.DecodeString(aws.ToString(context))
	if err != nil {
		return ""
	}
	return string(text)
}

func checkEvent(in *lambda.InvokeInput) error {
	limit := maxSync
	if in.InvocationType == types.InvocationTypeEvent {
		limit = maxAsync
	}
	switch {
	case len(in.Payload) > limit:
		return &types.RequestTooLargeException{Type: new("User"),
			Message: new(fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", limit))}
	case len(in.Payload) > 0 && !json.Valid(in.Payload):
		return &types.InvalidRequestContentException{Type: new("User"), Message: new("Could not parse request body into json: it is no JSON document")}
	}
	return nil
}

// call runs a version of a function once.
func (s *Service) call(ctx context.Context, f function, v published, in runner.Invocation) (fleet.Outcome, error) {
	in.TraceID = s.traceID()
	outcome, err := s.fleet.Invoke(ctx, s.runnable(f, v), in)
	if throttled, ok := errors.AsType[fleet.Throttled](err); ok {
		reason := types.ThrottleReasonConcurrentInvocationLimitExceeded
		if throttled.Reserved {
			reason = types.ThrottleReasonReservedFunctionConcurrentInvocationLimitExceeded
		}
		return outcome, &types.TooManyRequestsException{Message: new(throttled.Error()), Reason: reason, Type: new("User")}
	}
	return outcome, err
}

// runnable is the version as the fleet sees it.
func (s *Service) runnable(f function, v published) fleet.Function {
	return fleet.Function{
		Name: f.name(), Version: aws.ToString(v.Version), Revision: aws.ToString(v.RevisionId), ARN: aws.ToString(v.FunctionArn),
		Runtime: string(v.Runtime), LogGroup: aws.ToString(v.LoggingConfig.LogGroup), Memory: aws.ToInt32(v.MemorySize),
		Timeout:  time.Duration(aws.ToInt32(v.Timeout)) * time.Second,
		Reserved: f.Reserved, Unreserved: quotaConcurrent - s.reserved(""), Prepare: s.prepare(v),
	}
}

// traceID is a trace header that says not to sample, as with X-Ray off.
func (s *Service) traceID() string {
	id := s.uuid()
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", s.host.Clock.Now().Unix(), id[:8]+id[9:13]+id[14:18]+id[19:23]+id[24:28], id[28:]+id[:8])
}
