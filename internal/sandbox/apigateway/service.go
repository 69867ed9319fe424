// Package apigateway is the sandbox's API Gateway for REST APIs: APIs with their
// resources, methods, models and stages, API keys and usage plans, the account's
// settings, and the stages themselves, which answer requests.
package apigateway

import (
	"context"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Roles is what API Gateway asks of IAM.
type Roles interface {
	// RoleExists reports whether an ARN is that of a role.
	RoleExists(arn string) bool
}

// Siblings are the other services that API Gateway works with. Those that serve
// requests only may be nil: an integration with one then fails.
type Siblings struct {
	Roles     Roles
	Queues    Queues
	Functions Functions
	Logs      Logs
}

// Queues is what API Gateway asks of SQS.
type Queues interface {
	SendMessage(ctx context.Context, in *sqs.SendMessageInput) (*sqs.SendMessageOutput, error)
	// QueueURL gives the URL of the queue with that ARN.
	QueueURL(arn string) (string, bool)
}

// Functions is what API Gateway asks of Lambda.
type Functions interface {
	Invoke(ctx context.Context, in *lambda.InvokeInput) (*lambda.InvokeOutput, error)
}

// Logs is what API Gateway asks of CloudWatch Logs.
type Logs interface {
	// Append writes lines to a stream, which is made if it is not there.
	Append(group, stream string, lines ...host.LogLine) error
}

// kept is a map of things with the properties of P.
type kept[P any] = *state.Map[record.Record[P]]

// Service is API Gateway of the one account and region.
type Service struct {
	host        *host.Host
	siblings    Siblings
	mu          sync.Mutex
	apis        kept[apiProperties]
	resources   kept[resourceProperties]
	methods     kept[methodProperties]
	models      kept[modelProperties]
	validators  kept[validatorProperties]
	responses   kept[responseProperties]
	deployments kept[deploymentProperties]
	stages      kept[stageProperties]
	keys        kept[keyProperties]
	plans       kept[planProperties]
	planKeys    kept[planKeyProperties]
	account     *state.Map[accountProperties]
	snapshots   *state.Map[snapshot]

	// throttle guards the token buckets and the quotas' counts.
	throttle sync.Mutex
	buckets  map[string]*bucket
	used     map[string]usage
	// compiled are templates and schemas by their text.
	templates, schemas sync.Map
}

func open[P any](h *host.Host, name string) kept[P] {
	return state.NewMap[record.Record[P]](h.State, "apigateway."+name)
}

// New opens API Gateway on the host's state.
func New(h *host.Host, siblings Siblings) *Service {
	return &Service{
		host: h, siblings: siblings, buckets: map[string]*bucket{}, used: map[string]usage{},
		apis: open[apiProperties](h, "apis"), resources: open[resourceProperties](h, "resources"), methods: open[methodProperties](h, "methods"),
		models: open[modelProperties](h, "models"), validators: open[validatorProperties](h, "validators"), responses: open[responseProperties](h, "responses"),
		deployments: open[deploymentProperties](h, "deployments"), stages: open[stageProperties](h, "stages"), keys: open[keyProperties](h, "keys"),
		plans: open[planProperties](h, "plans"), planKeys: open[planKeyProperties](h, "planKeys"),
		account:   state.NewMap[accountProperties](h.State, "apigateway.account"),
		snapshots: state.NewMap[snapshot](h.State, "apigateway.snapshots"),
	}
}

// Wire registers the operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name:       "apigateway",
		Protocols:  []wire.Protocol{wire.RESTJSON},
		LowerCamel: true,
		Names:      map[string]string{"Items": "item"},
		Errors: map[string]wire.ErrorTrait{
			"NotFoundException": {Status: http.StatusNotFound},
			"ConflictException": {Status: http.StatusConflict},
		},
	}
	get := func(path string) wire.Route { return wire.Route{Method: http.MethodGet, Path: path} }
	list := func(path string) wire.Route {
		r := get(path)
		r.Query = map[string]string{"position": "Position", "limit": "Limit"}
		return r
	}
	wire.Handle(w, s.GetAccount, get("/account"))
	wire.Handle(w, s.UpdateAccount, wire.Route{Method: http.MethodPatch, Path: "/account"})
	wire.Handle(w, s.GetRestApis, list("/restapis"))
	wire.Handle(w, s.GetRestApi, get("/restapis/{RestApiId}"))
	wire.Handle(w, s.GetResources, embedded(list("/restapis/{RestApiId}/resources")))
	wire.Handle(w, s.GetResource, embedded(get("/restapis/{RestApiId}/resources/{ResourceId}")))
	wire.Handle(w, s.GetMethod, get("/restapis/{RestApiId}/resources/{ResourceId}/methods/{HttpMethod}"))
	wire.Handle(w, s.GetIntegration, get("/restapis/{RestApiId}/resources/{ResourceId}/methods/{HttpMethod}/integration"))
	wire.Handle(w, s.GetModels, list("/restapis/{RestApiId}/models"))
	wire.Handle(w, s.GetRequestValidators, list("/restapis/{RestApiId}/requestvalidators"))
	wire.Handle(w, s.GetGatewayResponses, list("/restapis/{RestApiId}/gatewayresponses"))
	wire.Handle(w, s.GetDeployments, list("/restapis/{RestApiId}/deployments"))
	wire.Handle(w, s.GetStages, wire.Route{Method: http.MethodGet, Path: "/restapis/{RestApiId}/stages", Query: map[string]string{"deploymentId": "DeploymentId"}})
	wire.Handle(w, s.GetStage, get("/restapis/{RestApiId}/stages/{StageName}"))
	keys := list("/apikeys")
	keys.Query["name"], keys.Query["includeValues"], keys.Query["customerId"] = "NameQuery", "IncludeValues", "CustomerId"
	wire.Handle(w, s.GetApiKeys, keys)
	wire.Handle(w, s.GetApiKey, wire.Route{Method: http.MethodGet, Path: "/apikeys/{ApiKey}", Query: map[string]string{"includeValue": "IncludeValue"}})
	plans := list("/usageplans")
	plans.Query["keyId"] = "KeyId"
	wire.Handle(w, s.GetUsagePlans, plans)
	wire.Handle(w, s.GetUsagePlan, get("/usageplans/{UsagePlanId}"))
	planKeys := list("/usageplans/{UsagePlanId}/keys")
	planKeys.Query["name"] = "NameQuery"
	wire.Handle(w, s.GetUsagePlanKeys, planKeys)
	return w
}

func embedded(r wire.Route) wire.Route {
	if r.Query == nil {
		r.Query = map[string]string{}
	}
	r.Query["embed"] = "Embed"
	return r
}

// Resources are the CloudFormation types that API Gateway owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{
		s.apiType(), s.resourceType(), s.methodType(), s.modelType(), s.validatorType(), s.responseType(),
		s.deploymentType(), s.stageType(), s.keyType(), s.planType(), s.planKeyType(), s.accountType(),
	}
}
