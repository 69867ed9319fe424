package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// PutUserPolicy adds or replaces an inline policy.
func (s *Service) PutUserPolicy(_ context.Context, in *iam.PutUserPolicyInput) (*iam.PutUserPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.PutUserPolicyOutput{}, s.users.putInline(in.UserName, in.PolicyName, in.PolicyDocument)
}

// GetUserPolicy gives an inline policy's document.
func (s *Service) GetUserPolicy(_ context.Context, in *iam.GetUserPolicyInput) (*iam.GetUserPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	document, err := s.users.inline(in.UserName, in.PolicyName)
	return &iam.GetUserPolicyOutput{UserName: in.UserName, PolicyName: in.PolicyName, PolicyDocument: encoded(document)}, err
}

// ListUserPolicies lists the names of a user's inline policies.
func (s *Service) ListUserPolicies(_ context.Context, in *iam.ListUserPoliciesInput) (*iam.ListUserPoliciesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names, err := s.users.inlineNames(in.UserName)
	if err != nil {
		return nil, err
	}
	some, next, err := paged(names, itself, in.Marker, in.MaxItems)
	return &iam.ListUserPoliciesOutput{PolicyNames: some, Marker: next, IsTruncated: next != nil}, err
}

// DeleteUserPolicy removes an inline policy.
func (s *Service) DeleteUserPolicy(_ context.Context, in *iam.DeleteUserPolicyInput) (*iam.DeleteUserPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.DeleteUserPolicyOutput{}, s.users.deleteInline(in.UserName, in.PolicyName)
}

// AttachUserPolicy attaches a managed policy.
func (s *Service) AttachUserPolicy(_ context.Context, in *iam.AttachUserPolicyInput) (*iam.AttachUserPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.AttachUserPolicyOutput{}, s.attach(s.users, in.UserName, in.PolicyArn)
}

// DetachUserPolicy detaches a managed policy.
func (s *Service) DetachUserPolicy(_ context.Context, in *iam.DetachUserPolicyInput) (*iam.DetachUserPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &iam.DetachUserPolicyOutput{}, s.detach(s.users, in.UserName, in.PolicyArn)
}

// ListAttachedUserPolicies lists a user's managed policies.
func (s *Service) ListAttachedUserPolicies(_ context.Context, in *iam.ListAttachedUserPoliciesInput) (*iam.ListAttachedUserPoliciesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	attached, err := s.attachedPolicies(s.users, in.UserName)
	return &iam.ListAttachedUserPoliciesOutput{AttachedPolicies: attached}, err
}
