package cloudformation

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// revert takes every resource that a failed update has touched back to its stable
// state, in the order of dependencies.
func (r *run) revert(op Operation) error {
	complete, err := r.drain(r.stableGraph(), false, false, func(id string) error { return r.revertOne(op, id) })
	if err != nil {
		return err
	}
	if !complete {
		r.finish(op, types.StackStatusUpdateRollbackFailed, r.failureReason(op), nil)
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	st, _ := r.db.stacks.Get(r.stackID)
	var changes []state.Change
	for _, res := range r.db.resources.of(r.stackID) {
		if res.New {
			res.leave(res.Live.Adopted || res.Live.DeletionPolicy == "Retain" && !op.RetainExceptOnCreate)
			changes = append(changes, r.db.putResource(res))
		}
	}
	st.Current = st.Stable
	op.Phase = phaseRevertCleanup
	changes = append(changes, r.db.putOperation(op))
	changes = append(changes, r.executed(op.ChangeSetID, types.ExecutionStatusExecuteFailed)...)
	r.db.commit(append(r.setStatus(&st, op, types.StackStatusUpdateRollbackCompleteCleanupInProgress, ""), changes...)...)
	return nil
}

// stableGraph has the resources that the stable state has, with its dependencies.
func (r *run) stableGraph() map[string][]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	needs := map[string][]string{}
	for _, res := range r.db.resources.of(r.stackID) {
		switch {
		case res.New:
		case res.Stable != nil:
			needs[res.LogicalID] = slices.Clone(res.Stable.DependsOn)
		default:
			needs[res.LogicalID] = slices.Clone(res.Live.DependsOn)
		}
	}
	for id, names := range needs {
		needs[id] = slices.DeleteFunc(names, func(name string) bool { _, ok := needs[name]; return !ok })
	}
	return needs
}

func (r *run) revertOne(op Operation, id string) error {
	res := r.resource(id)
	if res.Step.Operation == op.ID && res.Step.Progress != done && res.Step.Progress != failed {
		return r.reverted(r.change(op, &res), &res)
	}
	switch {
	case res.Stable == nil:
		return r.calm(op, &res)
	case slices.Contains(op.Skip, id):
		res.Live, res.Dirty = *res.Stable, false
		return r.calm(op, &res)
	case res.Stable.PhysicalID != res.Live.PhysicalID:
		res.Garbage = append(slices.Clone(res.Garbage), r.unwanted(op, res.Live))
		res.Live = *res.Stable
		res.Status = types.ResourceStatusUpdateFailed
		return r.calm(op, &res)
	case !res.Dirty && !differs(r.types[res.Live.Type], res.Live, *res.Stable):
		res.Live = *res.Stable
		return r.calm(op, &res)
	}
	res.Step = Step{Operation: op.ID, Action: actionUpdate, Progress: begun, Wanted: *res.Stable}
	if err := r.tell(&res, op, types.ResourceStatusUpdateInProgress, ""); err != nil {
		return err
	}
	return r.reverted(r.change(op, &res), &res)
}

// unwanted marks whether a replacement that is rolled back is retained.
func (r *run) unwanted(op Operation, g Incarnation) Incarnation {
	g.Keep = g.DeletionPolicy == "Retain" && !op.RetainExceptOnCreate
	return g
}

// reverted forgets the stable state of a resource that is in it again.
func (r *run) reverted(err error, res *Resource) error {
	if err != nil {
		return err
	}
	res.Stable = nil
	return r.save(*res)
}

// calm ends the revert of a resource that needs no call: one whose update had
// failed, or is undone by taking the old one again, is told as complete.
func (r *run) calm(op Operation, res *Resource) error {
	res.Stable = nil
	if res.Status != types.ResourceStatusUpdateFailed && res.Status != types.ResourceStatusUpdateInProgress {
		return r.save(*res)
	}
	return r.tell(res, op, types.ResourceStatusUpdateComplete, "")
}
