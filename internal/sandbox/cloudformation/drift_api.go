package cloudformation

import (
	"context"
	"slices"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// DetectStackDrift holds a stack's resources against their services. The
// detection is finished when it is answered.
func (s *Service) DetectStackDrift(ctx context.Context, in *cfn.DetectStackDriftInput) (*cfn.DetectStackDriftOutput, error) {
	st, resources, err := s.checkable(in.StackName, in.LogicalResourceIds)
	if err != nil {
		return nil, err
	}
	d := Detection{StackID: st.ID, Status: types.StackDriftStatusInSync, Time: s.host.Clock.Now()}
	for _, res := range resources {
		found, err := s.remember(ctx, res)
		if err != nil {
			return nil, err
		}
		if drifted(found.Status) {
			d.Drifted++
			d.Status = types.StackDriftStatusDrifted
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.ID = s.uuid()
	st, _ = s.db.stacks.Get(st.ID)
	st.DriftStatus, st.DriftChecked = d.Status, &d.Time
	s.db.commit(s.db.detections.Put(d.ID, d), s.db.putStack(st))
	return &cfn.DetectStackDriftOutput{StackDriftDetectionId: &d.ID}, nil
}

func drifted(status types.StackResourceDriftStatus) bool {
	return status == types.StackResourceDriftStatusModified || status == types.StackResourceDriftStatusDeleted
}

// checkable lists a stack's live resources, all or the named ones.
func (s *Service) checkable(name *string, only []string) (Stack, []Resource, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.live(name)
	if err != nil {
		return st, nil, err
	}
	if _, busy := s.db.operations.Get(st.ID); busy || st.Stable == nil {
		return st, nil, invalid("Drift detection cannot be performed on stack [%s] in status %s", st.ID, st.Status)
	}
	var list []Resource
	for _, res := range s.db.resources.of(st.ID) {
		if (len(only) == 0 || slices.Contains(only, res.LogicalID)) && res.Live.PhysicalID != "" {
			list = append(list, res)
		}
	}
	return st, list, nil
}

// remember detects a resource's drift and records it.
func (s *Service) remember(ctx context.Context, res Resource) (Drift, error) {
	d, err := s.detect(ctx, res)
	if err != nil {
		return d, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, ok := s.db.resources.get(res.StackID, res.LogicalID); ok {
		now.Drift = &d
		s.db.commit(s.db.putResource(now))
	}
	return d, nil
}

// DetectStackResourceDrift holds one resource against its service.
func (s *Service) DetectStackResourceDrift(ctx context.Context, in *cfn.DetectStackResourceDriftInput) (*cfn.DetectStackResourceDriftOutput, error) {
	_, resources, err := s.checkable(in.StackName, []string{value(in.LogicalResourceId)})
	if err != nil {
		return nil, err
	}
	if len(resources) == 0 {
		return nil, invalid("Resource %s does not exist for stack %s", value(in.LogicalResourceId), value(in.StackName))
	}
	d, err := s.remember(ctx, resources[0])
	if err != nil {
		return nil, err
	}
	return &cfn.DetectStackResourceDriftOutput{StackResourceDrift: new(resources[0].shownDrift(d))}, nil
}

func (res Resource) shownDrift(d Drift) types.StackResourceDrift {
	return types.StackResourceDrift{
		StackId: &res.StackID, LogicalResourceId: &res.LogicalID, PhysicalResourceId: &res.Live.PhysicalID,
		ResourceType: &res.Live.Type, StackResourceDriftStatus: d.Status, Timestamp: &d.Time,
		ExpectedProperties: optional(d.Expected), ActualProperties: optional(d.Actual),
		PropertyDifferences: d.Differences, DriftStatusReason: optional(d.Reason),
	}
}

// DescribeStackDriftDetectionStatus tells of a detection.
func (s *Service) DescribeStackDriftDetectionStatus(_ context.Context, in *cfn.DescribeStackDriftDetectionStatusInput) (*cfn.DescribeStackDriftDetectionStatusOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.db.detections.Get(value(in.StackDriftDetectionId))
	if !ok {
		return nil, invalid("DetectionId: %s does not exist", value(in.StackDriftDetectionId))
	}
	return &cfn.DescribeStackDriftDetectionStatusOutput{
		StackDriftDetectionId: &d.ID, StackId: &d.StackID, Timestamp: &d.Time, StackDriftStatus: d.Status,
		DetectionStatus: types.StackDriftDetectionStatusDetectionComplete, DriftedStackResourceCount: &d.Drifted,
	}, nil
}

// DescribeStackResourceDrifts tells what the latest detections found.
func (s *Service) DescribeStackResourceDrifts(_ context.Context, in *cfn.DescribeStackResourceDriftsInput) (*cfn.DescribeStackResourceDriftsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.live(in.StackName)
	if err != nil {
		return nil, err
	}
	list := []types.StackResourceDrift{}
	for _, res := range s.db.resources.of(st.ID) {
		if res.Drift == nil {
			continue
		}
		if f := in.StackResourceDriftStatusFilters; len(f) == 0 || slices.Contains(f, res.Drift.Status) {
			list = append(list, res.shownDrift(*res.Drift))
		}
	}
	size := resourcesPerPage
	if in.MaxResults != nil {
		size = int(min(max(*in.MaxResults, 1), resourcesPerPage))
	}
	page, next, err := pageOf(list, in.NextToken, size)
	return &cfn.DescribeStackResourceDriftsOutput{StackResourceDrifts: page, NextToken: next}, err
}
