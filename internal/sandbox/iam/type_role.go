package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type roleProperties struct {
	attachments
	AssumeRolePolicyDocument any `cfn:"required"`
	Description              *string
	MaxSessionDuration       *int32
	Path                     *string
	RoleName                 *string
}

func (s *Service) roleType() resource.Type {
	return resource.Typed(resource.Type{
		Name:         "AWS::IAM::Role",
		NameProperty: "RoleName",
		CreateOnly:   []string{"Path", "RoleName"},
		Attributes:   []string{"Arn", "RoleId"},
		Times:        resource.Times{Create: resource.Seconds(12), Update: resource.Seconds(12), Delete: resource.Seconds(2)},
	}, resource.Steps[roleProperties]{
		Create: s.createRoleResource,
		Update: s.updateRoleResource,
		Delete: s.deleteRoleResource,
		Read:   s.readRoleResource,
		Find: func(_ context.Context, p *roleProperties) (resource.Result, bool) {
			role, err := s.roles.find(p.RoleName)
			return role.roleResult(), err == nil
		},
	})
}

func (s *Service) createRoleResource(ctx context.Context, r resource.Request, p *roleProperties) (resource.Result, error) {
	name := p.RoleName
	if name == nil {
		name = new(r.GeneratedName(64))
	}
	out, err := s.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: name, Path: p.Path, Description: p.Description, MaxSessionDuration: p.MaxSessionDuration,
		AssumeRolePolicyDocument: new(resource.Document(p.AssumeRolePolicyDocument)),
	})
	if err != nil {
		return resource.Result{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.declare(s.roles, r, name, p.attachments, attachments{}); err != nil {
		s.roles.records.Delete(*name) // what failed to be created leaves nothing behind
		return resource.Result{}, err
	}
	return resource.Result{PhysicalID: *name, Attributes: map[string]any{"Arn": *out.Role.Arn, "RoleId": *out.Role.RoleId}}, nil
}

func (s *Service) updateRoleResource(ctx context.Context, r resource.Request, p *roleProperties) (resource.Result, error) {
	name := &r.PhysicalID
	trust := &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: new(resource.Document(p.AssumeRolePolicyDocument))}
	if _, err := s.UpdateAssumeRolePolicy(ctx, trust); err != nil {
		return resource.Result{}, err
	}
	session := p.MaxSessionDuration
	if session == nil {
		session = new(int32(shortestSession))
	}
	if _, err := s.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: name, MaxSessionDuration: session}); err != nil {
		return resource.Result{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.declare(s.roles, r, name, p.attachments, before[roleProperties](r).attachments); err != nil {
		return resource.Result{}, err
	}
	if err := s.roles.change(name, func(role *identity) { role.Description = p.Description }); err != nil {
		return resource.Result{}, err
	}
	role, err := s.roles.find(name)
	return role.roleResult(), err
}

func (i identity) roleResult() resource.Result {
	return resource.Result{PhysicalID: i.Name, Attributes: map[string]any{"Arn": i.ARN, "RoleId": i.ID}}
}

func (s *Service) deleteRoleResource(_ context.Context, r resource.Request, p *roleProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.declare(s.roles, r, &r.PhysicalID, attachments{}, p.attachments); err != nil {
		return err
	}
	return s.roles.delete(&r.PhysicalID)
}

func (s *Service) readRoleResource(_ context.Context, id string) (*roleProperties, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	role, err := s.roles.find(&id)
	if err != nil {
		return nil, false
	}
	return &roleProperties{
		attachments: s.attachmentsOf(role), AssumeRolePolicyDocument: resource.Parsed(role.Trust),
		Description: role.Description, MaxSessionDuration: &role.MaxSession, Path: &role.Path, RoleName: &role.Name,
	}, true
}
