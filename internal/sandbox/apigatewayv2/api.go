package apigatewayv2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type apiProperties struct {
	ApiKeySelectionExpression *string
	CorsConfiguration         *types.Cors
	Description               *string
	DisableExecuteApiEndpoint *bool
	DisableSchemaValidation   *bool
	IpAddressType             types.IpAddressType
	Name                      string `cfn:"required"`
	ProtocolType              types.ProtocolType
	RouteSelectionExpression  *string
	Tags                      map[string]string
	Version                   *string
}

func (s *Service) apiType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::ApiGatewayV2::Api", CreateOnly: []string{"ProtocolType"}, WriteOnly: []string{"DisableSchemaValidation"},
		Attributes: []string{"ApiId", "ApiEndpoint"}, Times: resource.Times{Create: resource.Seconds(6), Update: resource.Seconds(4), Delete: resource.Seconds(3)},
	}, resource.Steps[apiProperties]{
		Create: func(_ context.Context, r resource.Request, p *apiProperties) (resource.Result, error) {
			return s.putAPI(s.id(10), r, p)
		},
		Update: func(_ context.Context, r resource.Request, p *apiProperties) (resource.Result, error) {
			return s.putAPI(r.PhysicalID, r, p)
		},
		Delete: func(_ context.Context, r resource.Request, _ *apiProperties) error { return s.dropAPI(r.PhysicalID) },
		Read: func(_ context.Context, id string) (*apiProperties, bool) {
			api, ok := s.apis.Get(record.Key("", id))
			return &api.Properties, ok
		},
	})
}

func (s *Service) putAPI(id string, r resource.Request, p *apiProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch p.ProtocolType {
	case types.ProtocolTypeHttp:
	case types.ProtocolTypeWebsocket:
		if p.RouteSelectionExpression == nil {
			return resource.Result{}, badRequest("RouteSelectionExpression is required for WEBSOCKET protocol type")
		}
	default:
		return resource.Result{}, badRequest("Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]")
	}
	api := record.Put(s.host.Clock, s.apis, "", id, p, mapTags(r, p.Tags))
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"ApiId": id, "ApiEndpoint": s.endpoint(api)}}, nil
}

// endpoint is the API's address, at which it answers: there are no host names
// below amazonaws.com on this machine.
func (s *Service) endpoint(api record.Record[apiProperties]) string {
	if api.Properties.ProtocolType == types.ProtocolTypeWebsocket {
		return s.host.WebSocketAPI(api.ID)
	}
	return s.host.ExecuteAPI(api.ID)
}

// dropAPI removes an API with all that belongs to it.
func (s *Service) dropAPI(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := drop(s.apis, "", id); err != nil {
		return err
	}
	record.DropAll(s.routes, id)
	record.DropAll(s.integrations, id)
	record.DropAll(s.stages, id)
	record.DropAll(s.deployments, id)
	record.DropAll(s.responses, id)
	record.DropAll(s.replies, id)
	return nil
}

func (s *Service) findAPI(id *string) (record.Record[apiProperties], error) {
	api, ok := s.apis.Get(record.Key("", value(id)))
	if !ok {
		return api, notFound("Invalid API identifier specified %s:%s", s.host.Account, value(id))
	}
	return api, nil
}

func (s *Service) showAPI(r record.Record[apiProperties]) types.Api {
	shown := alike.As[types.Api](r.Properties)
	shown.ApiId, shown.ApiEndpoint, shown.CreatedDate, shown.Tags = &r.ID, new(s.endpoint(r)), &r.Created, r.AllTags
	shown.ApiKeySelectionExpression = or(shown.ApiKeySelectionExpression, "$request.header.x-api-key")
	shown.RouteSelectionExpression = or(shown.RouteSelectionExpression, "$request.method $request.path")
	shown.DisableExecuteApiEndpoint = or(shown.DisableExecuteApiEndpoint, false)
	if shown.IpAddressType == "" {
		shown.IpAddressType = types.IpAddressTypeIpv4
	}
	return shown
}

// GetApis lists the APIs.
func (s *Service) GetApis(_ context.Context, in *apigatewayv2.GetApisInput) (*apigatewayv2.GetApisOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	some, next, err := paged(record.Of(s.apis, ""), in.NextToken, in.MaxResults)
	out := &apigatewayv2.GetApisOutput{Items: []types.Api{}, NextToken: next}
	for _, r := range some {
		out.Items = append(out.Items, s.showAPI(r))
	}
	return out, err
}

// GetApi finds an API.
func (s *Service) GetApi(_ context.Context, in *apigatewayv2.GetApiInput) (*apigatewayv2.GetApiOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.findAPI(in.ApiId)
	if err != nil {
		return nil, err
	}
	return new(alike.As[apigatewayv2.GetApiOutput](s.showAPI(r))), nil
}
