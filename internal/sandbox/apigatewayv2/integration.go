package apigatewayv2

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type integrationProperties struct {
	ApiId                       string `cfn:"required"`
	ConnectionId                *string
	ConnectionType              types.ConnectionType
	ContentHandlingStrategy     types.ContentHandlingStrategy
	CredentialsArn              *string
	Description                 *string
	IntegrationMethod           *string
	IntegrationSubtype          *string
	IntegrationType             types.IntegrationType `cfn:"required"`
	IntegrationUri              *string
	PassthroughBehavior         types.PassthroughBehavior
	PayloadFormatVersion        *string
	RequestParameters           map[string]string
	RequestTemplates            map[string]string
	ResponseParameters          map[string]any
	TemplateSelectionExpression *string
	TimeoutInMillis             *int32
	TlsConfig                   *types.TlsConfig
}

// Milliseconds that an integration may take (API Gateway quotas).
const (
	shortestTimeout = 50
	longestTimeout  = 29000
)

func (s *Service) integrationType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::ApiGatewayV2::Integration", CreateOnly: []string{"ApiId"}, Attributes: []string{"IntegrationId"}, Times: pieceTimes,
	}, resource.Steps[integrationProperties]{
		Create: func(_ context.Context, _ resource.Request, p *integrationProperties) (resource.Result, error) {
			return s.putIntegration(s.id(7), p)
		},
		Update: func(_ context.Context, r resource.Request, p *integrationProperties) (resource.Result, error) {
			return s.putIntegration(r.PhysicalID, p)
		},
		Delete: func(_ context.Context, r resource.Request, p *integrationProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, route := range record.Of(s.routes, p.ApiId) {
				if value(route.Properties.Target) == "integrations/"+r.PhysicalID {
					return conflict("Cannot delete Integration '%s' due to Integration being referenced by Route '%s'.", r.PhysicalID, route.ID)
				}
			}
			return drop(s.integrations, p.ApiId, r.PhysicalID)
		},
		Read: func(_ context.Context, id string) (*integrationProperties, bool) {
			r, ok := record.ByID(s.integrations, id)
			return &r.Properties, ok
		},
	})
}

func (s *Service) putIntegration(id string, p *integrationProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(&p.ApiId); err != nil {
		return resource.Result{}, err
	}
	if !slices.Contains(p.IntegrationType.Values(), p.IntegrationType) {
		return resource.Result{}, badRequest("Invalid integration type %s", p.IntegrationType)
	}
	if p.IntegrationUri == nil && p.IntegrationType != types.IntegrationTypeMock && p.IntegrationSubtype == nil {
		return resource.Result{}, badRequest("IntegrationUri is required for integration type %s", p.IntegrationType)
	}
	if ms := *or(p.TimeoutInMillis, longestTimeout); ms < shortestTimeout || ms > longestTimeout {
		return resource.Result{}, badRequest("Timeout should be between %d ms and %d ms", shortestTimeout, longestTimeout)
	}
	record.Put(s.host.Clock, s.integrations, p.ApiId, id, p, nil)
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"IntegrationId": id}}, nil
}

func showIntegration(r record.Record[integrationProperties]) types.Integration {
	shown := alike.As[types.Integration](r.Properties)
	shown.IntegrationId = &r.ID
	shown.TimeoutInMillis = or(shown.TimeoutInMillis, longestTimeout)
	shown.IntegrationMethod = or(shown.IntegrationMethod, "POST")
	shown.PayloadFormatVersion = or(shown.PayloadFormatVersion, "1.0")
	if shown.ConnectionType == "" {
		shown.ConnectionType = types.ConnectionTypeInternet
	}
	if shown.PassthroughBehavior == "" {
		shown.PassthroughBehavior = types.PassthroughBehaviorWhenNoMatch
	}
	return shown
}

// GetIntegrations lists an API's integrations.
func (s *Service) GetIntegrations(_ context.Context, in *apigatewayv2.GetIntegrationsInput) (*apigatewayv2.GetIntegrationsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(in.ApiId); err != nil {
		return nil, err
	}
	some, next, err := paged(record.Of(s.integrations, *in.ApiId), in.NextToken, in.MaxResults)
	out := &apigatewayv2.GetIntegrationsOutput{Items: []types.Integration{}, NextToken: next}
	for _, r := range some {
		out.Items = append(out.Items, showIntegration(r))
	}
	return out, err
}

// GetIntegration finds an integration.
func (s *Service) GetIntegration(_ context.Context, in *apigatewayv2.GetIntegrationInput) (*apigatewayv2.GetIntegrationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.integrations.Get(record.Key(value(in.ApiId), value(in.IntegrationId)))
	if !ok {
		return nil, notFound("Invalid Integration identifier specified")
	}
	return new(alike.As[apigatewayv2.GetIntegrationOutput](showIntegration(r))), nil
}

type integrationResponseProperties struct {
	ApiId                       string `cfn:"required"`
	ContentHandlingStrategy     *string
	IntegrationId               string `cfn:"required"`
	IntegrationResponseKey      string `cfn:"required"`
	ResponseParameters          any
	ResponseTemplates           any
	TemplateSelectionExpression *string
}

func (s *Service) integrationResponseType() resource.Type {
	set := func(id string, p *integrationResponseProperties) (resource.Result, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, ok := s.integrations.Get(record.Key(p.ApiId, p.IntegrationId)); !ok {
			return resource.Result{}, notFound("Invalid Integration identifier specified")
		}
		record.Put(s.host.Clock, s.responses, p.ApiId, id, p, nil)
		return resource.Result{PhysicalID: id, Attributes: map[string]any{"IntegrationResponseId": id}}, nil
	}
	return resource.Typed(resource.Type{
		Name: "AWS::ApiGatewayV2::IntegrationResponse", CreateOnly: []string{"ApiId", "IntegrationId"},
		Attributes: []string{"IntegrationResponseId"}, Times: pieceTimes,
	}, resource.Steps[integrationResponseProperties]{
		Create: func(_ context.Context, _ resource.Request, p *integrationResponseProperties) (resource.Result, error) {
			return set(s.id(7), p)
		},
		Update: func(_ context.Context, r resource.Request, p *integrationResponseProperties) (resource.Result, error) {
			return set(r.PhysicalID, p)
		},
		Delete: func(_ context.Context, r resource.Request, p *integrationResponseProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			return drop(s.responses, p.ApiId, r.PhysicalID)
		},
		Read: func(_ context.Context, id string) (*integrationResponseProperties, bool) {
			r, ok := record.ByID(s.responses, id)
			return &r.Properties, ok
		},
	})
}
