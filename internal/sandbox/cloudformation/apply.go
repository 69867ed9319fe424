package cloudformation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// apply brings the stack's resources to the operation's target and then settles,
// or turns to what follows a failure.
func (r *run) apply(op Operation) error {
	b, graph, err := r.prepare(op)
	if err == nil {
		err = r.checkRemovals(op, graph)
	}
	if err != nil {
		return r.fail(op, err.Error())
	}
	defer r.watch(op, b.stack)()
	complete, err := r.drain(graph, true, !op.DisableRollback, func(id string) error {
		return r.applyOne(op, b, graph, id)
	})
	if err != nil {
		return err
	}
	if errors.Is(context.Cause(r.steps), errTimeout) {
		return r.fail(op, "Stack creation time exceeded the specified timeout. ")
	}
	if !complete {
		return r.fail(op, r.failureReason(op))
	}
	return r.settle(op, b, graph)
}

// watch gives a creation up when the stack's timeout, counted from the request,
// has passed. The caller stops it.
func (r *run) watch(op Operation, st Stack) (stop func()) {
	if op.Type != types.OperationTypeCreateStack || st.TimeoutInMinutes == nil {
		return func() {}
	}
	cancel := r.cancel
	deadline := st.Created.Add(time.Duration(*st.TimeoutInMinutes) * time.Minute)
	stopTimer := r.host.Clock.AfterFunc(deadline.Sub(r.host.Clock.Now()), func() { cancel(errTimeout) })
	return func() { stopTimer() }
}

func (r *run) prepare(op Operation) (*blueprint, map[string][]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	st, _ := r.db.stacks.Get(r.stackID)
	b, err := r.blueprint(st, op.Target)
	if err != nil {
		return nil, nil, err
	}
	graph, err := b.Dependencies()
	return b, graph, err
}

// applyOne does what one resource needs, or goes on with it after a restart.
func (r *run) applyOne(op Operation, b *blueprint, graph map[string][]string, id string) error {
	res := r.resource(id)
	if res.Step.Operation != op.ID {
		if err := r.plan(op, b, graph[id], &res); err != nil {
			return err
		}
	}
	switch {
	case res.Step.Progress == failed:
		return errors.New(res.Reason)
	case res.Step.Progress == done || res.Step.Progress == skipped:
		return nil
	case res.Step.Action == actionCreate || res.Step.Action == actionReplace:
		return r.make(op, &res)
	case res.Step.Action == actionImport && res.Live.PhysicalID == "":
		return r.make(op, &res)
	case res.Step.Action == actionImport:
		return r.adopt(op, &res, resource.Result{PhysicalID: res.Live.PhysicalID, Attributes: res.Live.Attributes})
	}
	return r.change(op, &res)
}

const replacementRequested = "Requested update requires the creation of a new physical resource; hence creating one."

// plan decides the resource's action, and announces it.
func (r *run) plan(op Operation, b *blueprint, dependsOn []string, res *Resource) error {
	if res.New && res.Live.PhysicalID != "" && res.Status == types.ResourceStatusCreateFailed {
		if err := r.discard(op, res); err != nil {
			return err
		}
	}
	r.mu.Lock()
	wanted, shown, err := b.wanted(res.LogicalID, dependsOn)
	r.mu.Unlock()
	res.Step = Step{Operation: op.ID, Progress: begun, Wanted: wanted, Shown: shown}
	if res.Live.PhysicalID == "" {
		res.Live.Type = wanted.Type
		if res.Step.Action = actionCreate; r.imports(op, *res) {
			res.Step.Action = actionImport
			return r.save(*res)
		}
		if err := r.tell(res, op, types.ResourceStatusCreateInProgress, ""); err != nil {
			return err
		}
		if err != nil {
			return r.failStep(res, op, types.ResourceStatusCreateFailed, err)
		}
		return nil
	}
	if err != nil {
		res.Step.Action = actionUpdate
		return r.failStep(res, op, types.ResourceStatusUpdateFailed, err)
	}
	return r.planUpdate(op, res)
}

// imports reports whether the resource exists and comes into the stack.
func (r *run) imports(op Operation, res Resource) bool {
	if !op.ImportExisting {
		return false
	}
	request, err := r.request(r.ctx, res, op, res.Step.Wanted)
	if err != nil {
		return false
	}
	found, ok, err := find(r.ctx, r.types[res.Live.Type], request.Properties)
	return err == nil && ok && r.mayAdopt(op, res.Step.Wanted, found.PhysicalID)
}

func (r *run) planUpdate(op Operation, res *Resource) error {
	t, reason := r.types[res.Step.Wanted.Type], ""
	switch {
	case replaces(t, res.Live, res.Step.Wanted):
		res.Step.Action, reason = actionReplace, replacementRequested
	case res.Dirty || differs(t, res.Live, res.Step.Wanted) || attributesDiffer(res.Live, res.Step.Wanted):
		res.Step.Action = actionUpdate
	default:
		res.Live.DependsOn = res.Step.Wanted.DependsOn
		res.Step.Action, res.Step.Progress, res.Step.Wanted = actionUpdate, skipped, Incarnation{}
		return r.save(*res)
	}
	if err := r.tell(res, op, types.ResourceStatusUpdateInProgress, reason); err != nil {
		return err
	}
	if err := r.refuse(op, t, *res); err != nil {
		return r.failStep(res, op, types.ResourceStatusUpdateFailed, err)
	}
	return nil
}

// refuse finds a reason why the planned update must not happen.
func (r *run) refuse(op Operation, t resource.Type, res Resource) error {
	if err := r.denied(op, res, res.Step.Action); err != nil || res.Step.Action != actionReplace {
		return err
	}
	if op.DisableRollback {
		return &template.Error{Message: "Replacement type updates not supported on stack with disable-rollback."}
	}
	name, ok := resource.Text(res.Step.Wanted.Properties[t.NameProperty])
	before, _ := resource.Text(res.Live.Properties[t.NameProperty])
	if ok && name == before && res.Live.Type == res.Step.Wanted.Type {
		return &template.Error{Message: fmt.Sprintf("CloudFormation cannot update a stack when a custom-named resource "+
			"requires replacing. Rename %s and update the stack again.", name)}
	}
	return nil
}

// replaces reports whether the change needs a new physical resource.
func replaces(t resource.Type, live, wanted Incarnation) bool {
	if live.Type != wanted.Type {
		return true
	}
	changed := changedProperties(live.Properties, wanted.Properties)
	return slices.ContainsFunc(changed, func(name string) bool { return recreates(t, name) })
}

func recreates(t resource.Type, property string) bool {
	return t.Update == nil || slices.Contains(t.CreateOnly, property)
}

// changedProperties lists the top-level properties that differ, in order.
func changedProperties(before, after map[string]any) []string {
	names := map[string]bool{}
	for _, side := range []map[string]any{before, after} {
		for name := range side {
			if template.Canonical(before[name]) != template.Canonical(after[name]) {
				names[name] = true
			}
		}
	}
	return sortedKeys(names)
}

// differs reports whether the service would see a change.
func differs(t resource.Type, live, wanted Incarnation) bool {
	return len(changedProperties(live.Properties, wanted.Properties)) > 0 ||
		t.Update != nil && template.Canonical(nonNil(live.Tags)) != template.Canonical(nonNil(wanted.Tags))
}

// nonNil makes an empty map of none, which the journal does not tell apart.
func nonNil(tags map[string]string) map[string]string {
	if tags == nil {
		return map[string]string{}
	}
	return tags
}

// attributesDiffer reports a change that only CloudFormation sees.
func attributesDiffer(live, wanted Incarnation) bool {
	return live.DeletionPolicy != wanted.DeletionPolicy || live.UpdateReplacePolicy != wanted.UpdateReplacePolicy ||
		template.Canonical(live.Metadata) != template.Canonical(wanted.Metadata)
}

// fail turns to what follows a failed or cancelled apply.
func (r *run) fail(op Operation, reason string) error {
	r.mu.Lock()
	st, _ := r.db.stacks.Get(r.stackID)
	fresh, _ := r.db.operations.Get(r.stackID)
	r.mu.Unlock()
	creating := st.Stable == nil
	executionFailed := func(*Stack) []state.Change {
		return r.executed(op.ChangeSetID, types.ExecutionStatusExecuteFailed)
	}
	switch {
	case fresh.Abandoned:
		r.handOver(fresh)
	case fresh.Cancelled:
		r.rollBack(op, phaseRevert, types.StackStatusUpdateRollbackInProgress, userInitiated)
	case op.DisableRollback && op.Type == types.OperationTypeCreateStack:
		r.finish(op, types.StackStatusCreateFailed, reason, executionFailed)
	case op.DisableRollback:
		r.finish(op, types.StackStatusUpdateFailed, reason, executionFailed)
	case creating && op.DeleteOnFailure:
		r.rollBack(op, phaseDelete, types.StackStatusDeleteInProgress, reason+"Delete requested by user.")
	case creating:
		r.rollBack(op, phaseUnmake, types.StackStatusRollbackInProgress, spaced(reason)+"Rollback requested by user.")
	default:
		r.rollBack(op, phaseRevert, types.StackStatusUpdateRollbackInProgress, reason)
	}
	return nil
}

func spaced(reason string) string {
	if reason == "" || reason[len(reason)-1] == ' ' {
		return reason
	}
	return reason + " "
}

// handOver ends an operation that a deletion takes over from.
func (r *run) handOver(op Operation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	st, _ := r.db.stacks.Get(r.stackID)
	delete(r.runs, r.stackID)
	r.begin(*op.Next, st, types.StackStatusDeleteInProgress, userInitiated)
}

// settle makes the target the stack's stable state, all at once, and goes on to
// the cleanup of what it no longer has.
func (r *run) settle(op Operation, b *blueprint, graph map[string][]string) error {
	outputs, imports, err := r.evaluateOutputs(b)
	if err != nil {
		return r.fail(op, err.Error())
	}
	r.mu.Lock()
	fresh, _ := r.db.operations.Get(r.stackID)
	if fresh.Cancelled || fresh.Abandoned {
		r.mu.Unlock()
		r.cancel(context.Canceled)
		return r.fail(op, "")
	}
	defer r.mu.Unlock()
	st, _ := r.db.stacks.Get(r.stackID)
	var changes []state.Change
	for _, res := range r.db.resources.of(r.stackID) {
		_, stays := graph[res.LogicalID]
		res.settle(stays)
		changes = append(changes, r.db.putResource(res))
	}
	st.Stable, st.Outputs, st.Imports = op.Target, outputs, imports
	changes = append(changes, r.executed(op.ChangeSetID, types.ExecutionStatusExecuteComplete)...)
	if op.Type == types.OperationTypeCreateStack {
		changes = append(changes, r.db.operations.Remove(r.stackID))
		delete(r.runs, r.stackID)
		r.db.commit(append(r.setStatus(&st, op, types.StackStatusCreateComplete, ""), changes...)...)
		return nil
	}
	op.Phase = phaseCleanup
	changes = append(changes, r.db.putOperation(op))
	r.db.commit(append(r.setStatus(&st, op, types.StackStatusUpdateCompleteCleanupInProgress, ""), changes...)...)
	return nil
}

// settle makes the live resource the stable one, and garbage of what it replaces
// or, when the target has it no longer, of itself.
func (res *Resource) settle(stays bool) {
	if res.Stable != nil && res.Stable.PhysicalID != res.Live.PhysicalID {
		old := *res.Stable
		old.Keep = res.Live.UpdateReplacePolicy == "Retain"
		res.Garbage = append(slices.Clone(res.Garbage), old)
	}
	res.Stable, res.New, res.Dirty = nil, false, false
	if !stays {
		res.leave(keeps(res.Live.DeletionPolicy))
	}
}

// leave makes garbage of the live resource.
func (res *Resource) leave(keep bool) {
	if res.Live.PhysicalID != "" {
		old := res.Live
		old.Keep = keep
		res.Garbage = append(slices.Clone(res.Garbage), old)
	}
	res.Leaving, res.Stable, res.New = true, nil, false
}

// keeps reports a DeletionPolicy that spares the resource when it is deleted.
func keeps(policy string) bool { return policy == "Retain" || policy == "RetainExceptOnCreate" }
