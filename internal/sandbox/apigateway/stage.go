package apigateway

import (
	"context"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type deploymentProperties struct {
	Description *string
	RestApiId   string `cfn:"required"`
}

type stageProperties struct {
	AccessLogSetting     *types.AccessLogSettings
	CacheClusterEnabled  *bool
	CacheClusterSize     *string
	ClientCertificateId  *string
	DeploymentId         *string
	Description          *string
	DocumentationVersion *string
	MethodSettings       []methodSetting
	RestApiId            string `cfn:"required"`
	StageName            *string
	Tags                 []resource.Tag
	TracingEnabled       *bool
	Variables            map[string]string
}

type methodSetting struct {
	CacheDataEncrypted   *bool
	CacheTtlInSeconds    *int32
	CachingEnabled       *bool
	DataTraceEnabled     *bool
	HttpMethod           *string
	LoggingLevel         *string
	MetricsEnabled       *bool
	ResourcePath         *string
	ThrottlingBurstLimit *int32
	ThrottlingRateLimit  *float64
}

func (s *Service) deploymentType() resource.Type {
	return typed(s, resource.Type{
		Name: "AWS::ApiGateway::Deployment", CreateOnly: []string{"RestApiId"}, Attributes: []string{"DeploymentId"},
	}, piece[deploymentProperties]{
		things: s.deployments,
		parent: func(p *deploymentProperties) string { return p.RestApiId },
		check: func(id string, p *deploymentProperties) error {
			if _, err := s.findAPI(p.RestApiId); err != nil {
				return err
			}
			methods := record.Of(s.methods, p.RestApiId)
			if len(methods) == 0 {
				return badRequest("The REST API doesn't contain any methods")
			}
			for _, m := range methods {
				if m.Properties.Integration == nil {
					return badRequest("No integration defined for method")
				}
			}
			s.freeze(id, p.RestApiId)
			return nil
		},
		after: s.thaw,
		removable: func(id string, p *deploymentProperties) error {
			for _, stage := range record.Of(s.stages, p.RestApiId) {
				if value(stage.Properties.DeploymentId) == id {
					return badRequest("Active stages pointing to this deployment must be moved or deleted")
				}
			}
			return nil
		},
		attributes: func(id string, _ *deploymentProperties) map[string]any { return map[string]any{"DeploymentId": id} },
	})
}

var stageName = lazy.Regexp(`^[A-Za-z0-9_-]{1,128}$`)

func (s *Service) stageType() resource.Type {
	return typed(s, resource.Type{
		Name: "AWS::ApiGateway::Stage", CreateOnly: []string{"RestApiId", "StageName"},
	}, piece[stageProperties]{
		things: s.stages,
		parent: func(p *stageProperties) string { return p.RestApiId },
		id:     func(p *stageProperties) string { return value(p.StageName) },
		taken:  "Stage already exists",
		check:  s.checkStage,
		removable: func(id string, p *stageProperties) error {
			for _, plan := range s.plans.All() {
				for _, stage := range plan.Properties.ApiStages {
					if value(stage.ApiId) == p.RestApiId && value(stage.Stage) == id {
						return badRequest("Cannot delete stage %s: usage plan %s is associated with it", id, plan.ID)
					}
				}
			}
			return nil
		},
		tags: func(p *stageProperties) []resource.Tag { return p.Tags },
	})
}

func (s *Service) checkStage(id string, p *stageProperties) error {
	if _, err := s.findAPI(p.RestApiId); err != nil {
		return err
	}
	if !stageName().MatchString(id) {
		return badRequest("Stage name only allows a-zA-Z0-9_")
	}
	if _, ok := s.deployments.Get(record.Key(p.RestApiId, value(p.DeploymentId))); !ok {
		return badRequest("Deployment id does not exist")
	}
	if p.logs() && s.logsRole() == "" {
		return badRequest("CloudWatch Logs role ARN must be set in account settings to enable logging")
	}
	return nil
}

func (p *stageProperties) logs() bool {
	for _, setting := range p.MethodSettings {
		if level := value(setting.LoggingLevel); level != "" && level != "OFF" {
			return true
		}
	}
	return p.AccessLogSetting != nil
}

func showStage(r record.Record[stageProperties]) types.Stage {
	shown := alike.As[types.Stage](r.Properties)
	shown.StageName, shown.CreatedDate, shown.LastUpdatedDate, shown.Tags = &r.ID, &r.Created, &r.Updated, r.AllTags
	shown.AccessLogSettings, shown.CacheClusterStatus = r.Properties.AccessLogSetting, types.CacheClusterStatusNotAvailable
	shown.MethodSettings = map[string]types.MethodSetting{}
	for _, setting := range r.Properties.MethodSettings {
		shown.MethodSettings[setting.key()] = alike.As[types.MethodSetting](setting)
	}
	return shown
}

// key is how a stage names a setting: "*/*" for all methods, "v1~1jobs/POST".
func (m methodSetting) key() string {
	path := strings.TrimPrefix(value(m.ResourcePath), "/")
	if path != "*" {
		path = strings.ReplaceAll("/"+path, "/", "~1")
	}
	return path + "/" + value(m.HttpMethod)
}

// GetDeployments lists an API's deployments.
func (s *Service) GetDeployments(_ context.Context, in *apigateway.GetDeploymentsInput) (*apigateway.GetDeploymentsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(value(in.RestApiId)); err != nil {
		return nil, err
	}
	some, next, err := listed(s.deployments, *in.RestApiId, in.Position, in.Limit, func(r record.Record[deploymentProperties]) types.Deployment {
		return types.Deployment{Id: &r.ID, Description: r.Properties.Description, CreatedDate: &r.Created}
	})
	return &apigateway.GetDeploymentsOutput{Items: some, Position: next}, err
}

// GetStages lists an API's stages, those on one deployment if that is named.
func (s *Service) GetStages(_ context.Context, in *apigateway.GetStagesInput) (*apigateway.GetStagesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findAPI(value(in.RestApiId)); err != nil {
		return nil, err
	}
	out := &apigateway.GetStagesOutput{Item: []types.Stage{}}
	for _, r := range record.Of(s.stages, *in.RestApiId) {
		if in.DeploymentId == nil || *in.DeploymentId == value(r.Properties.DeploymentId) {
			out.Item = append(out.Item, showStage(r))
		}
	}
	return out, nil
}

// GetStage finds a stage.
func (s *Service) GetStage(_ context.Context, in *apigateway.GetStageInput) (*apigateway.GetStageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.stages.Get(record.Key(value(in.RestApiId), value(in.StageName)))
	if !ok {
		return nil, notFound("Invalid stage identifier specified")
	}
	return new(alike.As[apigateway.GetStageOutput](showStage(r))), nil
}
