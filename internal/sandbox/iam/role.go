package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func (s *Service) wireRoles(w *wire.Service) {
	wire.Handle(w, s.CreateRole)
	wire.Handle(w, s.GetRole)
	wire.Handle(w, s.ListRoles)
	wire.Handle(w, s.UpdateRole)
	wire.Handle(w, s.UpdateAssumeRolePolicy)
	wire.Handle(w, s.DeleteRole)
	wire.Handle(w, s.TagRole)
	wire.Handle(w, s.UntagRole)
	wire.Handle(w, s.ListRoleTags)
	wire.Handle(w, s.PutRolePolicy)
	wire.Handle(w, s.GetRolePolicy)
	wire.Handle(w, s.ListRolePolicies)
	wire.Handle(w, s.DeleteRolePolicy)
	wire.Handle(w, s.AttachRolePolicy)
	wire.Handle(w, s.DetachRolePolicy)
	wire.Handle(w, s.ListAttachedRolePolicies)
}

const (
	shortestSession = 3600
	longestSession  = 12 * 3600
)

// CreateRole makes a role.
func (s *Service) CreateRole(_ context.Context, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkDocument(value(in.AssumeRolePolicyDocument)); err != nil {
		return nil, err
	}
	role, err := s.roles.create(s.host, in.RoleName, in.Path, in.PermissionsBoundary, tagMap(in.Tags))
	if err != nil {
		return nil, err
	}
	role.Trust, role.Description, role.MaxSession = *in.AssumeRolePolicyDocument, in.Description, shortestSession
	if in.MaxSessionDuration != nil {
		role.MaxSession = *in.MaxSessionDuration
	}
	if err := checkSession(role.MaxSession); err != nil {
		return nil, err
	}
	s.roles.records.Set(role.Name, role)
	return &iam.CreateRoleOutput{Role: new(role.role())}, nil
}

func checkSession(seconds int32) error {
	if seconds < shortestSession || seconds > longestSession {
		return &wire.Error{Code: "ValidationError", Message: "1 validation error detected: Value at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200"}
	}
	return nil
}

func (i identity) role() types.Role {
	return types.Role{
		Arn: &i.ARN, RoleName: &i.Name, RoleId: &i.ID, Path: &i.Path, CreateDate: &i.Created,
		AssumeRolePolicyDocument: encoded(i.Trust), Description: i.Description, MaxSessionDuration: &i.MaxSession,
		PermissionsBoundary: boundary(i.Boundary), Tags: tagList(i.Tags),
	}
}

// GetRole finds a role.
func (s *Service) GetRole(_ context.Context, in *iam.GetRoleInput) (*iam.GetRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	role, err := s.roles.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	out := role.role()
	out.RoleLastUsed = &types.RoleLastUsed{}
	return &iam.GetRoleOutput{Role: &out}, nil
}

// ListRoles lists the roles below a path.
func (s *Service) ListRoles(_ context.Context, in *iam.ListRolesInput) (*iam.ListRolesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, next, err := paged(s.roles.list(in.PathPrefix), identityName, in.Marker, in.MaxItems)
	out := &iam.ListRolesOutput{Roles: []types.Role{}, Marker: next, IsTruncated: next != nil}
	for _, role := range found {
		shown := role.role()
		shown.Tags = nil // lists leave them out
		out.Roles = append(out.Roles, shown)
	}
	return out, err
}

// UpdateRole changes a role's description and longest session.
func (s *Service) UpdateRole(_ context.Context, in *iam.UpdateRoleInput) (*iam.UpdateRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.MaxSessionDuration != nil {
		if err := checkSession(*in.MaxSessionDuration); err != nil {
			return nil, err
		}
	}
	return &iam.UpdateRoleOutput{}, s.roles.change(in.RoleName, func(role *identity) {
		if in.Description != nil {
			role.Description = in.Description
		}
		if in.MaxSessionDuration != nil {
			role.MaxSession = *in.MaxSessionDuration
		}
	})
}

// UpdateAssumeRolePolicy replaces a role's trust policy.
func (s *Service) UpdateAssumeRolePolicy(_ context.Context, in *iam.UpdateAssumeRolePolicyInput) (*iam.UpdateAssumeRolePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkDocument(value(in.PolicyDocument)); err != nil {
		return nil, err
	}
	return &iam.UpdateAssumeRolePolicyOutput{}, s.roles.change(in.RoleName, func(role *identity) { role.Trust = *in.PolicyDocument })
}

// DeleteRole removes a role that has no policies left.
func (s *Service) DeleteRole(_ context.Context, in *iam.DeleteRoleInput) (*iam.DeleteRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.DeleteRoleOutput{}, s.roles.delete(in.RoleName)
}

// TagRole adds tags to a role.
func (s *Service) TagRole(_ context.Context, in *iam.TagRoleInput) (*iam.TagRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.TagRoleOutput{}, s.roles.change(in.RoleName, func(role *identity) {
		if role.Tags == nil {
			role.Tags = map[string]string{}
		}
		for _, tag := range in.Tags {
			role.Tags[value(tag.Key)] = value(tag.Value)
		}
	})
}

// UntagRole takes tags from a role.
func (s *Service) UntagRole(_ context.Context, in *iam.UntagRoleInput) (*iam.UntagRoleOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.UntagRoleOutput{}, s.roles.change(in.RoleName, func(role *identity) {
		for _, key := range in.TagKeys {
			delete(role.Tags, key)
		}
	})
}

// ListRoleTags lists a role's tags.
func (s *Service) ListRoleTags(_ context.Context, in *iam.ListRoleTagsInput) (*iam.ListRoleTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	role, err := s.roles.find(in.RoleName)
	return &iam.ListRoleTagsOutput{Tags: tagList(role.Tags)}, err
}
