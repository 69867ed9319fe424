// Package apigatewayv2 is the sandbox's API Gateway for WebSocket and HTTP APIs:
// APIs, routes, integrations, stages and deployments, the connections of WebSocket
// APIs, and the management API that sends to them. HTTP APIs serve no requests.
package apigatewayv2

import (
	"context"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Account is what this service asks of API Gateway's REST half, which owns the
// account's settings.
type Account interface {
	// LogsRole is the role with which API Gateway writes logs, empty for none.
	LogsRole() string
	// Admit spends a token of the named bucket, which refills at the rate per
	// second up to the burst, and one of the account's; false means that there was
	// none.
	Admit(bucket string, rate float64, burst int) bool
	// LogAccess writes an access log line; variable gives the variables of $context.
	LogAccess(destination, format string, variable func(name string) string)
}

// Functions is what this service asks of Lambda.
type Functions interface {
	Invoke(ctx context.Context, in *lambda.InvokeInput) (*lambda.InvokeOutput, error)
}

// Service is API Gateway v2 of the one account and region.
type Service struct {
	host      *host.Host
	account   Account
	functions Functions
	// life ends when the sandbox does, and with it all connections.
	life context.Context
	end  context.CancelFunc
	open sync.WaitGroup

	mu           sync.Mutex
	closed       bool
	connections  map[string]*connection
	apis         *state.Map[record.Record[apiProperties]]
	routes       *state.Map[record.Record[routeProperties]]
	integrations *state.Map[record.Record[integrationProperties]]
	stages       *state.Map[record.Record[stageProperties]]
	deployments  *state.Map[record.Record[deploymentProperties]]
	responses    *state.Map[record.Record[integrationResponseProperties]]
	replies      *state.Map[record.Record[routeResponseProperties]]
}

// New opens API Gateway v2 on the host's state. Without functions, which may be
// nil, every integration fails.
func New(h *host.Host, account Account, functions Functions) *Service {
	life, end := context.WithCancel(context.Background())
	return &Service{
		host: h, account: account, functions: functions, life: life, end: end, connections: map[string]*connection{},
		apis:         state.NewMap[record.Record[apiProperties]](h.State, "apigatewayv2.apis"),
		routes:       state.NewMap[record.Record[routeProperties]](h.State, "apigatewayv2.routes"),
		integrations: state.NewMap[record.Record[integrationProperties]](h.State, "apigatewayv2.integrations"),
		stages:       state.NewMap[record.Record[stageProperties]](h.State, "apigatewayv2.stages"),
		deployments:  state.NewMap[record.Record[deploymentProperties]](h.State, "apigatewayv2.deployments"),
		responses:    state.NewMap[record.Record[integrationResponseProperties]](h.State, "apigatewayv2.integrationResponses"),
		replies:      state.NewMap[record.Record[routeResponseProperties]](h.State, "apigatewayv2.routeResponses"),
	}
}

// Wire registers the operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name:       "apigateway",
		Protocols:  []wire.Protocol{wire.RESTJSON},
		LowerCamel: true,
		Times:      map[string]string{"CreatedDate": wire.DateTime, "LastUpdatedDate": wire.DateTime},
		Errors: map[string]wire.ErrorTrait{
			"NotFoundException": {Status: http.StatusNotFound},
			"ConflictException": {Status: http.StatusConflict},
		},
	}
	get := func(path string) wire.Route { return wire.Route{Method: http.MethodGet, Path: "/v2/apis" + path} }
	list := func(path string) wire.Route {
		r := get(path)
		r.Query = map[string]string{"maxResults": "MaxResults", "nextToken": "NextToken"}
		return r
	}
	wire.Handle(w, s.GetApis, list(""))
	wire.Handle(w, s.GetApi, get("/{ApiId}"))
	wire.Handle(w, s.GetRoutes, list("/{ApiId}/routes"))
	wire.Handle(w, s.GetRoute, get("/{ApiId}/routes/{RouteId}"))
	wire.Handle(w, s.GetIntegrations, list("/{ApiId}/integrations"))
	wire.Handle(w, s.GetIntegration, get("/{ApiId}/integrations/{IntegrationId}"))
	wire.Handle(w, s.GetStages, list("/{ApiId}/stages"))
	wire.Handle(w, s.GetStage, get("/{ApiId}/stages/{StageName}"))
	wire.Handle(w, s.GetDeployments, list("/{ApiId}/deployments"))
	wire.Handle(w, s.GetDeployment, get("/{ApiId}/deployments/{DeploymentId}"))
	return w
}

// Resources are the CloudFormation types that API Gateway v2 owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{
		s.apiType(), s.routeType(), s.integrationType(), s.stageType(), s.deploymentType(),
		s.integrationResponseType(), s.routeResponseType(),
	}
}
