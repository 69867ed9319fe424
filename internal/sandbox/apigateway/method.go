package apigateway

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type resourceProperties struct {
	ParentId  string `cfn:"required"`
	PathPart  string `cfn:"required"`
	RestApiId string `cfn:"required"`
}

type methodProperties struct {
	ApiKeyRequired      *bool
	AuthorizationScopes []string
	AuthorizationType   *string
	AuthorizerId        *string
	HttpMethod          string `cfn:"required"`
	Integration         *integrationProperties
	MethodResponses     []types.MethodResponse
	OperationName       *string
	RequestModels       map[string]string
	RequestParameters   map[string]bool
	RequestValidatorId  *string
	ResourceId          string `cfn:"required"`
	RestApiId           string `cfn:"required"`
}

type integrationProperties struct {
	CacheKeyParameters    []string
	CacheNamespace        *string
	ConnectionId          *string
	ConnectionType        types.ConnectionType
	ContentHandling       types.ContentHandlingStrategy
	Credentials           *string
	IntegrationHttpMethod *string
	IntegrationResponses  []types.IntegrationResponse
	PassthroughBehavior   *string
	RequestParameters     map[string]string
	RequestTemplates      map[string]string
	TimeoutInMillis       *int32
	Type                  types.IntegrationType `cfn:"required"`
	Uri                   *string
}

func (s *Service) resourceType() resource.Type {
	return typed(s, resource.Type{
		Name: "AWS::ApiGateway::Resource", CreateOnly: []string{"PathPart", "ParentId", "RestApiId"}, Attributes: []string{"ResourceId"},
	}, piece[resourceProperties]{
		things: s.resources,
		parent: func(p *resourceProperties) string { return p.RestApiId },
		check: func(id string, p *resourceProperties) error {
			if _, err := s.findAPI(p.RestApiId); err != nil {
				return err
			}
			if _, ok := s.resources.Get(record.Key(p.RestApiId, p.ParentId)); !ok {
				return notFound("Invalid Resource identifier specified")
			}
			for _, other := range record.Of(s.resources, p.RestApiId) {
				if other.ID != id && other.Properties.ParentId == p.ParentId && other.Properties.PathPart == p.PathPart {
					return conflict("Another resource with the same parent already has this name: %s", p.PathPart)
				}
			}
			return nil
		},
		after: func(id string) {
			for _, m := range s.methods.All() {
				if m.Properties.ResourceId == id {
					s.methods.Delete(m.Key())
				}
			}
			for _, child := range s.resources.All() {
				if child.Properties.ParentId == id {
					s.resources.Delete(child.Key())
				}
			}
		},
		attributes: func(id string, _ *resourceProperties) map[string]any { return map[string]any{"ResourceId": id} },
	})
}

func (s *Service) methodType() resource.Type {
	return typed(s, resource.Type{
		Name: "AWS::ApiGateway::Method", CreateOnly: []string{"RestApiId", "ResourceId", "HttpMethod"},
	}, piece[methodProperties]{
		things: s.methods,
		parent: func(p *methodProperties) string { return p.RestApiId },
		id:     func(p *methodProperties) string { return methodID(p.RestApiId, p.ResourceId, p.HttpMethod) },
		taken:  "Method already exists for this resource",
		check:  func(_ string, p *methodProperties) error { return s.checkMethod(p) },
	})
}

func methodID(api, resourceID, verb string) string { return api + "-" + resourceID + "-" + verb }

var verbs = []string{"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

func (s *Service) checkMethod(p *methodProperties) error {
	if _, err := s.findAPI(p.RestApiId); err != nil {
		return err
	}
	if _, ok := s.resources.Get(record.Key(p.RestApiId, p.ResourceId)); !ok {
		return notFound("Invalid Resource identifier specified")
	}
	if !slices.Contains(verbs, p.HttpMethod) {
		return badRequest("Invalid HttpMethod: %s", p.HttpMethod)
	}
	if p.RequestValidatorId != nil {
		if _, ok := s.validators.Get(record.Key(p.RestApiId, *p.RequestValidatorId)); !ok {
			return badRequest("Invalid Request Validator identifier specified")
		}
	}
	for _, name := range p.RequestModels {
		if _, ok := s.models.Get(record.Key(p.RestApiId, name)); !ok && name != "Empty" && name != "Error" {
			return badRequest("Invalid model identifier specified: %s", name)
		}
	}
	return s.checkIntegration(p.Integration)
}

func (s *Service) checkIntegration(i *integrationProperties) error {
	switch {
	case i == nil || i.Type == types.IntegrationTypeMock:
		return nil
	case !slices.Contains(i.Type.Values(), i.Type):
		return badRequest("Invalid integration type: %s", i.Type)
	case i.Uri == nil:
		return badRequest("Invalid HTTP endpoint specified for URI")
	case i.IntegrationHttpMethod == nil:
		return badRequest("Enumeration value for HttpMethod must be non-empty")
	case i.Credentials != nil && strings.HasPrefix(*i.Credentials, "arn:aws:iam::"+s.host.Account+":role/") && !s.siblings.Roles.RoleExists(*i.Credentials):
		return badRequest("Role ARN does not have required permissions configured, or does not exist: %s", *i.Credentials)
	}
	return nil
}

func (s *Service) showResource(r record.Record[resourceProperties]) types.Resource {
	shown := types.Resource{Id: &r.ID, Path: new(s.path(r))}
	if r.Properties.ParentId != "" {
		shown.ParentId, shown.PathPart = &r.Properties.ParentId, &r.Properties.PathPart
	}
	for _, m := range record.Of(s.methods, r.Parent) {
		if m.Properties.ResourceId == r.ID {
			if shown.ResourceMethods == nil {
				shown.ResourceMethods = map[string]types.Method{}
			}
			shown.ResourceMethods[m.Properties.HttpMethod] = showMethod(m)
		}
	}
	return shown
}

// path is a resource's whole path, "/v1/jobs".
func (s *Service) path(r record.Record[resourceProperties]) string {
	if r.Properties.ParentId == "" {
		return "/"
	}
	above, ok := s.resources.Get(record.Key(r.Parent, r.Properties.ParentId))
	if !ok {
		return "/" + r.Properties.PathPart
	}
	return strings.TrimSuffix(s.path(above), "/") + "/" + r.Properties.PathPart
}

func showMethod(r record.Record[methodProperties]) types.Method {
	shown := alike.As[types.Method](r.Properties)
	shown.ApiKeyRequired = new(isTrue(r.Properties.ApiKeyRequired))
	shown.MethodResponses = map[string]types.MethodResponse{}
	for _, response := range r.Properties.MethodResponses {
		shown.MethodResponses[value(response.StatusCode)] = response
	}
	if r.Properties.Integration != nil {
		shown.MethodIntegration = new(showIntegration(r))
	}
	return shown
}

// defaultTimeout is 29 seconds, the longest that API Gateway waits.
const defaultTimeout = 29000

func showIntegration(r record.Record[methodProperties]) types.Integration {
	p := r.Properties.Integration
	shown := alike.As[types.Integration](p)
	shown.HttpMethod, shown.IntegrationResponses = p.IntegrationHttpMethod, map[string]types.IntegrationResponse{}
	for _, response := range p.IntegrationResponses {
		shown.IntegrationResponses[value(response.StatusCode)] = response
	}
	if shown.TimeoutInMillis == 0 {
		shown.TimeoutInMillis = defaultTimeout
	}
	if shown.PassthroughBehavior == nil {
		shown.PassthroughBehavior = new("WHEN_NO_MATCH")
	}
	if shown.CacheNamespace == nil {
		shown.CacheNamespace = &r.Properties.ResourceId
	}
	return shown
}

// GetResources lists an API's resources, with their methods when asked to embed
// them.
func (s *Service) GetResources(_ context.Context, in *apigateway.GetResourcesInput) (*apigateway.GetResourcesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(value(in.RestApiId)); err != nil {
		return nil, err
	}
	some, next, err := listed(s.resources, *in.RestApiId, in.Position, in.Limit, s.showResource)
	if !slices.Contains(in.Embed, "methods") {
		for i := range some {
			some[i].ResourceMethods = bare(some[i].ResourceMethods)
		}
	}
	return &apigateway.GetResourcesOutput{Items: some, Position: next}, err
}

// bare keeps the methods' names only.
func bare(methods map[string]types.Method) map[string]types.Method {
	for verb := range methods {
		methods[verb] = types.Method{}
	}
	return methods
}

// GetResource finds a resource.
func (s *Service) GetResource(_ context.Context, in *apigateway.GetResourceInput) (*apigateway.GetResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.resources.Get(record.Key(value(in.RestApiId), value(in.ResourceId)))
	if !ok {
		return nil, notFound("Invalid Resource identifier specified")
	}
	shown := s.showResource(r)
	if !slices.Contains(in.Embed, "methods") {
		shown.ResourceMethods = bare(shown.ResourceMethods)
	}
	return new(alike.As[apigateway.GetResourceOutput](shown)), nil
}

func (s *Service) findMethod(api, resourceID, verb *string) (record.Record[methodProperties], error) {
	m, ok := s.methods.Get(record.Key(value(api), methodID(value(api), value(resourceID), value(verb))))
	if !ok {
		return m, notFound("Invalid Method identifier specified")
	}
	return m, nil
}

// GetMethod finds a method.
func (s *Service) GetMethod(_ context.Context, in *apigateway.GetMethodInput) (*apigateway.GetMethodOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.findMethod(in.RestApiId, in.ResourceId, in.HttpMethod)
	if err != nil {
		return nil, err
	}
	return new(alike.As[apigateway.GetMethodOutput](showMethod(m))), nil
}

// GetIntegration finds a method's integration.
func (s *Service) GetIntegration(_ context.Context, in *apigateway.GetIntegrationInput) (*apigateway.GetIntegrationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.findMethod(in.RestApiId, in.ResourceId, in.HttpMethod)
	if err != nil {
		return nil, err
	}
	if m.Properties.Integration == nil {
		return nil, notFound("No integration defined for method")
	}
	return new(alike.As[apigateway.GetIntegrationOutput](showIntegration(m))), nil
}
