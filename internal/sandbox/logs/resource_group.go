package logs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// groupProperties are the properties of AWS::Logs::LogGroup.
type groupProperties struct {
	LogGroupName              string
	LogGroupClass             types.LogGroupClass
	RetentionInDays           *int32
	KMSKeyID                  string `json:"KmsKeyId"`
	DeletionProtectionEnabled *bool
	Tags                      []resource.Tag
}

func (s *Service) groupType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::Logs::LogGroup", NameProperty: "LogGroupName", CreateOnly: []string{"LogGroupName"}, Attributes: []string{"Arn"},
		Times: resource.Times{Create: 8 * time.Second, Update: 5 * time.Second, Delete: 3 * time.Second},
	}, resource.Steps[groupProperties]{
		Create: s.createResource, Update: s.updateResource, Delete: s.deleteResource, Read: s.readResource,
	})
}

func (s *Service) createResource(ctx context.Context, r resource.Request, p *groupProperties) (resource.Result, error) {
	name := p.LogGroupName
	if name == "" {
		name = r.GeneratedName(255)
	}
	if _, ok := s.groups.Get(name); ok {
		return resource.Result{}, &resource.Error{Code: "AlreadyExists", Message: "Resource of type 'AWS::Logs::LogGroup' with identifier " +
			`'{"/properties/LogGroupName":"` + name + `"}' already exists.`}
	}
	if p.RetentionInDays != nil {
		if err := checkRetention(p.RetentionInDays); err != nil {
			return resource.Result{}, err
		}
	}
	_, err := s.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{
		LogGroupName: &name, LogGroupClass: p.LogGroupClass, KmsKeyId: &p.KMSKeyID,
		DeletionProtectionEnabled: p.DeletionProtectionEnabled, Tags: r.AllTags(p.Tags),
	})
	if err != nil {
		return resource.Result{}, err
	}
	r.PhysicalID = name
	return s.updateResource(ctx, r, p)
}

func (s *Service) updateResource(_ context.Context, r resource.Request, p *groupProperties) (resource.Result, error) {
	err := s.change(&r.PhysicalID, func(g *group) error {
		if p.RetentionInDays != nil {
			if err := checkRetention(p.RetentionInDays); err != nil {
				return err
			}
		}
		g.Retention, g.KMSKey, g.Tags = p.RetentionInDays, p.KMSKeyID, r.AllTags(p.Tags)
		g.Protected = p.DeletionProtectionEnabled != nil && *p.DeletionProtectionEnabled
		return nil
	})
	return resource.Result{PhysicalID: r.PhysicalID, Attributes: map[string]any{"Arn": s.arn(r.PhysicalID) + ":*"}}, err
}

func (s *Service) deleteResource(ctx context.Context, r resource.Request, _ *groupProperties) error {
	_, err := s.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &r.PhysicalID})
	return err
}

func (s *Service) readResource(_ context.Context, physicalID string) (*groupProperties, bool) {
	g, ok := s.groups.Get(physicalID)
	if !ok {
		return nil, false
	}
	return &groupProperties{
		LogGroupName: g.Name, LogGroupClass: g.Class, RetentionInDays: g.Retention, KMSKeyID: g.KMSKey,
		DeletionProtectionEnabled: &g.Protected, Tags: resource.OwnTags(g.Tags),
	}, true
}
