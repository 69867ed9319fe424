package cloudformation

import (
	"context"
	"errors"
	"slices"
	"strings"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// changeSet finds a change set by its ARN, or by its name and its stack's.
func (s *Service) changeSet(name, stack *string) (ChangeSet, error) {
	text := value(name)
	if strings.HasPrefix(text, "arn:") {
		if stackID, ok := s.db.stackOfChangeSet(text); ok {
			c, _ := s.db.changeSets.get(stackID, text)
			return c, nil
		}
		return ChangeSet{}, noChangeSet(text)
	}
	if stack == nil {
		return ChangeSet{}, invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
	}
	st, ok := s.db.stackNamed(*stack)
	if !ok {
		return ChangeSet{}, noChangeSetStack(*stack)
	}
	c, ok := s.db.changeSetNamed(st.ID, text)
	if !ok {
		return c, noChangeSet(text)
	}
	return c, nil
}

func noChangeSet(name string) error {
	return &types.ChangeSetNotFoundException{Message: new("ChangeSet [" + name + "] does not exist")}
}

func noChangeSetStack(name string) error { return invalid("Stack [%s] does not exist", name) }

// DescribeChangeSet tells of a change set and a page of its changes.
func (s *Service) DescribeChangeSet(_ context.Context, in *cfn.DescribeChangeSetInput) (*cfn.DescribeChangeSetOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.changeSet(in.ChangeSetName, in.StackName)
	if err != nil {
		return nil, err
	}
	out := &cfn.DescribeChangeSetOutput{
		Capabilities: c.Target.Capabilities, ChangeSetId: &c.ID, ChangeSetName: &c.Name, CreationTime: &c.Created,
		DeploymentConfig: c.DeploymentConfig, DeploymentMode: c.DeploymentMode, Description: c.Description,
		ExecutionStatus: c.Execution, ImportExistingResources: c.ImportExistingResources,
		IncludeNestedStacks: new(value(c.IncludeNestedStacks)), NotificationARNs: c.Target.NotificationARNs,
		OnStackFailure: c.OnStackFailure, Parameters: shownParameters(&c.Target),
		RollbackConfiguration: c.Target.Monitoring, StackId: &c.StackID, StackName: &c.StackName, Status: c.Status,
		StatusReason: optional(c.Reason), Tags: c.Target.Tags, Changes: []types.Change{},
	}
	if out.RollbackConfiguration == nil {
		out.RollbackConfiguration = &types.RollbackConfiguration{}
	}
	changes := shownChanges(c.Changes, value(in.IncludePropertyValues))
	page, next, err := pageOf(changes, in.NextToken, changesPerPage)
	out.Changes, out.NextToken = page, next
	return out, err
}

// changesPerPage makes templates of the size of Keyvex's fit on a page, as AWS's
// pages of about 1 MB do.
const changesPerPage = 100

// shownChanges gives the changes with all property values, or with none. With
// values, a property that turns out to have the same value is no change.
func shownChanges(planned []plannedChange, values bool) []types.Change {
	var list []types.Change
	for _, c := range planned {
		details := []types.ResourceChangeDetail{}
		for _, d := range c.Details {
			target := *d.Target
			if values && target.AfterValue != nil && value(target.BeforeValue) == *target.AfterValue {
				continue
			}
			if !values {
				target.BeforeValue, target.AfterValue, target.Path, target.AttributeChangeType = nil, nil, nil, ""
			}
			d.Target = &target
			details = append(details, d)
		}
		if len(details) == 0 && len(c.Details) > 0 {
			continue
		}
		c.Details = details
		if !values {
			c.BeforeContext, c.AfterContext = nil, nil
		}
		list = append(list, types.Change{Type: types.ChangeTypeResource, ResourceChange: &c})
	}
	return list
}

// ExecuteChangeSet begins what the change set plans. The stack's other change
// sets are obsolete from then on.
func (s *Service) ExecuteChangeSet(_ context.Context, in *cfn.ExecuteChangeSetInput) (*cfn.ExecuteChangeSetOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.changeSet(in.ChangeSetName, in.StackName)
	if err == nil {
		err = checkToken(in.ClientRequestToken)
	}
	if err != nil {
		return nil, err
	}
	st, _ := s.db.stacks.Get(c.StackID)
	if _, again := st.Tokens[value(in.ClientRequestToken)]; again {
		return &cfn.ExecuteChangeSetOutput{}, nil
	}
	if c.Execution != types.ExecutionStatusAvailable {
		return nil, &types.InvalidChangeSetStatusException{Message: new("ChangeSet [" + c.ID +
			"] cannot be executed in its current status of [" + shownStatus(c) + "]")}
	}
	if in.DisableRollback != nil && c.OnStackFailure != "" {
		return nil, invalid("You cannot specify both OnStackFailure and DisableRollback")
	}
	if st.Status != types.StackStatusReviewInProgress && !updatable(st.Status) {
		return nil, invalid("Stack:%s is in %s state and can not be updated.", st.ID, st.Status)
	}
	s.execute(in, c, st)
	return &cfn.ExecuteChangeSetOutput{}, nil
}

func shownStatus(c ChangeSet) string {
	if c.Status == types.ChangeSetStatusCreateComplete {
		return string(c.Execution)
	}
	return string(c.Status)
}

func (s *Service) execute(in *cfn.ExecuteChangeSetInput, c ChangeSet, st Stack) {
	op := Operation{
		ID: s.uuid(), Type: types.OperationTypeUpdateStack, StackID: st.ID, Token: in.ClientRequestToken, Phase: phaseApply,
		Target: &c.Target, ChangeSetID: c.ID, ImportExisting: value(c.ImportExistingResources),
		RetainExceptOnCreate: value(in.RetainExceptOnCreate),
		DisableRollback:      value(in.DisableRollback) || c.OnStackFailure == types.OnStackFailureDoNothing,
		DeleteOnFailure:      c.OnStackFailure == types.OnStackFailureDelete,
	}
	status := types.StackStatusUpdateInProgress
	if c.Type == types.ChangeSetTypeCreate {
		op.Type, status = types.OperationTypeCreateStack, types.StackStatusCreateInProgress
	} else {
		st.Updated = new(s.host.Clock.Now())
	}
	var more []state.Change
	for _, other := range s.db.changeSets.of(st.ID) {
		switch {
		case other.ID == c.ID:
			other.Execution = types.ExecutionStatusExecuteInProgress
		case other.Execution == types.ExecutionStatusAvailable:
			other.Execution = types.ExecutionStatusObsolete
		default:
			continue
		}
		more = append(more, s.db.putChangeSet(other))
	}
	st.ChangeSetID, st.Current = c.ID, &c.Target
	st.DisableRollback, st.RetainExceptOnCreate = op.DisableRollback, op.RetainExceptOnCreate
	s.begin(op, st, status, userInitiated, more...)
}

// DeleteChangeSet forgets a change set that is not being executed. One that does
// not exist is no error, as long as its stack does.
func (s *Service) DeleteChangeSet(_ context.Context, in *cfn.DeleteChangeSetInput) (*cfn.DeleteChangeSetOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.changeSet(in.ChangeSetName, in.StackName)
	if err != nil {
		if _, missing := errors.AsType[*types.ChangeSetNotFoundException](err); missing {
			err = nil
		}
		return &cfn.DeleteChangeSetOutput{}, err
	}
	if c.Execution == types.ExecutionStatusExecuteInProgress {
		return nil, &types.InvalidChangeSetStatusException{Message: new("ChangeSet [" + c.ID +
			"] cannot be deleted in its current status of [" + string(c.Execution) + "]")}
	}
	s.db.commit(s.db.changeSets.drop(c.StackID, c.ID))
	return &cfn.DeleteChangeSetOutput{}, nil
}

// ListChangeSets lists a stack's change sets, the latest first.
func (s *Service) ListChangeSets(_ context.Context, in *cfn.ListChangeSetsInput) (*cfn.ListChangeSetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.db.stackNamed(value(in.StackName))
	if !ok {
		return nil, noChangeSetStack(value(in.StackName))
	}
	sets := s.db.changeSets.of(st.ID)
	slices.SortFunc(sets, func(a, b ChangeSet) int { return b.Created.Compare(a.Created) })
	summaries := make([]types.ChangeSetSummary, len(sets))
	for i, c := range sets {
		summaries[i] = types.ChangeSetSummary{
			ChangeSetId: &c.ID, ChangeSetName: &c.Name, CreationTime: &c.Created, Description: c.Description,
			ExecutionStatus: c.Execution, ImportExistingResources: c.ImportExistingResources,
			IncludeNestedStacks: new(value(c.IncludeNestedStacks)), StackId: &c.StackID, StackName: &c.StackName,
			Status: c.Status, StatusReason: optional(c.Reason),
		}
	}
	page, next, err := pageOf(summaries, in.NextToken, changesPerPage)
	return &cfn.ListChangeSetsOutput{Summaries: page, NextToken: next}, err
}
