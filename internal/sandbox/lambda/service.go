// Package lambda is the sandbox's AWS Lambda: functions with their code's hash,
// versions, permissions, concurrency and event source mappings, and the
// CloudFormation types AWS::Lambda::Function, ::Version, ::Permission,
// ::EventSourceMapping and ::EventInvokeConfig.
//
// Functions run. Package fleet keeps their instances, which a runner.Runner starts:
// package process as processes of their own. Package poller reads queues for them.
package lambda

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/background"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/fleet"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/poller"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
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

// Subnets is what functions in a VPC must know of their subnets.
type Subnets interface {
	// Subnet gives a subnet's VPC and zone, and reports false for one that is not
	// there.
	Subnet(id string) (vpcID, zone string, ok bool)
}

// Logs is where functions' logs go.
type Logs interface {
	// Append writes lines to a log stream, which it makes if need be.
	Append(group, stream string, lines ...host.LogLine) error
}

// Roles gives functions the credentials of their roles.
type Roles interface {
	AssumeRole(context.Context, *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error)
}

// Destinations take what became of asynchronous invocations.
type Destinations interface {
	// Send gives a document to the queue, topic or function of that ARN.
	Send(ctx context.Context, arn string, document []byte) error
}

// Siblings are the services that functions lean on. Those for running functions may
// be nil: Logs, Roles, Destinations, Runner and Extra.
type Siblings struct {
	Objects      Objects
	Queues       poller.Queues
	Subnets      Subnets
	Logs         Logs
	Roles        Roles
	Destinations Destinations
	// Runner executes functions; without one every start of an instance fails. The
	// service closes it.
	Runner runner.Runner
	// Extra gives environment variables that lead a function to this platform.
	Extra func(function string) map[string]string
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
	events    *state.Map[event]
	pollers   map[string]*poller.Poller

	fleet *fleet.Fleet
	life  *background.Group
}

// New opens the service on the host's state.
func New(h *host.Host, siblings Siblings) *Service {
	if siblings.Runner == nil {
		siblings.Runner = runner.InProcess{}
	}
	s := &Service{
		host: h, siblings: siblings,
		functions: state.NewMap[function](h.State, "lambda.function"),
		mappings:  state.NewMap[mapping](h.State, "lambda.mapping"),
		events:    state.NewMap[event](h.State, "lambda.event"),
		pollers:   map[string]*poller.Poller{},
		life:      background.New(),
	}
	s.fleet = fleet.New(fleet.Options{
		Clock: h.Clock, Runner: siblings.Runner, Append: s.append, Measure: h.Measure,
		StreamID: func() string { return h.ID(host.Hex, 32) },
	})
	return s
}

// append writes to a function's log. As with AWS, a log that cannot be written
// disturbs no function.
func (s *Service) append(group, stream string, lines ...host.LogLine) {
	if s.siblings.Logs != nil {
		_ = s.siblings.Logs.Append(group, stream, lines...)
	}
}

// Resume goes on with what a stop interrupted: it polls for the enabled mappings and
// tries the asynchronous invocations that are not done.
func (s *Service) Resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.mappings.All() {
		s.poll(m)
	}
	for id := range s.events.All() {
		s.try(id)
	}
}

// Kill ends all instances of a function in the midst of their work, as kill -9
// would, and gives their number.
func (s *Service) Kill(function string) int { return s.fleet.Kill(function) }

// Close ends the pollers and all instances. Messages in flight stay with SQS.
func (s *Service) Close() error {
	s.life.Close()
	return s.fleet.Close()
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
	wire.Handle(w, s.Invoke)
	return w
}

// Resources lists the CloudFormation types that the service owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.functionType(), s.versionType(), s.permissionType(), s.mappingType(), s.invokeConfigType()}
}
