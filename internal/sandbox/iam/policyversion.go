package iam

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const mostVersions = 5

// withVersion gives p a further version and puts it in force.
func (p managedPolicy) withVersion(document string, now time.Time) managedPolicy {
	p.Last++
	p.Default, p.Updated = fmt.Sprintf("v%d", p.Last), now
	p.Versions = append(slices.Clone(p.Versions), policyVersion{ID: p.Default, Document: document, Created: now})
	return p
}

// withoutVersion takes away the version of that id.
func (p managedPolicy) withoutVersion(id string) managedPolicy {
	p.Versions = slices.DeleteFunc(slices.Clone(p.Versions), func(v policyVersion) bool { return v.ID == id })
	return p
}

func (p managedPolicy) version(id string) (policyVersion, error) {
	for _, v := range p.Versions {
		if v.ID == id {
			return v, nil
		}
	}
	return policyVersion{}, noSuchEntity("Policy %s version %s does not exist or is not attachable.", p.ARN, id)
}

func (p managedPolicy) shown(v policyVersion) types.PolicyVersion {
	return types.PolicyVersion{CreateDate: &v.Created, VersionId: &v.ID, IsDefaultVersion: v.ID == p.Default}
}

// CreatePolicyVersion adds a version, and puts it in force when asked to.
func (s *Service) CreatePolicyVersion(_ context.Context, in *iam.CreatePolicyVersionInput) (*iam.CreatePolicyVersionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if err := checkDocument(value(in.PolicyDocument)); err != nil {
		return nil, err
	}
	if len(p.Versions) >= mostVersions {
		return nil, &types.LimitExceededException{Message: new("A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")}
	}
	inForce := p.Default
	p = p.withVersion(*in.PolicyDocument, s.now())
	made := p.Versions[len(p.Versions)-1]
	if !in.SetAsDefault {
		p.Default = inForce
	}
	s.policies.Set(p.ARN, p)
	return &iam.CreatePolicyVersionOutput{PolicyVersion: new(p.shown(made))}, nil
}

// GetPolicyVersion gives a version with its document.
func (s *Service) GetPolicyVersion(_ context.Context, in *iam.GetPolicyVersionInput) (*iam.GetPolicyVersionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	v, err := p.version(value(in.VersionId))
	if err != nil {
		return nil, err
	}
	out := p.shown(v)
	out.Document = encoded(v.Document)
	return &iam.GetPolicyVersionOutput{PolicyVersion: &out}, nil
}

// ListPolicyVersions lists a policy's versions, the newest first.
func (s *Service) ListPolicyVersions(_ context.Context, in *iam.ListPolicyVersionsInput) (*iam.ListPolicyVersionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	out := &iam.ListPolicyVersionsOutput{Versions: []types.PolicyVersion{}}
	for _, v := range slices.Backward(p.Versions) {
		out.Versions = append(out.Versions, p.shown(v))
	}
	return out, nil
}

// DeletePolicyVersion removes a version that is not in force.
func (s *Service) DeletePolicyVersion(_ context.Context, in *iam.DeletePolicyVersionInput) (*iam.DeletePolicyVersionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if _, err := p.version(value(in.VersionId)); err != nil {
		return nil, err
	}
	if *in.VersionId == p.Default {
		return nil, deleteConflict("Cannot delete the default version of a policy.")
	}
	s.policies.Set(p.ARN, p.withoutVersion(*in.VersionId))
	return &iam.DeletePolicyVersionOutput{}, nil
}
