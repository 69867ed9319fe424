package apigatewayv2

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type routeProperties struct {
	ApiId                            string `cfn:"required"`
	ApiKeyRequired                   *bool
	AuthorizationScopes              []string
	AuthorizationType                types.AuthorizationType
	AuthorizerId                     *string
	ModelSelectionExpression         *string
	OperationName                    *string
	RequestModels                    map[string]string
	RequestParameters                map[string]types.ParameterConstraints
	RouteKey                         string `cfn:"required"`
	RouteResponseSelectionExpression *string
	Target                           *string
}

func (s *Service) routeType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::ApiGatewayV2::Route", CreateOnly: []string{"ApiId"}, WriteOnly: []string{"AuthorizerId", "RequestParameters"},
		Attributes: []string{"RouteId"}, Times: pieceTimes,
	}, resource.Steps[routeProperties]{
		Create: func(_ context.Context, _ resource.Request, p *routeProperties) (resource.Result, error) {
			return s.putRoute(s.id(7), p)
		},
		Update: func(_ context.Context, r resource.Request, p *routeProperties) (resource.Result, error) {
			return s.putRoute(r.PhysicalID, p)
		},
		Delete: func(_ context.Context, r resource.Request, p *routeProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			return drop(s.routes, p.ApiId, r.PhysicalID)
		},
		Read: func(_ context.Context, id string) (*routeProperties, bool) {
			r, ok := record.ByID(s.routes, id)
			return &r.Properties, ok
		},
	})
}

func (s *Service) putRoute(id string, p *routeProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(&p.ApiId); err != nil {
		return resource.Result{}, err
	}
	for _, other := range record.Of(s.routes, p.ApiId) {
		if other.ID != id && other.Properties.RouteKey == p.RouteKey {
			return resource.Result{}, conflict("Route with key %s already exists for this API", p.RouteKey)
		}
	}
	if p.Target != nil {
		target, ok := strings.CutPrefix(*p.Target, "integrations/")
		if _, known := s.integrations.Get(record.Key(p.ApiId, target)); !ok || !known {
			return resource.Result{}, badRequest("Invalid target %s: it names no integration of the API", *p.Target)
		}
	}
	record.Put(s.host.Clock, s.routes, p.ApiId, id, p, nil)
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"RouteId": id}}, nil
}

func showRoute(r record.Record[routeProperties]) types.Route {
	shown := alike.As[types.Route](r.Properties)
	shown.RouteId, shown.ApiKeyRequired = &r.ID, or(shown.ApiKeyRequired, false)
	if shown.AuthorizationType == "" {
		shown.AuthorizationType = types.AuthorizationTypeNone
	}
	return shown
}

// GetRoutes lists an API's routes.
func (s *Service) GetRoutes(_ context.Context, in *apigatewayv2.GetRoutesInput) (*apigatewayv2.GetRoutesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(in.ApiId); err != nil {
		return nil, err
	}
	some, next, err := paged(record.Of(s.routes, *in.ApiId), in.NextToken, in.MaxResults)
	out := &apigatewayv2.GetRoutesOutput{Items: []types.Route{}, NextToken: next}
	for _, r := range some {
		out.Items = append(out.Items, showRoute(r))
	}
	return out, err
}

// GetRoute finds a route.
func (s *Service) GetRoute(_ context.Context, in *apigatewayv2.GetRouteInput) (*apigatewayv2.GetRouteOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.routes.Get(record.Key(value(in.ApiId), value(in.RouteId)))
	if !ok {
		return nil, notFound("Unable to find Route by key %s within the provided API", value(in.RouteId))
	}
	return new(alike.As[apigatewayv2.GetRouteOutput](showRoute(r))), nil
}

type routeResponseProperties struct {
	ApiId                    string `cfn:"required"`
	ModelSelectionExpression *string
	ResponseModels           map[string]string
	ResponseParameters       map[string]types.ParameterConstraints
	RouteId                  string `cfn:"required"`
	RouteResponseKey         string `cfn:"required"`
}

func (s *Service) routeResponseType() resource.Type {
	set := func(id string, p *routeResponseProperties) (resource.Result, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, ok := s.routes.Get(record.Key(p.ApiId, p.RouteId)); !ok {
			return resource.Result{}, notFound("Unable to find Route by key %s within the provided API", p.RouteId)
		}
		record.Put(s.host.Clock, s.replies, p.ApiId, id, p, nil)
		return resource.Result{PhysicalID: id, Attributes: map[string]any{"RouteResponseId": id}}, nil
	}
	return resource.Typed(resource.Type{
		Name: "AWS::ApiGatewayV2::RouteResponse", CreateOnly: []string{"ApiId", "RouteId"}, Attributes: []string{"RouteResponseId"}, Times: pieceTimes,
	}, resource.Steps[routeResponseProperties]{
		Create: func(_ context.Context, _ resource.Request, p *routeResponseProperties) (resource.Result, error) {
			return set(s.id(7), p)
		},
		Update: func(_ context.Context, r resource.Request, p *routeResponseProperties) (resource.Result, error) {
			return set(r.PhysicalID, p)
		},
		Delete: func(_ context.Context, r resource.Request, p *routeResponseProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			return drop(s.replies, p.ApiId, r.PhysicalID)
		},
		Read: func(_ context.Context, id string) (*routeResponseProperties, bool) {
			r, ok := record.ByID(s.replies, id)
			return &r.Properties, ok
		},
	})
}
