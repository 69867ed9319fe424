package cloudformation

import (
	"context"
	"errors"
	"slices"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

const noChanges = "The submitted information didn't contain changes. Submit different information to create a change set."

// CreateChangeSet plans a change. It is answered when the planning is done, so
// that a change set is never seen CREATE_PENDING.
func (s *Service) CreateChangeSet(ctx context.Context, in *cfn.CreateChangeSetInput) (*cfn.CreateChangeSetOutput, error) {
	st, c, again, err := s.draft(in)
	if err != nil || again {
		return &cfn.CreateChangeSetOutput{Id: new(c.ID), StackId: new(c.StackID)}, err
	}
	target, err := s.define(ctx, request{
		Body: in.TemplateBody, URL: in.TemplateURL, UsePrevious: in.UsePreviousTemplate, Parameters: in.Parameters,
		Tags: in.Tags, Capabilities: in.Capabilities, NotificationARNs: in.NotificationARNs, RoleARN: in.RoleARN,
		Monitoring: in.RollbackConfiguration,
	}, st.Current, st)
	if err != nil {
		return nil, err
	}
	c.Target = *target
	existing := map[string]string{}
	if value(in.ImportExistingResources) {
		existing = s.adoptables(ctx, st, target)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, ok := s.db.stackNamed(st.Name); ok && now.ID != st.ID {
		return nil, alreadyExistsStack(st.Name)
	}
	s.planInto(&c, st, existing)
	changes := []state.Change{s.db.putChangeSet(c)}
	if _, known := s.db.stacks.Get(st.ID); !known {
		op := Operation{Type: types.OperationTypeCreateChangeset}
		changes = append(changes, s.db.names.Put(st.Name, st.ID))
		changes = append(changes, s.setStatus(&st, op, types.StackStatusReviewInProgress, userInitiated)...)
	}
	s.db.commit(changes...)
	return &cfn.CreateChangeSetOutput{Id: new(c.ID), StackId: new(c.StackID)}, nil
}

// planInto sets the change set's changes and status.
func (s *Service) planInto(c *ChangeSet, st Stack, existing map[string]string) {
	plan, err := s.planChanges(st, &c.Target, existing)
	empty := false
	if err == nil {
		c.Changes = plan.changes
		empty, err = plan.empty(&c.Target)
	}
	c.Status, c.Execution = types.ChangeSetStatusCreateComplete, types.ExecutionStatusAvailable
	if empty {
		err = errors.New(noChanges)
	}
	if err != nil {
		c.Status, c.Execution, c.Reason = types.ChangeSetStatusFailed, types.ExecutionStatusUnavailable, err.Error()
	}
}

// draft checks what a change set is for, and starts its record and, for a new
// stack, the stack's. again reports a repeated request, by its client token.
func (s *Service) draft(in *cfn.CreateChangeSetInput) (st Stack, c ChangeSet, again bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := value(in.ChangeSetName)
	if !changeSetName().MatchString(name) {
		return st, c, false, constraint(name, "changeSetName", "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*")
	}
	if err := checkChangeSet(in); err != nil {
		return st, c, false, err
	}
	if st, err = s.stackForChangeSet(value(in.StackName), name, in.ChangeSetType); err != nil {
		return st, c, false, err
	}
	if other, ok := s.db.changeSetNamed(st.ID, name); ok && !used(other) {
		if in.ClientToken != nil && other.ClientToken == *in.ClientToken {
			return st, other, true, nil
		}
		return st, c, false, &types.AlreadyExistsException{Message: new("ChangeSet " + other.ID + " already exists")}
	}
	c = ChangeSet{
		ID: s.host.ARN("cloudformation", "changeSet/"+name+"/"+s.uuid()), Name: name, StackID: st.ID, StackName: st.Name,
		Type: in.ChangeSetType, Description: in.Description, Created: s.host.Clock.Now(),
		OnStackFailure: in.OnStackFailure, ImportExistingResources: in.ImportExistingResources,
		IncludeNestedStacks: in.IncludeNestedStacks, DeploymentMode: in.DeploymentMode,
		DeploymentConfig: in.DeploymentConfig, ClientToken: value(in.ClientToken),
	}
	if c.Type == "" {
		c.Type = types.ChangeSetTypeUpdate
	}
	return st, c, false, nil
}

// checkChangeSet refuses what does not go together, and what is not emulated.
func checkChangeSet(in *cfn.CreateChangeSetInput) error {
	switch {
	case in.DeploymentMode != "":
		return invalid("DeploymentMode %s is not supported by the local platform", in.DeploymentMode)
	case in.OnStackFailure == types.OnStackFailureDelete && in.ChangeSetType != types.ChangeSetTypeCreate:
		return invalid("OnStackFailure DELETE can only be specified for change sets of type CREATE")
	}
	return checkToken(in.ClientToken)
}

func (s *Service) stackForChangeSet(name, changeSet string, kind types.ChangeSetType) (Stack, error) {
	st, ok := s.db.stackNamed(name)
	exists := ok && st.Status != types.StackStatusReviewInProgress && st.Status != types.StackStatusDeleteComplete
	switch {
	case kind == types.ChangeSetTypeImport:
		return st, invalid("ChangeSetType IMPORT is not supported by the local platform; use ImportExistingResources")
	case kind == types.ChangeSetTypeCreate && exists:
		return st, invalid("Stack [%s] already exists and cannot be created again with the changeSet [%s].", name, changeSet)
	case kind == types.ChangeSetTypeCreate && ok && st.Status == types.StackStatusReviewInProgress:
		return st, nil
	case kind == types.ChangeSetTypeCreate:
		if err := checkStackName(name); err != nil {
			return st, err
		}
		return s.newStack(name), nil
	case !exists:
		return st, invalid("Stack [%s] does not exist", name)
	case !updatable(st.Status):
		return st, invalid("Stack:%s is in %s state and can not be updated.", st.ID, st.Status)
	}
	return st, nil
}

func (s *Service) newStack(name string) Stack {
	return Stack{
		ID: s.host.ARN("cloudformation", "stack/"+name+"/"+s.uuid()), Name: name, Created: s.host.Clock.Now(),
		DriftStatus: types.StackDriftStatusNotChecked,
	}
}

// updatable reports a status in which an update may begin.
func updatable(status types.StackStatus) bool {
	return slices.Contains([]types.StackStatus{
		types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusUpdateRollbackComplete,
		types.StackStatusUpdateFailed, types.StackStatusCreateFailed, types.StackStatusImportComplete,
	}, status)
}

// used reports a change set whose name is free again.
func used(c ChangeSet) bool {
	return c.Execution != types.ExecutionStatusAvailable && c.Execution != types.ExecutionStatusUnavailable
}

// changeSetNamed finds a change set by its id, or the latest of that name, within
// a stack.
func (r *records) changeSetNamed(stackID, name string) (found ChangeSet, ok bool) {
	for _, c := range r.changeSets.of(stackID) {
		if c.ID == name {
			return c, true
		}
		if c.Name == name && (!ok || c.Created.After(found.Created)) {
			found, ok = c, true
		}
	}
	return found, ok
}

// adoptables finds the resources of a definition that exist already, belong to no
// stack, and may be adopted: logical id to physical id.
func (s *Service) adoptables(ctx context.Context, st Stack, target *Definition) map[string]string {
	existing := map[string]string{}
	for id, properties := range s.namedAdditions(st, target) {
		t := s.types[properties.Type]
		resolved, err := s.resolve(ctx, properties.Properties)
		if err != nil {
			continue
		}
		if found, ok, err := find(ctx, t, resolved); ok && err == nil {
			s.mu.Lock()
			if !s.owned(t.Name, found.PhysicalID) {
				existing[id] = found.PhysicalID
			}
			s.mu.Unlock()
		}
	}
	return existing
}

// namedAdditions lists what a definition would add under a custom name.
func (s *Service) namedAdditions(st Stack, target *Definition) map[string]Incarnation {
	s.mu.Lock()
	defer s.mu.Unlock()
	named := map[string]Incarnation{}
	plan, err := s.planChanges(st, target, nil)
	if err != nil {
		return nil
	}
	for _, c := range plan.changes {
		wanted, _, err := plan.after.wanted(*c.LogicalResourceId, nil)
		if c.Action == types.ChangeActionAdd && err == nil && adoptable(wanted.DeletionPolicy) {
			named[*c.LogicalResourceId] = wanted
		}
	}
	return named
}

// executed sets the execution status of a change set, if there is one.
func (s *Service) executed(id string, status types.ExecutionStatus) []state.Change {
	stackID, ok := s.db.stackOfChangeSet(id)
	if !ok {
		return nil
	}
	c, _ := s.db.changeSets.get(stackID, id)
	c.Execution = status
	return []state.Change{s.db.putChangeSet(c)}
}

func (r *records) stackOfChangeSet(id string) (string, bool) {
	for stackID, names := range r.changeSets.keys {
		if slices.Contains(names, id) {
			return stackID, true
		}
	}
	return "", false
}

func alreadyExistsStack(name string) error {
	return &types.AlreadyExistsException{Message: new("Stack [" + name + "] already exists")}
}
