package apigateway

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type apiProperties struct {
	ApiKeySourceType          types.ApiKeySourceType
	BinaryMediaTypes          []string
	Description               *string
	DisableExecuteApiEndpoint *bool
	EndpointConfiguration     *types.EndpointConfiguration
	MinimumCompressionSize    *int32
	Name                      string `cfn:"required"`
	Policy                    any
	Tags                      []resource.Tag
}

func (s *Service) apiType() resource.Type {
	return typed(s, resource.Type{
		Name: "AWS::ApiGateway::RestApi", Attributes: []string{"RestApiId", "RootResourceId"},
		Times: resource.Times{Create: resource.Seconds(10), Update: resource.Seconds(5), Delete: resource.Seconds(5)},
	}, piece[apiProperties]{
		things: s.apis,
		id:     func(*apiProperties) string { return s.host.ID(host.LowerID, 10) },
		check: func(id string, _ *apiProperties) error {
			if _, there := record.ByID(s.resources, root(id)); !there {
				record.Put(s.host.Clock, s.resources, id, root(id), &resourceProperties{RestApiId: id}, nil)
			}
			return nil
		},
		after: func(id string) {
			record.DropAll(s.resources, id)
			record.DropAll(s.methods, id)
			record.DropAll(s.models, id)
			record.DropAll(s.validators, id)
			record.DropAll(s.responses, id)
			for _, deployment := range record.Of(s.deployments, id) {
				s.thaw(deployment.ID)
			}
			record.DropAll(s.deployments, id)
			record.DropAll(s.stages, id)
		},
		removable: func(id string, _ *apiProperties) error {
			for _, plan := range s.plans.All() {
				for _, stage := range plan.Properties.ApiStages {
					if value(stage.ApiId) == id {
						return badRequest("Cannot delete API %s: usage plan %s still has a stage of it", id, plan.ID)
					}
				}
			}
			return nil
		},
		attributes: func(id string, _ *apiProperties) map[string]any {
			return map[string]any{"RestApiId": id, "RootResourceId": root(id)}
		},
		tags: func(p *apiProperties) []resource.Tag { return p.Tags },
	})
}

// root is the id of an API's resource "/": the API's own, turned round.
func root(api string) string {
	turned := []byte(api)
	for i, b := range []byte(api) {
		turned[len(api)-1-i] = b
	}
	return string(turned)
}

func (s *Service) findAPI(id string) (record.Record[apiProperties], error) {
	api, ok := s.apis.Get(record.Key("", id))
	if !ok {
		return api, notFound("Invalid API identifier specified %s:%s", s.host.Account, id)
	}
	return api, nil
}

func showAPI(r record.Record[apiProperties]) types.RestApi {
	shown := alike.As[types.RestApi](r.Properties)
	shown.Id, shown.CreatedDate, shown.Tags, shown.RootResourceId = &r.ID, &r.Created, r.AllTags, new(root(r.ID))
	shown.ApiKeySource = r.Properties.ApiKeySourceType
	if shown.ApiKeySource == "" {
		shown.ApiKeySource = types.ApiKeySourceTypeHeader
	}
	if shown.EndpointConfiguration == nil {
		shown.EndpointConfiguration = &types.EndpointConfiguration{Types: []types.EndpointType{types.EndpointTypeEdge}}
	}
	if r.Properties.Policy != nil {
		shown.Policy = new(resource.Document(r.Properties.Policy))
	}
	return shown
}

// GetRestApis lists the APIs.
func (s *Service) GetRestApis(_ context.Context, in *apigateway.GetRestApisInput) (*apigateway.GetRestApisOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	some, next, err := listed(s.apis, "", in.Position, in.Limit, showAPI)
	return &apigateway.GetRestApisOutput{Items: some, Position: next}, err
}

// GetRestApi finds an API.
func (s *Service) GetRestApi(_ context.Context, in *apigateway.GetRestApiInput) (*apigateway.GetRestApiOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	api, err := s.findAPI(value(in.RestApiId))
	if err != nil {
		return nil, err
	}
	return new(alike.As[apigateway.GetRestApiOutput](showAPI(api))), nil
}
