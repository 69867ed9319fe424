package iam

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// managedPolicy is a policy with an ARN of its own.
type managedPolicy struct {
	Name, ID, ARN, Path string
	Description         *string
	Created, Updated    time.Time
	Versions            []policyVersion
	// Default is the id of the version in force, "v1".
	Default string
	// Last is the number of the version made last.
	Last int
	Tags map[string]string
}

type policyVersion struct {
	ID, Document string
	Created      time.Time
}

func (s *Service) wirePolicies(w *wire.Service) {
	wire.Handle(w, s.CreatePolicy)
	wire.Handle(w, s.GetPolicy)
	wire.Handle(w, s.ListPolicies)
	wire.Handle(w, s.DeletePolicy)
	wire.Handle(w, s.CreatePolicyVersion)
	wire.Handle(w, s.GetPolicyVersion)
	wire.Handle(w, s.ListPolicyVersions)
	wire.Handle(w, s.DeletePolicyVersion)
	wire.Handle(w, s.ListEntitiesForPolicy)
}

// policy finds a managed policy, the account's or AWS's own.
func (s *Service) policy(arn string) (managedPolicy, bool) {
	if p, ok := s.policies.Get(arn); ok {
		return p, true
	}
	return awsPolicy(arn)
}

func (s *Service) findPolicy(arn *string) (managedPolicy, error) {
	p, ok := s.policy(value(arn))
	if !ok {
		return managedPolicy{}, noSuchEntity("Policy %s was not found.", value(arn))
	}
	return p, nil
}

// CreatePolicy makes a managed policy with its first version.
func (s *Service) CreatePolicy(_ context.Context, in *iam.CreatePolicyInput) (*iam.CreatePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := checkName("policyName", value(in.PolicyName), 128); err != nil {
		return nil, err
	}
	if err := checkDocument(value(in.PolicyDocument)); err != nil {
		return nil, err
	}
	p := managedPolicy{
		Name: *in.PolicyName, ID: "ANPA" + s.host.ID(host.UpperID, 17), Path: "/",
		Description: in.Description, Tags: tagMap(in.Tags), Created: s.now(),
	}
	if in.Path != nil {
		p.Path = *in.Path
	}
	p.ARN = s.host.GlobalARN("iam", "policy"+p.Path+p.Name)
	if _, taken := s.policies.Get(p.ARN); taken {
		return nil, alreadyExists("A policy called %s already exists. Duplicate names are not allowed.", p.Name)
	}
	p = p.withVersion(*in.PolicyDocument, p.Created)
	s.policies.Set(p.ARN, p)
	return &iam.CreatePolicyOutput{Policy: new(s.shown(p))}, nil
}

func (s *Service) now() time.Time { return s.host.Clock.Now().UTC().Truncate(time.Second) }

func (s *Service) shown(p managedPolicy) types.Policy {
	roles, users := s.holders(p.ARN)
	return types.Policy{
		Arn: &p.ARN, PolicyName: &p.Name, PolicyId: &p.ID, Path: &p.Path, Description: p.Description,
		CreateDate: &p.Created, UpdateDate: &p.Updated, DefaultVersionId: &p.Default, IsAttachable: true,
		AttachmentCount: new(int32(len(roles) + len(users))), PermissionsBoundaryUsageCount: new(int32(0)), Tags: tagList(p.Tags),
	}
}

// holders are the roles and users that a policy is attached to.
func (s *Service) holders(arn string) (roles, users []identity) {
	for _, role := range s.roles.records.All() {
		if slices.Contains(role.Attached, arn) {
			roles = append(roles, role)
		}
	}
	for _, user := range s.users.records.All() {
		if slices.Contains(user.Attached, arn) {
			users = append(users, user)
		}
	}
	return roles, users
}

// GetPolicy finds a managed policy.
func (s *Service) GetPolicy(_ context.Context, in *iam.GetPolicyInput) (*iam.GetPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &iam.GetPolicyOutput{Policy: new(s.shown(p))}, nil
}

// ListPolicies lists managed policies: the account's, AWS's own, or both.
func (s *Service) ListPolicies(_ context.Context, in *iam.ListPoliciesInput) (*iam.ListPoliciesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []types.Policy
	for _, p := range s.inScope(in.Scope) {
		shown := s.shown(p)
		if (in.OnlyAttached && *shown.AttachmentCount == 0) || !strings.HasPrefix(p.Path, value(in.PathPrefix)) {
			continue
		}
		shown.Tags, shown.Description = nil, nil // lists leave them out
		all = append(all, shown)
	}
	some, next, err := paged(all, func(p types.Policy) string { return *p.Arn }, in.Marker, in.MaxItems)
	return &iam.ListPoliciesOutput{Policies: append([]types.Policy{}, some...), Marker: next, IsTruncated: next != nil}, err
}

func (s *Service) inScope(scope types.PolicyScopeType) []managedPolicy {
	var out []managedPolicy
	if scope != types.PolicyScopeTypeAws {
		for _, p := range s.policies.All() {
			out = append(out, p)
		}
	}
	if scope != types.PolicyScopeTypeLocal {
		out = append(out, awsPolicies()...)
	}
	return out
}

// DeletePolicy removes a managed policy that is attached to nothing.
func (s *Service) DeletePolicy(_ context.Context, in *iam.DeletePolicyInput) (*iam.DeletePolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if roles, users := s.holders(p.ARN); len(roles)+len(users) > 0 {
		return nil, deleteConflict("Cannot delete a policy attached to entities.")
	}
	if len(p.Versions) > 1 {
		return nil, deleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	s.policies.Delete(p.ARN)
	return &iam.DeletePolicyOutput{}, nil
}

// ListEntitiesForPolicy lists what a managed policy is attached to.
func (s *Service) ListEntitiesForPolicy(_ context.Context, in *iam.ListEntitiesForPolicyInput) (*iam.ListEntitiesForPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	out := &iam.ListEntitiesForPolicyOutput{PolicyGroups: []types.PolicyGroup{}, PolicyRoles: []types.PolicyRole{}, PolicyUsers: []types.PolicyUser{}}
	roles, users := s.holders(p.ARN)
	for _, role := range roles {
		out.PolicyRoles = append(out.PolicyRoles, types.PolicyRole{RoleId: &role.ID, RoleName: &role.Name})
	}
	for _, user := range users {
		out.PolicyUsers = append(out.PolicyUsers, types.PolicyUser{UserId: &user.ID, UserName: &user.Name})
	}
	return out, nil
}
