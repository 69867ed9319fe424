package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type userProperties struct {
	attachments
	Path     *string
	UserName *string
}

func (s *Service) userType() resource.Type {
	return resource.Typed(resource.Type{
		Name:         "AWS::IAM::User",
		NameProperty: "UserName",
		CreateOnly:   []string{"UserName"},
		Attributes:   []string{"Arn"},
		Times:        resource.Times{Create: resource.Seconds(12), Update: resource.Seconds(5), Delete: resource.Seconds(2)},
	}, resource.Steps[userProperties]{
		Create: s.createUserResource,
		Update: s.updateUserResource,
		Delete: s.deleteUserResource,
		Read:   s.readUserResource,
		Find: func(_ context.Context, p *userProperties) (resource.Result, bool) {
			user, err := s.users.find(p.UserName)
			return user.userResult(), err == nil
		},
	})
}

func (s *Service) createUserResource(ctx context.Context, r resource.Request, p *userProperties) (resource.Result, error) {
	name := p.UserName
	if name == nil {
		name = new(r.GeneratedName(64))
	}
	out, err := s.CreateUser(ctx, &iam.CreateUserInput{UserName: name, Path: p.Path})
	if err != nil {
		return resource.Result{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.declare(s.users, r, name, p.attachments, attachments{}); err != nil {
		s.users.records.Delete(*name) // what failed to be created leaves nothing behind
		return resource.Result{}, err
	}
	return resource.Result{PhysicalID: *name, Attributes: map[string]any{"Arn": *out.User.Arn}}, nil
}

func (s *Service) updateUserResource(_ context.Context, r resource.Request, p *userProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.declare(s.users, r, &r.PhysicalID, p.attachments, before[userProperties](r).attachments); err != nil {
		return resource.Result{}, err
	}
	err := s.users.change(&r.PhysicalID, func(user *identity) {
		user.Path = "/"
		if p.Path != nil {
			user.Path = *p.Path
		}
		user.ARN = s.host.GlobalARN("iam", "user"+user.Path+user.Name)
	})
	if err != nil {
		return resource.Result{}, err
	}
	user, err := s.users.find(&r.PhysicalID)
	return user.userResult(), err
}

func (i identity) userResult() resource.Result {
	return resource.Result{PhysicalID: i.Name, Attributes: map[string]any{"Arn": i.ARN}}
}

func (s *Service) deleteUserResource(ctx context.Context, r resource.Request, p *userProperties) error {
	s.mu.Lock()
	err := s.declare(s.users, r, &r.PhysicalID, attachments{}, p.attachments)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	_, err = s.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &r.PhysicalID})
	return err
}

func (s *Service) readUserResource(_ context.Context, id string) (*userProperties, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.users.find(&id)
	if err != nil {
		return nil, false
	}
	return &userProperties{attachments: s.attachmentsOf(user), Path: &user.Path, UserName: &user.Name}, true
}

type accessKeyProperties struct {
	Serial   *int32
	Status   *string
	UserName string `cfn:"required"`
}

func (s *Service) accessKeyType() resource.Type {
	return resource.Typed(resource.Type{
		Name:       "AWS::IAM::AccessKey",
		CreateOnly: []string{"UserName", "Serial"},
		WriteOnly:  []string{"Serial"},
		Attributes: []string{"SecretAccessKey"},
		Times:      resource.Times{Create: resource.Seconds(5), Update: resource.Seconds(2), Delete: resource.Seconds(2)},
	}, resource.Steps[accessKeyProperties]{
		Create: s.createAccessKeyResource,
		Update: func(ctx context.Context, r resource.Request, p *accessKeyProperties) (resource.Result, error) {
			return resource.Result{PhysicalID: r.PhysicalID}, s.setStatus(ctx, r.PhysicalID, p)
		},
		Delete: func(ctx context.Context, r resource.Request, _ *accessKeyProperties) error {
			_, err := s.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: &r.PhysicalID})
			return err
		},
		Read: s.readAccessKeyResource,
	})
}

func (s *Service) createAccessKeyResource(ctx context.Context, _ resource.Request, p *accessKeyProperties) (resource.Result, error) {
	out, err := s.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &p.UserName})
	if err != nil {
		return resource.Result{}, err
	}
	id := *out.AccessKey.AccessKeyId
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"SecretAccessKey": *out.AccessKey.SecretAccessKey}}, s.setStatus(ctx, id, p)
}

func (s *Service) setStatus(ctx context.Context, id string, p *accessKeyProperties) error {
	status := types.StatusTypeActive
	if p.Status != nil {
		status = types.StatusType(*p.Status)
	}
	_, err := s.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{AccessKeyId: &id, Status: status})
	return err
}

func (s *Service) readAccessKeyResource(_ context.Context, id string) (*accessKeyProperties, bool) {
	key, ok := s.keys.Get(id)
	return &accessKeyProperties{UserName: key.User, Status: new(string(key.Status))}, ok
}
