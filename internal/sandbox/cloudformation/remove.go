package cloudformation

import (
	"cmp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// cleanup deletes the garbage of an update or of its rollback. What cannot be
// deleted is left behind, and the stack is complete all the same.
func (r *run) cleanup(op Operation, final types.StackStatus) error {
	complete, err := r.drain(r.garbageGraph(), false, false, func(id string) error { return r.sweep(op, id) })
	if err != nil {
		return err
	}
	reason := ""
	if !complete && final == types.StackStatusUpdateComplete {
		reason = "Update successful. One or more resources could not be deleted."
	}
	r.finish(op, final, reason, func(*Stack) []state.Change {
		var changes []state.Change
		for _, res := range r.db.resources.of(r.stackID) {
			if res.Leaving {
				changes = append(changes, r.db.resources.drop(r.stackID, res.LogicalID))
			} else if len(res.Garbage) > 0 {
				res.Garbage = nil
				changes = append(changes, r.db.putResource(res))
			}
		}
		return changes
	})
	return nil
}

// garbageGraph orders the deletions: what depends on others goes first.
func (r *run) garbageGraph() map[string][]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	needs := map[string][]string{}
	for _, res := range r.db.resources.of(r.stackID) {
		if res.Leaving {
			needs[res.LogicalID] = nil
		}
		for _, g := range res.Garbage {
			needs[res.LogicalID] = append(needs[res.LogicalID], g.DependsOn...)
		}
	}
	return backwards(needs)
}

// sweep deletes one resource's garbage. One that never came to be is told as
// deleted.
func (r *run) sweep(op Operation, id string) error {
	res := r.resource(id)
	if res.Leaving && res.Live.PhysicalID == "" && !gone(res.Status) {
		return r.tell(&res, op, types.ResourceStatusDeleteComplete, "")
	}
	for _, g := range slices.Clone(res.Garbage) {
		if err := r.destroy(op, &res, g, false); err != nil {
			return err
		}
		res.Garbage = res.Garbage[1:]
		if err := r.save(res); err != nil {
			return err
		}
	}
	return nil
}

// discard deletes what a failed creation has left, so that it can be tried again.
func (r *run) discard(op Operation, res *Resource) error {
	if err := r.destroy(op, res, res.Live, false); err != nil {
		return err
	}
	res.Live = Incarnation{}
	return r.save(*res)
}

// destroy deletes one physical resource, from wherever a restart finds it. With
// live set the record's own status follows.
func (r *run) destroy(op Operation, res *Resource, g Incarnation, live bool) error {
	tell := func(status types.ResourceStatus, reason string) error {
		return r.commit(func() []state.Change {
			if live {
				return r.setResource(res, op, status, reason)
			}
			return []state.Change{r.db.putResource(*res), r.incarnationEvent(*res, g, op, status, reason)}
		})
	}
	if g.Keep {
		return tell(types.ResourceStatusDeleteSkipped, "")
	}
	if res.Step.Operation != op.ID || res.Step.Action != actionDelete || res.Step.Wanted.PhysicalID != g.PhysicalID {
		res.Step = Step{Operation: op.ID, Action: actionDelete, Progress: begun, Wanted: Incarnation{PhysicalID: g.PhysicalID}, Shown: res.Step.Shown}
		if err := tell(types.ResourceStatusDeleteInProgress, ""); err != nil {
			return err
		}
	}
	if res.Step.Progress == begun {
		err := r.atomically(func() error {
			if err := r.callDelete(op, *res, g); err != nil {
				res.Step.Progress = failed
				return cmp.Or(tell(types.ResourceStatusDeleteFailed, r.reason(*res, op, err)), err)
			}
			res.Step.Progress, res.Step.Until = settling, r.until(times(r.types[g.Type], g).Delete)
			return r.save(*res)
		})
		if err != nil {
			return err
		}
	}
	if err := r.settleStep(res); err != nil {
		return err
	}
	res.Step.Progress = done
	return tell(types.ResourceStatusDeleteComplete, "")
}

func (r *run) callDelete(op Operation, res Resource, g Incarnation) error {
	request, err := r.request(r.ctx, res, op, g)
	if err != nil {
		// A secret that is gone must not keep a resource from being deleted.
		request.Properties, request.PhysicalID, request.LogicalID = g.Properties, g.PhysicalID, res.LogicalID
	}
	return r.types[g.Type].Delete(r.ctx, request)
}

// unmake deletes what a creation that failed has made.
func (r *run) unmake(op Operation) error {
	complete, err := r.removeAll(op, func(res Resource) bool {
		policy := res.Live.DeletionPolicy
		return res.Live.Adopted || policy == "Retain" && !op.RetainExceptOnCreate
	})
	if err != nil {
		return err
	}
	status, reason := types.StackStatusRollbackComplete, ""
	if !complete {
		status, reason = types.StackStatusRollbackFailed, r.failureReason(op)
	}
	r.finish(op, status, reason, func(st *Stack) []state.Change {
		st.Outputs = nil
		return r.executed(op.ChangeSetID, types.ExecutionStatusExecuteFailed)
	})
	return nil
}

// deleteAll deletes the stack.
func (r *run) deleteAll(op Operation) error {
	complete, err := r.removeAll(op, func(res Resource) bool {
		return keeps(res.Live.DeletionPolicy) || slices.Contains(op.Retain, res.LogicalID)
	})
	if err != nil {
		return err
	}
	if !complete {
		r.finish(op, types.StackStatusDeleteFailed, r.failureReason(op), nil)
		return nil
	}
	r.finish(op, types.StackStatusDeleteComplete, "", func(st *Stack) []state.Change { return r.forget(st) })
	return nil
}

// forget takes a deleted stack's name and change sets away.
func (s *Service) forget(st *Stack) []state.Change {
	st.Deleted = new(s.host.Clock.Now())
	changes := []state.Change{s.db.names.Remove(st.Name)}
	for _, c := range s.db.changeSets.of(st.ID) {
		changes = append(changes, s.db.changeSets.drop(st.ID, c.ID))
	}
	return changes
}

// removeAll deletes all resources that keep does not spare.
func (r *run) removeAll(op Operation, keep func(Resource) bool) (complete bool, err error) {
	needs := map[string][]string{}
	r.mu.Lock()
	for _, res := range r.db.resources.of(r.stackID) {
		needs[res.LogicalID] = slices.Clone(res.Live.DependsOn)
		for _, g := range res.Garbage {
			needs[res.LogicalID] = append(needs[res.LogicalID], g.DependsOn...)
		}
	}
	r.mu.Unlock()
	return r.drain(backwards(needs), false, false, func(id string) error { return r.removeOne(op, id, keep) })
}

func (r *run) removeOne(op Operation, id string, keep func(Resource) bool) error {
	if err := r.sweep(op, id); err != nil {
		return err
	}
	res := r.resource(id)
	if gone(res.Status) {
		return nil
	}
	if res.Live.PhysicalID == "" {
		return r.tell(&res, op, types.ResourceStatusDeleteComplete, "")
	}
	g := res.Live
	g.Keep = keep(res)
	err := r.destroy(op, &res, g, true)
	if err != nil && op.Force && !r.over() {
		return r.tell(&res, op, types.ResourceStatusDeleteSkipped, "")
	}
	return err
}
