package cloudformation

import (
	"context"
	"slices"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// CreateStack begins the creation of a stack.
func (s *Service) CreateStack(ctx context.Context, in *cfn.CreateStackInput) (*cfn.CreateStackOutput, error) {
	name := value(in.StackName)
	if err := checkStackName(name); err != nil {
		return nil, err
	}
	if out, err := s.createdBefore(name, in.ClientRequestToken); out != nil || err != nil {
		return out, err
	}
	if in.DisableRollback != nil && in.OnFailure != "" {
		return nil, invalid("You can only specify either DisableRollback or OnFailure")
	}
	policy, err := s.policyBody(ctx, in.StackPolicyBody, in.StackPolicyURL)
	if err != nil {
		return nil, err
	}
	st := s.newStack(name)
	target, err := s.define(ctx, request{
		Body: in.TemplateBody, URL: in.TemplateURL, Parameters: in.Parameters, Tags: in.Tags, Capabilities: in.Capabilities,
		NotificationARNs: in.NotificationARNs, RoleARN: in.RoleARN, Monitoring: in.RollbackConfiguration,
	}, nil, st)
	if err != nil {
		return nil, err
	}
	st.Current, st.Policy, st.TimeoutInMinutes = target, policy, in.TimeoutInMinutes
	st.TerminationProtection = value(in.EnableTerminationProtection)
	st.DisableRollback = value(in.DisableRollback) || in.OnFailure == types.OnFailureDoNothing
	st.RetainExceptOnCreate = value(in.RetainExceptOnCreate)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.db.names.Get(name); taken {
		return nil, alreadyExistsStack(name)
	}
	op := Operation{
		ID: s.uuid(), Type: types.OperationTypeCreateStack, StackID: st.ID, Token: in.ClientRequestToken, Phase: phaseApply,
		Target: target, DisableRollback: st.DisableRollback, DeleteOnFailure: in.OnFailure == types.OnFailureDelete,
		RetainExceptOnCreate: st.RetainExceptOnCreate,
	}
	s.begin(op, st, types.StackStatusCreateInProgress, userInitiated, s.db.names.Put(name, st.ID))
	return &cfn.CreateStackOutput{StackId: &st.ID, OperationId: &op.ID}, nil
}

// createdBefore answers a repeated request, known by its token, and refuses a
// name that is taken.
func (s *Service) createdBefore(name string, token *string) (*cfn.CreateStackOutput, error) {
	if err := checkToken(token); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.db.names.Get(name)
	if !ok {
		return nil, nil
	}
	st, _ := s.db.stacks.Get(id)
	if op, again := st.Tokens[value(token)]; again {
		return &cfn.CreateStackOutput{StackId: &id, OperationId: &op}, nil
	}
	return nil, alreadyExistsStack(name)
}

// UpdateStack begins an update without a change set.
func (s *Service) UpdateStack(ctx context.Context, in *cfn.UpdateStackInput) (*cfn.UpdateStackOutput, error) {
	st, err := s.stackToUpdate(value(in.StackName), in.ClientRequestToken)
	if err != nil {
		return nil, err
	}
	if op, again := st.Tokens[value(in.ClientRequestToken)]; again {
		return &cfn.UpdateStackOutput{StackId: &st.ID, OperationId: &op}, nil
	}
	policy, err := s.policyBody(ctx, in.StackPolicyBody, in.StackPolicyURL)
	if err != nil {
		return nil, err
	}
	during, err := s.policyBody(ctx, in.StackPolicyDuringUpdateBody, in.StackPolicyDuringUpdateURL)
	if err != nil {
		return nil, err
	}
	target, err := s.define(ctx, request{
		Body: in.TemplateBody, URL: in.TemplateURL, UsePrevious: in.UsePreviousTemplate, Parameters: in.Parameters,
		Tags: in.Tags, Capabilities: in.Capabilities, NotificationARNs: in.NotificationARNs, RoleARN: in.RoleARN,
		Monitoring: in.RollbackConfiguration,
	}, st.Current, st)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st, err = s.checkUpdatable(st.ID); err != nil {
		return nil, err
	}
	plan, err := s.planChanges(st, target, nil)
	if err != nil {
		return nil, refusal(err)
	}
	if empty, err := plan.empty(target); err != nil || empty {
		if err != nil {
			return nil, refusal(err)
		}
		return nil, invalid("No updates are to be performed.")
	}
	if policy != "" {
		st.Policy = policy
	}
	st.Current, st.Updated, st.ChangeSetID = target, new(s.host.Clock.Now()), ""
	st.DisableRollback, st.RetainExceptOnCreate = value(in.DisableRollback), value(in.RetainExceptOnCreate)
	op := Operation{
		ID: s.uuid(), Type: types.OperationTypeUpdateStack, StackID: st.ID, Token: in.ClientRequestToken, Phase: phaseApply,
		Target: target, DisableRollback: st.DisableRollback, RetainExceptOnCreate: st.RetainExceptOnCreate, Policy: during,
	}
	s.begin(op, st, types.StackStatusUpdateInProgress, userInitiated, s.obsolete(st.ID)...)
	return &cfn.UpdateStackOutput{StackId: &st.ID, OperationId: &op.ID}, nil
}

func (s *Service) stackToUpdate(name string, token *string) (Stack, error) {
	if err := checkToken(token); err != nil {
		return Stack{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.db.stackNamed(name)
	if !ok || st.Status == types.StackStatusDeleteComplete {
		return st, invalid("Stack [%s] does not exist", name)
	}
	if _, again := st.Tokens[value(token)]; again {
		return st, nil
	}
	return s.checkUpdatable(st.ID)
}

func (s *Service) checkUpdatable(id string) (Stack, error) {
	st, _ := s.db.stacks.Get(id)
	if !updatable(st.Status) {
		return st, invalid("Stack:%s is in %s state and can not be updated.", st.ID, st.Status)
	}
	return st, nil
}

// obsolete makes the open change sets of a stack obsolete.
func (s *Service) obsolete(stackID string) []state.Change {
	var changes []state.Change
	for _, c := range s.db.changeSets.of(stackID) {
		if c.Execution == types.ExecutionStatusAvailable {
			c.Execution = types.ExecutionStatusObsolete
			changes = append(changes, s.db.putChangeSet(c))
		}
	}
	return changes
}

// DeleteStack begins the deletion of a stack. One that does not exist, or is
// being deleted, is no error.
func (s *Service) DeleteStack(_ context.Context, in *cfn.DeleteStackInput) (*cfn.DeleteStackOutput, error) {
	if err := checkToken(in.ClientRequestToken); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &cfn.DeleteStackOutput{}
	st, ok := s.db.stackNamed(value(in.StackName))
	if !ok || st.Status == types.StackStatusDeleteComplete || st.Status == types.StackStatusDeleteInProgress {
		return out, nil
	}
	if err := s.checkDeletable(st, in); err != nil {
		return nil, err
	}
	op := Operation{
		ID: s.uuid(), Type: types.OperationTypeDeleteStack, StackID: st.ID, Token: in.ClientRequestToken, Phase: phaseDelete,
		Retain: in.RetainResources, Force: in.DeletionMode == types.DeletionModeForceDeleteStack,
	}
	running, busy := s.db.operations.Get(st.ID)
	if !busy {
		s.begin(op, st, types.StackStatusDeleteInProgress, userInitiated)
		return out, nil
	}
	running.Abandoned, running.Next = true, &op
	s.db.commit(s.db.putOperation(running))
	s.giveUp(st.ID)
	return out, nil
}

// giveUp makes the operation under way give up what it waits for.
func (s *Service) giveUp(stackID string) {
	if r := s.runs[stackID]; r != nil && r.cancel != nil {
		r.cancel(errCancelled)
	}
}

func (s *Service) checkDeletable(st Stack, in *cfn.DeleteStackInput) error {
	switch {
	case st.TerminationProtection:
		return invalid("Stack [%s] cannot be deleted while TerminationProtection is enabled", value(in.StackName))
	case len(in.RetainResources) > 0 && st.Status != types.StackStatusDeleteFailed:
		return invalid("Invalid operation on stack [%s]. RetainResources can only be specified for stacks in the DELETE_FAILED state", st.ID)
	case in.DeletionMode == types.DeletionModeForceDeleteStack && st.Status != types.StackStatusDeleteFailed:
		return invalid("DeletionMode FORCE_DELETE_STACK can only be specified for stacks in the DELETE_FAILED state")
	}
	if _, busy := s.db.operations.Get(st.ID); busy && st.Status != types.StackStatusCreateInProgress {
		return invalid("Stack [%s] cannot be deleted while in status %s", st.Name, st.Status)
	}
	for _, id := range in.RetainResources {
		if _, ok := s.db.resources.get(st.ID, id); !ok {
			return invalid("Resource %s does not exist in stack [%s]", id, st.Name)
		}
	}
	return refusal(s.checkExports(st, nil))
}

// CancelUpdateStack turns a running update back.
func (s *Service) CancelUpdateStack(_ context.Context, in *cfn.CancelUpdateStackInput) (*cfn.CancelUpdateStackOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.live(in.StackName)
	if err != nil {
		return nil, err
	}
	op, busy := s.db.operations.Get(st.ID)
	if st.Status != types.StackStatusUpdateInProgress || !busy {
		return nil, invalid("CancelUpdateStack cannot be called from current stack status")
	}
	if !op.Cancelled {
		op.Cancelled = true
		s.db.commit(s.db.putOperation(op))
		s.giveUp(st.ID)
	}
	return &cfn.CancelUpdateStackOutput{}, nil
}

// ContinueUpdateRollback tries a failed rollback again, without the resources to
// skip.
func (s *Service) ContinueUpdateRollback(_ context.Context, in *cfn.ContinueUpdateRollbackInput) (*cfn.ContinueUpdateRollbackOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.live(in.StackName)
	if err != nil {
		return nil, err
	}
	if st.Status != types.StackStatusUpdateRollbackFailed {
		return nil, invalid("Stack:%s is in %s state and can not continue update rollback.", st.ID, st.Status)
	}
	for _, id := range in.ResourcesToSkip {
		res, ok := s.db.resources.get(st.ID, id)
		if !ok || res.Status != types.ResourceStatusUpdateFailed || res.Step.Operation != *st.Operations[0].OperationId {
			return nil, invalid("Resource [%s] cannot be skipped: its rollback has not failed", id)
		}
	}
	op := Operation{
		ID: s.uuid(), Type: types.OperationTypeContinueRollback, StackID: st.ID, Token: in.ClientRequestToken,
		Phase: phaseRevert, Skip: slices.Clone(in.ResourcesToSkip), RetainExceptOnCreate: st.RetainExceptOnCreate,
	}
	s.begin(op, st, types.StackStatusUpdateRollbackInProgress, userInitiated)
	return &cfn.ContinueUpdateRollbackOutput{}, nil
}

// RollbackStack takes a stack that failed without rollback back to its last
// stable state.
func (s *Service) RollbackStack(_ context.Context, in *cfn.RollbackStackInput) (*cfn.RollbackStackOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, err := s.live(in.StackName)
	if err != nil {
		return nil, err
	}
	op := Operation{
		ID: s.uuid(), Type: types.OperationTypeRollback, StackID: st.ID, Token: in.ClientRequestToken, Phase: phaseRevert,
		RetainExceptOnCreate: value(in.RetainExceptOnCreate),
	}
	status := types.StackStatusUpdateRollbackInProgress
	switch {
	case st.Status != types.StackStatusCreateFailed && st.Status != types.StackStatusUpdateFailed:
		return nil, invalid("Stack:%s is in %s state and can not be rolled back.", st.ID, st.Status)
	case st.Stable == nil:
		op.Phase, status = phaseUnmake, types.StackStatusRollbackInProgress
	}
	s.begin(op, st, status, userInitiated)
	return &cfn.RollbackStackOutput{StackId: &st.ID, OperationId: &op.ID}, nil
}
