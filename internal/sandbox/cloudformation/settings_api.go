package cloudformation

import (
	"context"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// live finds a stack that is not deleted.
func (s *Service) live(name *string) (Stack, error) {
	st, ok := s.db.stackNamed(value(name))
	if !ok || st.Status == types.StackStatusDeleteComplete {
		return st, invalid("Stack [%s] does not exist", value(name))
	}
	return st, nil
}

// UpdateTerminationProtection sets whether the stack may be deleted.
func (s *Service) UpdateTerminationProtection(_ context.Context, in *cfn.UpdateTerminationProtectionInput) (*cfn.UpdateTerminationProtectionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.live(in.StackName)
	if err != nil {
		return nil, err
	}
	if in.EnableTerminationProtection == nil {
		return nil, constraint("null", "enableTerminationProtection", "Member must not be null")
	}
	st.TerminationProtection = *in.EnableTerminationProtection
	s.db.commit(s.db.putStack(st))
	return &cfn.UpdateTerminationProtectionOutput{StackId: &st.ID}, nil
}

// SetStackPolicy replaces the stack's policy.
func (s *Service) SetStackPolicy(ctx context.Context, in *cfn.SetStackPolicyInput) (*cfn.SetStackPolicyOutput, error) {
	body, err := s.policyBody(ctx, in.StackPolicyBody, in.StackPolicyURL)
	if err != nil {
		return nil, err
	}
	if body == "" {
		return nil, invalid("Either StackPolicyBody or StackPolicyURL must be specified.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.live(in.StackName)
	if err != nil {
		return nil, err
	}
	st.Policy = body
	s.db.commit(s.db.putStack(st))
	return &cfn.SetStackPolicyOutput{}, nil
}

// policyBody fetches and checks a stack policy; empty for none.
func (s *Service) policyBody(ctx context.Context, inline, address *string) (string, error) {
	body := value(inline)
	if address != nil {
		if inline != nil {
			return "", invalid("Only one of StackPolicyBody or StackPolicyURL may be specified.")
		}
		var err error
		if body, err = s.download(ctx, *address); err != nil {
			return "", err
		}
	}
	if body == "" {
		return "", nil
	}
	_, err := parsePolicy(body)
	return body, err
}

// GetStackPolicy gives the stack's policy, if it has one.
func (s *Service) GetStackPolicy(_ context.Context, in *cfn.GetStackPolicyInput) (*cfn.GetStackPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.live(in.StackName)
	if err != nil {
		return nil, err
	}
	return &cfn.GetStackPolicyOutput{StackPolicyBody: optional(st.Policy)}, nil
}

// ListExports lists the exports of all stacks by name.
func (s *Service) ListExports(_ context.Context, in *cfn.ListExportsInput) (*cfn.ListExportsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.exports()
	list := make([]types.Export, 0, len(all))
	for _, name := range sortedKeys(all) {
		e := all[name]
		list = append(list, types.Export{Name: &e.name, Value: &e.value, ExportingStackId: &e.stack.ID})
	}
	page, next, err := pageOf(list, in.NextToken, exportsPerPage)
	return &cfn.ListExportsOutput{Exports: page, NextToken: next}, err
}

// exportsPerPage is AWS's.
const exportsPerPage = 100

// ListImports lists the stacks that use an export.
func (s *Service) ListImports(_ context.Context, in *cfn.ListImportsInput) (*cfn.ListImportsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := value(in.ExportName)
	users := s.importers(name)
	if len(users) == 0 {
		return nil, invalid("Export '%s' is not imported by any stack.", name)
	}
	page, next, err := pageOf(users, in.NextToken, exportsPerPage)
	return &cfn.ListImportsOutput{Imports: page, NextToken: next}, err
}
