package apigatewayv2

import (
	"context"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type stageProperties struct {
	AccessLogSettings    *types.AccessLogSettings
	ApiId                string `cfn:"required"`
	AutoDeploy           *bool
	ClientCertificateId  *string
	DefaultRouteSettings *types.RouteSettings
	DeploymentId         *string
	Description          *string
	RouteSettings        map[string]types.RouteSettings
	StageName            string `cfn:"required"`
	StageVariables       map[string]string
	Tags                 map[string]string
}

var stageName = lazy.Regexp(`^(\$default|[A-Za-z0-9_-]{1,128})$`)

func (s *Service) stageType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::ApiGatewayV2::Stage", CreateOnly: []string{"StageName", "ApiId"}, Attributes: []string{"Id"}, Times: pieceTimes,
	}, resource.Steps[stageProperties]{
		Create: func(_ context.Context, r resource.Request, p *stageProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if _, taken := s.stages.Get(record.Key(p.ApiId, p.StageName)); taken {
				return resource.Result{}, conflict("Stage already exists")
			}
			return s.putStage(r, p)
		},
		Update: func(_ context.Context, r resource.Request, p *stageProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.putStage(r, p)
		},
		Delete: func(_ context.Context, r resource.Request, p *stageProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			return drop(s.stages, p.ApiId, r.PhysicalID)
		},
		Read: func(_ context.Context, id string) (*stageProperties, bool) {
			r, ok := record.ByID(s.stages, id)
			return &r.Properties, ok
		},
	})
}

func (s *Service) putStage(r resource.Request, p *stageProperties) (resource.Result, error) {
	if _, err := s.findAPI(&p.ApiId); err != nil {
		return resource.Result{}, err
	}
	if !stageName().MatchString(p.StageName) {
		return resource.Result{}, badRequest("Stage name only allows a-zA-Z0-9_- and $default")
	}
	if p.DeploymentId != nil {
		if _, ok := s.deployments.Get(record.Key(p.ApiId, *p.DeploymentId)); !ok {
			return resource.Result{}, notFound("Deployment %s not found", *p.DeploymentId)
		}
	}
	if s.logs(p) && s.account.LogsRole() == "" {
		return resource.Result{}, badRequest("CloudWatch Logs role ARN must be set in account settings to enable logging")
	}
	s.deployItself(p)
	record.Put(s.host.Clock, s.stages, p.ApiId, p.StageName, p, mapTags(r, p.Tags))
	return resource.Result{PhysicalID: p.StageName, Attributes: map[string]any{"Id": p.StageName}}, nil
}

// deployItself gives an automatically deployed stage a deployment of its own, once.
func (s *Service) deployItself(p *stageProperties) {
	if p.AutoDeploy == nil || !*p.AutoDeploy || p.DeploymentId != nil {
		return
	}
	if before, ok := s.stages.Get(record.Key(p.ApiId, p.StageName)); ok && before.Properties.DeploymentId != nil {
		p.DeploymentId = before.Properties.DeploymentId
		return
	}
	p.DeploymentId = new(s.id(6))
	record.Put(s.host.Clock, s.deployments, p.ApiId, *p.DeploymentId, &deploymentProperties{
		ApiId: p.ApiId, Description: new(automatic),
	}, nil)
}

// automatic describes the deployments that API Gateway makes by itself.
const automatic = "Automatic deployment triggered by changes to the Api configuration"

func (s *Service) logs(p *stageProperties) bool {
	execution := func(settings *types.RouteSettings) bool {
		return settings != nil && settings.LoggingLevel != "" && settings.LoggingLevel != types.LoggingLevelOff
	}
	for _, settings := range p.RouteSettings {
		if execution(&settings) {
			return true
		}
	}
	return p.AccessLogSettings != nil || execution(p.DefaultRouteSettings)
}

func (s *Service) showStage(r record.Record[stageProperties]) types.Stage {
	shown := alike.As[types.Stage](r.Properties)
	shown.CreatedDate, shown.LastUpdatedDate, shown.Tags = &r.Created, &r.Updated, r.AllTags
	if shown.DefaultRouteSettings == nil {
		shown.DefaultRouteSettings = &types.RouteSettings{DetailedMetricsEnabled: new(false)}
	}
	if shown.RouteSettings == nil {
		shown.RouteSettings = map[string]types.RouteSettings{}
	}
	if shown.StageVariables == nil {
		shown.StageVariables = map[string]string{}
	}
	if shown.AutoDeploy != nil && *shown.AutoDeploy {
		shown.LastDeploymentStatusMessage = new("Successfully deployed stage with deployment ID '" + value(shown.DeploymentId) + "'")
	}
	return shown
}

// GetStages lists an API's stages.
func (s *Service) GetStages(_ context.Context, in *apigatewayv2.GetStagesInput) (*apigatewayv2.GetStagesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(in.ApiId); err != nil {
		return nil, err
	}
	some, next, err := paged(record.Of(s.stages, *in.ApiId), in.NextToken, in.MaxResults)
	out := &apigatewayv2.GetStagesOutput{Items: []types.Stage{}, NextToken: next}
	for _, r := range some {
		out.Items = append(out.Items, s.showStage(r))
	}
	return out, err
}

// GetStage finds a stage.
func (s *Service) GetStage(_ context.Context, in *apigatewayv2.GetStageInput) (*apigatewayv2.GetStageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.stages.Get(record.Key(value(in.ApiId), value(in.StageName)))
	if !ok {
		return nil, notFound("Unable to find Stage by name %s within the provided API", value(in.StageName))
	}
	return new(alike.As[apigatewayv2.GetStageOutput](s.showStage(r))), nil
}
