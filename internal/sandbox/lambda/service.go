// Package lambda is the sandbox's AWS Lambda: functions with their code's hash,
// versions, permissions, concurrency and event source mappings, and the
// CloudFormation types AWS::Lambda::Function, ::Version, ::Permission,
// ::EventSourceMapping and ::EventInvokeConfig.
package lambda

import (
	"context"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Objects is where deployment packages come from.
type Objects interface {
	// Object reads an object whole; version may be empty. Its error has S3's code
	// and message (NoSuchKey, NoSuchBucket).
	Object(ctx context.Context, bucket, key, version string) ([]byte, error)
}

// Queues is what event source mappings must know of their queues.
type Queues interface {
	// VisibilityTimeout reports false for a queue that is not there.
	VisibilityTimeout(arn string) (time.Duration, bool)
}

// Subnets is what functions in a VPC must know of their subnets.
type Subnets interface {
	// Subnet gives a subnet's VPC and zone, and reports false for one that is not
	// there.
	Subnet(id string) (vpcID, zone string, ok bool)
}

// Siblings are the services that functions lean on.
type Siblings struct {
	Objects Objects
	Queues  Queues
	Subnets Subnets
}

// Service holds the account's functions. Its methods that bear an operation's
// name are that operation, and may be called directly.
//
// A change of a function is done when it is answered. The answer still says
// Pending, InProgress or Creating, as AWS's does, and the next call finds the
// function Active and its update Successful.
type Service struct {
	host     *host.Host
	siblings Siblings

	mu        sync.Mutex
	functions *state.Map[function]
	mappings  *state.Map[mapping]
}

// New opens the service on the host's state.
func New(h *host.Host, siblings Siblings) *Service {
	return &Service{
		host: h, siblings: siblings,
		functions: state.NewMap[function](h.State, "lambda.function"),
		mappings:  state.NewMap[mapping](h.State, "lambda.mapping"),
	}
}

// Wire describes the service to the router.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{Name: "lambda", Protocols: []wire.Protocol{wire.RESTJSON}, Version: "2015-03-31"}
	wire.Handle(w, s.CreateFunction)
	wire.Handle(w, s.GetFunction)
	wire.Handle(w, s.GetFunctionConfiguration)
	wire.Handle(w, s.ListFunctions)
	wire.Handle(w, s.UpdateFunctionCode)
	wire.Handle(w, s.UpdateFunctionConfiguration)
	wire.Handle(w, s.DeleteFunction)
	wire.Handle(w, s.PublishVersion)
	wire.Handle(w, s.ListVersionsByFunction)
	wire.Handle(w, s.AddPermission)
	wire.Handle(w, s.RemovePermission)
	wire.Handle(w, s.GetPolicy)
	wire.Handle(w, s.PutFunctionConcurrency)
	wire.Handle(w, s.GetFunctionConcurrency)
	wire.Handle(w, s.DeleteFunctionConcurrency)
	wire.Handle(w, s.CreateEventSourceMapping)
	wire.Handle(w, s.GetEventSourceMapping)
	wire.Handle(w, s.ListEventSourceMappings)
	wire.Handle(w, s.UpdateEventSourceMapping)
	wire.Handle(w, s.DeleteEventSourceMapping)
	wire.Handle(w, s.PutFunctionEventInvokeConfig)
	wire.Handle(w, s.GetFunctionEventInvokeConfig)
	wire.Handle(w, s.DeleteFunctionEventInvokeConfig)
	wire.Handle(w, s.TagResource)
	wire.Handle(w, s.UntagResource)
	wire.Handle(w, s.ListTags)
	wire.Handle(w, s.GetAccountSettings)
	return w
}

// Resources lists the CloudFormation types that the service owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.functionType(), s.versionType(), s.permissionType(), s.mappingType(), s.invokeConfigType()}
}
