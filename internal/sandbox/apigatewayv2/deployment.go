package apigatewayv2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type deploymentProperties struct {
	ApiId       string `cfn:"required"`
	Description *string
	StageName   *string
}

func (s *Service) deploymentType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::ApiGatewayV2::Deployment", CreateOnly: []string{"ApiId"}, WriteOnly: []string{"StageName"},
		Attributes: []string{"DeploymentId"}, Times: pieceTimes,
	}, resource.Steps[deploymentProperties]{
		Create: func(_ context.Context, _ resource.Request, p *deploymentProperties) (resource.Result, error) {
			return s.putDeployment(s.id(6), p)
		},
		Update: func(_ context.Context, r resource.Request, p *deploymentProperties) (resource.Result, error) {
			return s.putDeployment(r.PhysicalID, p)
		},
		Delete: func(_ context.Context, r resource.Request, p *deploymentProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, stage := range record.Of(s.stages, p.ApiId) {
				if value(stage.Properties.DeploymentId) == r.PhysicalID {
					return badRequest("Active stages pointing to this deployment must be moved or deleted")
				}
			}
			return drop(s.deployments, p.ApiId, r.PhysicalID)
		},
		Read: func(_ context.Context, id string) (*deploymentProperties, bool) {
			r, ok := record.ByID(s.deployments, id)
			return &r.Properties, ok
		},
	})
}

func (s *Service) putDeployment(id string, p *deploymentProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(&p.ApiId); err != nil {
		return resource.Result{}, err
	}
	if len(record.Of(s.routes, p.ApiId)) == 0 {
		return resource.Result{}, badRequest("At least one route is required before deploying the Api.")
	}
	record.Put(s.host.Clock, s.deployments, p.ApiId, id, p, nil)
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"DeploymentId": id}}, nil
}

func showDeployment(r record.Record[deploymentProperties]) types.Deployment {
	return types.Deployment{
		DeploymentId: &r.ID, CreatedDate: &r.Created, Description: r.Properties.Description,
		AutoDeployed: new(value(r.Properties.Description) == automatic), DeploymentStatus: types.DeploymentStatusDeployed,
	}
}

// GetDeployments lists an API's deployments.
func (s *Service) GetDeployments(_ context.Context, in *apigatewayv2.GetDeploymentsInput) (*apigatewayv2.GetDeploymentsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(in.ApiId); err != nil {
		return nil, err
	}
	some, next, err := paged(record.Of(s.deployments, *in.ApiId), in.NextToken, in.MaxResults)
	out := &apigatewayv2.GetDeploymentsOutput{Items: []types.Deployment{}, NextToken: next}
	for _, r := range some {
		out.Items = append(out.Items, showDeployment(r))
	}
	return out, err
}

// GetDeployment finds a deployment.
func (s *Service) GetDeployment(_ context.Context, in *apigatewayv2.GetDeploymentInput) (*apigatewayv2.GetDeploymentOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.deployments.Get(record.Key(value(in.ApiId), value(in.DeploymentId)))
	if !ok {
		return nil, notFound("Unable to find Deployment by id %s within the provided API", value(in.DeploymentId))
	}
	return new(alike.As[apigatewayv2.GetDeploymentOutput](showDeployment(r))), nil
}
