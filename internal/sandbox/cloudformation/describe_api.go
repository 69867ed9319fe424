package cloudformation

import (
	"context"
	"slices"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// Page sizes, AWS's where it documents one.
const (
	stacksPerPage    = 100
	eventsPerPage    = 100
	resourcesPerPage = 100
)

// DescribeStacks tells of one stack, or of all that are not deleted.
func (s *Service) DescribeStacks(_ context.Context, in *cfn.DescribeStacksInput) (*cfn.DescribeStacksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.StackName != nil {
		st, ok := s.db.stackNamed(*in.StackName)
		if !ok {
			return nil, noStack(*in.StackName)
		}
		return &cfn.DescribeStacksOutput{Stacks: []types.Stack{st.shown()}}, nil
	}
	list := []types.Stack{}
	for _, st := range s.newestFirst() {
		if st.Status != types.StackStatusDeleteComplete {
			list = append(list, st.shown())
		}
	}
	page, next, err := pageOf(list, in.NextToken, stacksPerPage)
	return &cfn.DescribeStacksOutput{Stacks: page, NextToken: next}, err
}

func (s *Service) newestFirst() []Stack {
	var list []Stack
	for _, st := range s.db.stacks.All() {
		list = append(list, st)
	}
	slices.SortStableFunc(list, func(a, b Stack) int { return b.Created.Compare(a.Created) })
	return list
}

// shown is the stack as DescribeStacks tells of it.
func (st Stack) shown() types.Stack {
	out := types.Stack{
		StackId: &st.ID, StackName: &st.Name, StackStatus: st.Status, StackStatusReason: optional(st.Reason),
		CreationTime: &st.Created, LastUpdatedTime: st.Updated, DeletionTime: st.Deleted, ChangeSetId: optional(st.ChangeSetID),
		Outputs: st.Outputs, LastOperations: st.Operations, DisableRollback: &st.DisableRollback,
		EnableTerminationProtection: &st.TerminationProtection, RetainExceptOnCreate: &st.RetainExceptOnCreate,
		TimeoutInMinutes: st.TimeoutInMinutes, RollbackConfiguration: &types.RollbackConfiguration{},
		NotificationARNs: []string{}, Tags: []types.Tag{},
		DriftInformation: &types.StackDriftInformation{StackDriftStatus: st.DriftStatus, LastCheckTimestamp: st.DriftChecked},
	}
	if d := st.Current; d != nil {
		out.Description, out.Capabilities = optional(d.Description), d.Capabilities
		out.Parameters, out.Tags, out.RoleARN = shownParameters(d), d.Tags, d.RoleARN
		out.NotificationARNs = d.NotificationARNs
		if d.Monitoring != nil {
			out.RollbackConfiguration = d.Monitoring
		}
	}
	return out
}

// shownParameters masks the parameters that shall not be echoed.
func shownParameters(d *Definition) []types.Parameter {
	var list []types.Parameter
	for _, v := range d.Parameters {
		p := types.Parameter{ParameterKey: &v.Key, ParameterValue: &v.Value, ResolvedValue: v.Resolved}
		if v.NoEcho {
			p.ParameterValue = new(noEcho)
			if v.Resolved != nil {
				p.ResolvedValue = new(noEcho)
			}
		}
		list = append(list, p)
	}
	return list
}

// ListStacks lists all stacks, deleted ones included, of the given statuses.
func (s *Service) ListStacks(_ context.Context, in *cfn.ListStacksInput) (*cfn.ListStacksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []types.StackSummary{}
	for _, st := range s.newestFirst() {
		if len(in.StackStatusFilter) > 0 && !slices.Contains(in.StackStatusFilter, st.Status) {
			continue
		}
		summary := types.StackSummary{
			StackId: &st.ID, StackName: &st.Name, StackStatus: st.Status, StackStatusReason: optional(st.Reason),
			CreationTime: &st.Created, LastUpdatedTime: st.Updated, DeletionTime: st.Deleted, LastOperations: st.Operations,
			DriftInformation: &types.StackDriftInformationSummary{StackDriftStatus: st.DriftStatus, LastCheckTimestamp: st.DriftChecked},
		}
		if st.Current != nil {
			summary.TemplateDescription = optional(st.Current.Description)
		}
		list = append(list, summary)
	}
	page, next, err := pageOf(list, in.NextToken, stacksPerPage)
	return &cfn.ListStacksOutput{StackSummaries: page, NextToken: next}, err
}

// DescribeStackEvents tells a page of what happened to a stack, newest first.
func (s *Service) DescribeStackEvents(_ context.Context, in *cfn.DescribeStackEventsInput) (*cfn.DescribeStackEventsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.db.stackNamed(value(in.StackName))
	if !ok {
		return nil, invalid("Stack [%s] does not exist", value(in.StackName))
	}
	page, next, err := pageFromEnd(s.db.events.of(st.ID), in.NextToken, eventsPerPage)
	events := make([]types.StackEvent, len(page))
	for i, e := range page {
		events[i] = e.StackEvent
	}
	return &cfn.DescribeStackEventsOutput{StackEvents: events, NextToken: next}, err
}

// DescribeEvents tells a page of what happened in an operation, to a stack, or in
// making a change set, newest first.
func (s *Service) DescribeEvents(_ context.Context, in *cfn.DescribeEventsInput) (*cfn.DescribeEventsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	events, err := s.selectEvents(in)
	if err != nil {
		return nil, err
	}
	if in.Filters != nil && value(in.Filters.FailedEvents) {
		events = slices.DeleteFunc(events, func(e types.OperationEvent) bool { return !failedStatus(e.ResourceStatus) })
	}
	page, next, err := pageFromEnd(events, in.NextToken, eventsPerPage)
	return &cfn.DescribeEventsOutput{OperationEvents: page, NextToken: next}, err
}

func (s *Service) selectEvents(in *cfn.DescribeEventsInput) ([]types.OperationEvent, error) {
	var list []types.OperationEvent
	switch {
	case in.ChangeSetName != nil:
		_, err := s.changeSet(in.ChangeSetName, in.StackName)
		return nil, err
	case in.StackName != nil:
		st, ok := s.db.stackNamed(*in.StackName)
		if !ok {
			return nil, invalid("Stack [%s] does not exist", *in.StackName)
		}
		for _, e := range s.db.events.of(st.ID) {
			if in.OperationId == nil || value(e.OperationId) == *in.OperationId {
				list = append(list, e.operationEvent())
			}
		}
		return list, nil
	case in.OperationId != nil:
		for _, stackID := range sortedKeys(s.db.events.keys) {
			for _, e := range s.db.events.of(stackID) {
				if value(e.OperationId) == *in.OperationId {
					list = append(list, e.operationEvent())
				}
			}
		}
		return list, nil
	}
	return nil, invalid("At least one of StackName, ChangeSetName or OperationId must be specified.")
}

func failedStatus(status types.ResourceStatus) bool {
	return slices.Contains([]types.ResourceStatus{
		types.ResourceStatusCreateFailed, types.ResourceStatusUpdateFailed, types.ResourceStatusDeleteFailed,
		types.ResourceStatusImportFailed, types.ResourceStatusRollbackFailed, types.ResourceStatusUpdateRollbackFailed,
	}, status)
}

// operationEvent is the event as DescribeEvents tells of it.
func (e Event) operationEvent() types.OperationEvent {
	out := types.OperationEvent{
		EventId: e.EventId, StackId: e.StackId, OperationId: e.OperationId, OperationType: e.Type, EventType: types.EventTypeStackEvent,
		LogicalResourceId: e.LogicalResourceId, PhysicalResourceId: e.PhysicalResourceId, ResourceType: e.ResourceType,
		Timestamp: e.Timestamp, StartTime: e.Timestamp, ResourceStatus: e.ResourceStatus,
		ResourceStatusReason: e.ResourceStatusReason, ResourceProperties: e.ResourceProperties,
		ClientRequestToken: e.ClientRequestToken,
	}
	if failedStatus(e.ResourceStatus) && value(e.ResourceType) != stackType {
		out.EventType = types.EventTypeProvisioningError
	}
	return out
}
