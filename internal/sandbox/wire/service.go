// Package wire speaks AWS: it turns an HTTP request into a typed call on the
// SDK's own structs, and the result or error back into what AWS would send, in
// each of AWS's protocols. A service registers functions and never sees HTTP.
//
// A request passes the Router (router.go), which finds its service and operation
// (find.go, route.go) and has its signature verified (verify.go). A parser per
// protocol (json_parse.go, query_parse.go, xml_parse.go, cbor_parse.go) turns the
// body into one tree of nodes, from which fill (fill.go) makes the input along the
// plan of its type (plan.go, naming.go). The output goes back through an encoder
// per protocol (respond.go). What the SDK's structs do not say about names,
// addresses and error codes is in package traits; package mirror proves all of it
// against the SDK's own clients. Transport (transport.go) does without a socket.
package wire

import (
	"context"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// Protocol is one of AWS's wire protocols.
type Protocol string

// The protocols that the sandbox speaks.
const (
	JSON10   Protocol = "awsJson1_0"
	JSON11   Protocol = "awsJson1_1"
	Query    Protocol = "awsQuery"
	EC2Query Protocol = "ec2Query"
	RESTJSON Protocol = "restJson1"
	RESTXML  Protocol = "restXml"
	CBOR     Protocol = "rpcv2Cbor"
)

// Service is one AWS service: how it is addressed, and its operations.
type Service struct {
	// Name is the one in the SigV4 credential scope, "sqs", "monitoring".
	Name string
	// Protocols lists what it speaks, the usual one first.
	Protocols []Protocol
	// TargetPrefix stands before the operation in X-Amz-Target, "AmazonSQS".
	TargetPrefix string
	// Version is the Query protocol's, "2012-11-05".
	Version string
	// Namespace is the XML namespace of responses.
	Namespace string
	// LowerCamel names members on the wire with a small first letter (CloudWatch
	// Logs, API Gateway).
	LowerCamel bool
	// The tables below are needed for members that package traits does not know;
	// of SDK types it knows all.

	// Names are the wire names that differ from the rule: Go member name to wire
	// name, for all operations, or "Type.Member" for one struct.
	Names map[string]string
	// ListNames are the element names of Query and XML lists that are not
	// "member": Go member name (or "Type.Member") to element name. A trailing "*"
	// marks a flattened list. A map may name its parts too: "entry/Name/Value",
	// "Attribute*/Name/Value".
	ListNames map[string]string
	// Times are the timestamp formats that are not the protocol's own: Go member
	// name (or "Type.Member") to EpochSeconds, DateTime or HTTPDate.
	Times map[string]string
	// Errors are the codes and statuses that the typed errors do not carry: Go
	// type name of the error to its ErrorTrait.
	Errors map[string]ErrorTrait
	// Under is a template of the path that stands before the routes' own, where one
	// service answers at many addresses: "/_aws/execute-api/{ApiId}/{Stage}".
	// Call.Labels has what its placeholders stand for.
	Under string
	// Raw serves requests that belong to the service but are not of its typed
	// operations (S3, execute-api). It may be nil.
	Raw http.Handler

	operations map[string]*Operation
	plans      planner
}

// ErrorTrait is what goes over the wire for a typed error beside its members.
type ErrorTrait struct {
	// Code is the one in Query and XML, and in SQS's x-amzn-query-error header;
	// empty for the error's own ErrorCode.
	Code string
	// Status is the HTTP status; 0 means 400 for the client's faults and 500 for
	// the server's.
	Status int
}

// Operation is one registered operation.
type Operation struct {
	Name    string
	In, Out reflect.Type
	Route   Route
	call    func(ctx context.Context, in any) (any, error)

	// template and fixedQuery are the route's path, split.
	template   []string
	fixedQuery string
}

// Route is where a REST operation is found; unused by the RPC protocols.
type Route struct {
	Method string
	// Path is a template: "/2015-03-31/functions/{FunctionName}/configuration".
	// "{Key+}" takes the rest of the path.
	Path string
	// Query, Header: wire name to Go member name. The query name "*" stands for a
	// map of all parameters that have no name of their own.
	Query, Header map[string]string
	// Payload is the member that is the whole body, in RequestPayload and
	// ResponsePayload; empty for a body of all other members.
	RequestPayload, ResponsePayload string
	// ResponseHeader: wire name to Go member name of the output.
	ResponseHeader map[string]string
	// Status is the success status; 0 means 200.
	Status int
	// StatusMember is the int32 member of the output that holds the status, where
	// an operation has one (Lambda's Invoke).
	StatusMember string
}

// Handle registers an operation. Its name is In's type name without "Input".
// An error that h returns should be one of the service's own typed SDK errors
// (types.QueueDoesNotExist ...) or an *Error; anything else becomes an
// InternalFailure. A REST operation of the SDK needs no route: the traits
// have it, and theirs counts.
func Handle[In, Out any](s *Service, h func(context.Context, *In) (*Out, error), route ...Route) {
	HandleType(s, reflect.TypeFor[In](), reflect.TypeFor[Out](), func(ctx context.Context, in any) (any, error) {
		return h(ctx, in.(*In))
	}, route...)
}

// HandleType is Handle for types that are only known at run time: call gets a
// pointer to in's type and gives one to out's.
func HandleType(s *Service, in, out reflect.Type, call func(ctx context.Context, in any) (any, error), route ...Route) {
	op := &Operation{Name: strings.TrimSuffix(in.Name(), "Input"), In: in, Out: out, call: call}
	op.Route = knownRoute(in, op.Name)
	if len(route) > 0 && op.Route.Path == "" {
		op.Route = route[0]
	}
	op.address(s.Under)
	if s.operations == nil {
		s.operations = map[string]*Operation{}
	}
	s.operations[op.Name] = op
}

// Operations are the registered ones, in the order of their names.
func (s *Service) Operations() []*Operation {
	return slices.SortedFunc(maps.Values(s.operations), func(a, b *Operation) int { return strings.Compare(a.Name, b.Name) })
}

// Error is an AWS error that has no typed struct in the SDK.
type Error struct {
	Code, Message string
	// Status is the HTTP status; 0 means 400.
	Status int
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// ErrorCode and ErrorMessage are what *Error shares with the SDK's typed errors.
func (e *Error) ErrorCode() string { return e.Code }

// ErrorMessage is the message without the code.
func (e *Error) ErrorMessage() string { return e.Message }
