package cloudformation

import (
	"context"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
)

// ListStackResources lists a stack's resources by logical id.
func (s *Service) ListStackResources(_ context.Context, in *cfn.ListStackResourcesInput) (*cfn.ListStackResourcesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.db.stackNamed(value(in.StackName))
	if !ok {
		return nil, noStack(value(in.StackName))
	}
	var list []types.StackResourceSummary
	for _, res := range s.db.resources.of(st.ID) {
		status, checked := res.driftStatus()
		list = append(list, types.StackResourceSummary{
			LogicalResourceId: &res.LogicalID, PhysicalResourceId: optional(res.Live.PhysicalID), ResourceType: &res.Live.Type,
			ResourceStatus: res.Status, ResourceStatusReason: optional(res.Reason), LastUpdatedTimestamp: &res.Updated,
			DriftInformation: &types.StackResourceDriftInformationSummary{StackResourceDriftStatus: status, LastCheckTimestamp: checked},
		})
	}
	page, next, err := pageOf(list, in.NextToken, resourcesPerPage)
	return &cfn.ListStackResourcesOutput{StackResourceSummaries: page, NextToken: next}, err
}

// DescribeStackResources tells of the resources of a stack, or of the stack that
// has a physical resource.
func (s *Service) DescribeStackResources(_ context.Context, in *cfn.DescribeStackResourcesInput) (*cfn.DescribeStackResourcesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := value(in.StackName)
	if in.StackName == nil {
		owner, ok := s.ownerOf(value(in.PhysicalResourceId))
		if !ok {
			return nil, invalid("Stack for %s does not exist", value(in.PhysicalResourceId))
		}
		name = owner
	}
	st, ok := s.db.stackNamed(name)
	if !ok {
		return nil, noStack(name)
	}
	out := &cfn.DescribeStackResourcesOutput{StackResources: []types.StackResource{}}
	for _, res := range s.db.resources.of(st.ID) {
		if in.LogicalResourceId != nil && *in.LogicalResourceId != res.LogicalID {
			continue
		}
		status, checked := res.driftStatus()
		out.StackResources = append(out.StackResources, types.StackResource{
			StackId: &st.ID, StackName: &st.Name, LogicalResourceId: &res.LogicalID,
			PhysicalResourceId: optional(res.Live.PhysicalID), ResourceType: &res.Live.Type, ResourceStatus: res.Status,
			ResourceStatusReason: optional(res.Reason), Timestamp: &res.Updated,
			DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: status, LastCheckTimestamp: checked},
		})
	}
	return out, nil
}

// ownerOf gives the id of the stack that has a physical resource.
func (s *Service) ownerOf(physicalID string) (string, bool) {
	for _, m := range s.db.resources.m.All() {
		if m.Record.Live.PhysicalID == physicalID && physicalID != "" && !gone(m.Record.Status) {
			return m.Stack, true
		}
	}
	return "", false
}

// DescribeStackResource tells of one resource.
func (s *Service) DescribeStackResource(_ context.Context, in *cfn.DescribeStackResourceInput) (*cfn.DescribeStackResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.db.stackNamed(value(in.StackName))
	if !ok {
		return nil, invalid("Stack '%s' does not exist", value(in.StackName))
	}
	res, ok := s.db.resources.get(st.ID, value(in.LogicalResourceId))
	if !ok {
		return nil, invalid("Resource %s does not exist for stack %s", value(in.LogicalResourceId), st.Name)
	}
	metadata := "{}"
	if res.Live.Metadata != nil {
		metadata = template.Canonical(res.Live.Metadata)
	}
	status, checked := res.driftStatus()
	return &cfn.DescribeStackResourceOutput{StackResourceDetail: &types.StackResourceDetail{
		StackId: &st.ID, StackName: &st.Name, LogicalResourceId: &res.LogicalID, Metadata: &metadata,
		PhysicalResourceId: optional(res.Live.PhysicalID), ResourceType: &res.Live.Type, ResourceStatus: res.Status,
		ResourceStatusReason: optional(res.Reason), LastUpdatedTimestamp: &res.Updated,
		DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: status, LastCheckTimestamp: checked},
	}}, nil
}
