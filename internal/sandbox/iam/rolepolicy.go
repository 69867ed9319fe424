package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// PutRolePolicy adds or replaces an inline policy.
func (s *Service) PutRolePolicy(_ context.Context, in *iam.PutRolePolicyInput) (*iam.PutRolePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.PutRolePolicyOutput{}, s.roles.putInline(in.RoleName, in.PolicyName, in.PolicyDocument)
}

// GetRolePolicy gives an inline policy's document.
func (s *Service) GetRolePolicy(_ context.Context, in *iam.GetRolePolicyInput) (*iam.GetRolePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	document, err := s.roles.inline(in.RoleName, in.PolicyName)
	return &iam.GetRolePolicyOutput{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: encoded(document)}, err
}

// ListRolePolicies lists the names of a role's inline policies.
func (s *Service) ListRolePolicies(_ context.Context, in *iam.ListRolePoliciesInput) (*iam.ListRolePoliciesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names, err := s.roles.inlineNames(in.RoleName)
	if err != nil {
		return nil, err
	}
	some, next, err := paged(names, itself, in.Marker, in.MaxItems)
	return &iam.ListRolePoliciesOutput{PolicyNames: some, Marker: next, IsTruncated: next != nil}, err
}

func itself(name string) string { return name }

// DeleteRolePolicy removes an inline policy.
func (s *Service) DeleteRolePolicy(_ context.Context, in *iam.DeleteRolePolicyInput) (*iam.DeleteRolePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.DeleteRolePolicyOutput{}, s.roles.deleteInline(in.RoleName, in.PolicyName)
}

// AttachRolePolicy attaches a managed policy.
func (s *Service) AttachRolePolicy(_ context.Context, in *iam.AttachRolePolicyInput) (*iam.AttachRolePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.AttachRolePolicyOutput{}, s.attach(s.roles, in.RoleName, in.PolicyArn)
}

// DetachRolePolicy detaches a managed policy.
func (s *Service) DetachRolePolicy(_ context.Context, in *iam.DetachRolePolicyInput) (*iam.DetachRolePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.DetachRolePolicyOutput{}, s.detach(s.roles, in.RoleName, in.PolicyArn)
}

// ListAttachedRolePolicies lists a role's managed policies.
func (s *Service) ListAttachedRolePolicies(_ context.Context, in *iam.ListAttachedRolePoliciesInput) (*iam.ListAttachedRolePoliciesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	attached, err := s.attachedPolicies(s.roles, in.RoleName)
	return &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: attached}, err
}
