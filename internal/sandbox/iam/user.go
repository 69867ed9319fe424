package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func (s *Service) wireUsers(w *wire.Service) {
	wire.Handle(w, s.CreateUser)
	wire.Handle(w, s.GetUser)
	wire.Handle(w, s.ListUsers)
	wire.Handle(w, s.DeleteUser)
	wire.Handle(w, s.PutUserPolicy)
	wire.Handle(w, s.GetUserPolicy)
	wire.Handle(w, s.ListUserPolicies)
	wire.Handle(w, s.DeleteUserPolicy)
	wire.Handle(w, s.AttachUserPolicy)
	wire.Handle(w, s.DetachUserPolicy)
	wire.Handle(w, s.ListAttachedUserPolicies)
	wire.Handle(w, s.ListAccountAliases)
}

// CreateUser makes a user.
func (s *Service) CreateUser(_ context.Context, in *iam.CreateUserInput) (*iam.CreateUserOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.users.create(s.host, in.UserName, in.Path, in.PermissionsBoundary, tagMap(in.Tags))
	if err != nil {
		return nil, err
	}
	s.users.records.Set(user.Name, user)
	return &iam.CreateUserOutput{User: new(user.user())}, nil
}

func (i identity) user() types.User {
	return types.User{
		Arn: &i.ARN, UserName: &i.Name, UserId: &i.ID, Path: &i.Path, CreateDate: &i.Created,
		PermissionsBoundary: boundary(i.Boundary), Tags: tagList(i.Tags),
	}
}

// GetUser finds a user; without a name the caller, who is the account's root.
func (s *Service) GetUser(_ context.Context, in *iam.GetUserInput) (*iam.GetUserOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.UserName == nil {
		return &iam.GetUserOutput{User: &types.User{
			Arn: new(s.host.GlobalARN("iam", "root")), UserId: &s.host.Account, UserName: new("root"), Path: new("/"),
		}}, nil
	}
	user, err := s.users.find(in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.GetUserOutput{User: new(user.user())}, nil
}

// ListUsers lists the users below a path.
func (s *Service) ListUsers(_ context.Context, in *iam.ListUsersInput) (*iam.ListUsersOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, next, err := paged(s.users.list(in.PathPrefix), identityName, in.Marker, in.MaxItems)
	out := &iam.ListUsersOutput{Users: []types.User{}, Marker: next, IsTruncated: next != nil}
	for _, user := range found {
		shown := user.user()
		shown.Tags = nil // lists leave them out
		out.Users = append(out.Users, shown)
	}
	return out, err
}

// DeleteUser removes a user that has neither policies nor access keys left.
func (s *Service) DeleteUser(_ context.Context, in *iam.DeleteUserInput) (*iam.DeleteUserOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.keysOf(value(in.UserName))) > 0 {
		return nil, deleteConflict("Cannot delete entity, must delete access keys first.")
	}
	return &iam.DeleteUserOutput{}, s.users.delete(in.UserName)
}

// ListAccountAliases lists none: the account has no alias.
func (s *Service) ListAccountAliases(context.Context, *iam.ListAccountAliasesInput) (*iam.ListAccountAliasesOutput, error) {
	return &iam.ListAccountAliasesOutput{AccountAliases: []string{}}, nil
}
