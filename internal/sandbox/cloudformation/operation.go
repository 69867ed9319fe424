package cloudformation

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// phase is a stage of an operation. Each begins and ends with a commit, so that a
// restart repeats at most one, and a phase skips what it finds done.
type phase string

const (
	// phaseApply creates and updates resources towards the target.
	phaseApply phase = "apply"
	// phaseCleanup deletes what the target no longer has.
	phaseCleanup phase = "cleanup"
	// phaseRevert takes the stack back to its stable state.
	phaseRevert phase = "revert"
	// phaseRevertCleanup deletes what the failed update had created.
	phaseRevertCleanup phase = "revertCleanup"
	// phaseUnmake deletes what a failed creation has created.
	phaseUnmake phase = "unmake"
	// phaseDelete deletes the stack.
	phaseDelete phase = "delete"
)

// run is an operation at work.
type run struct {
	*Service
	stackID string
	// steps ends when the resources under way shall be given up.
	steps  context.Context
	cancel context.CancelCauseFunc
}

// Reasons for the end of a step's context.
var (
	errStopped   = errors.New("the sandbox stops")
	errCancelled = errors.New("cancelled")
	errTimeout   = errors.New("the stack's timeout has passed")
)

// begin records an operation, sets the stack's first status and starts the work.
func (s *Service) begin(op Operation, st Stack, status types.StackStatus, reason string, more ...state.Change) {
	st.Operations = prepend(st.Operations, op)
	if op.Token != nil {
		st.Tokens = withToken(st.Tokens, *op.Token, op.ID)
	}
	changes := append(s.setStatus(&st, op, status, reason), s.db.putOperation(op))
	s.db.commit(append(changes, more...)...)
	s.start(op)
}

// operationsShown is how many operations DescribeStacks tells of.
const operationsShown = 10

func prepend(list []types.OperationEntry, op Operation) []types.OperationEntry {
	out := append([]types.OperationEntry{{OperationId: new(op.ID), OperationType: op.Type}}, list...)
	return out[:min(len(out), operationsShown)]
}

func withToken(tokens map[string]string, token, id string) map[string]string {
	out := map[string]string{token: id}
	for key, value := range tokens {
		out[key] = value
	}
	return out
}

// start begins or resumes the work of a recorded operation.
func (s *Service) start(op Operation) {
	if s.ctx.Err() != nil {
		return
	}
	r := &run{Service: s, stackID: op.StackID}
	s.runs[op.StackID] = r
	s.wg.Go(func() { r.work() })
}

// work goes through the phases until the operation is finished or the sandbox
// stops.
func (r *run) work() {
	for !r.over() {
		op, ok := r.enter()
		if !ok {
			return
		}
		err := r.perform(op)
		r.cancel(nil)
		if errors.Is(err, errStopped) {
			return
		}
	}
}

// enter prepares the contexts of the operation's phase.
func (r *run) enter() (Operation, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	op, ok := r.db.operations.Get(r.stackID)
	if !ok || r.runs[r.stackID] != r {
		return op, false
	}
	r.steps, r.cancel = context.WithCancelCause(r.ctx)
	if op.Phase == phaseApply && (op.Cancelled || op.Abandoned) {
		r.cancel(errCancelled)
	}
	return op, true
}

// perform does one phase, which ends with the commit of the next or of the end.
func (r *run) perform(op Operation) error {
	switch op.Phase {
	case phaseApply:
		return r.apply(op)
	case phaseCleanup:
		return r.cleanup(op, types.StackStatusUpdateComplete)
	case phaseRevert:
		return r.revert(op)
	case phaseRevertCleanup:
		return r.cleanup(op, types.StackStatusUpdateRollbackComplete)
	case phaseUnmake:
		return r.unmake(op)
	}
	return r.deleteAll(op)
}

// advance goes to the next phase, with a status and its reason.
func (r *run) advance(op Operation, next phase, status types.StackStatus, reason string, more ...state.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	st, _ := r.db.stacks.Get(r.stackID)
	if fresh, ok := r.db.operations.Get(r.stackID); ok {
		op.Abandoned, op.Next = fresh.Abandoned, fresh.Next
	}
	op.Phase = next
	changes := append(r.setStatus(&st, op, status, reason), r.db.putOperation(op))
	r.db.commit(append(changes, more...)...)
}

// rollBack goes to a phase of going back, which is an operation of its own.
func (r *run) rollBack(op Operation, next phase, status types.StackStatus, reason string) {
	r.mu.Lock()
	st, _ := r.db.stacks.Get(r.stackID)
	op.ID, op.Type = r.uuid(), types.OperationTypeRollback
	st.Operations = prepend(st.Operations, op)
	r.db.commit(r.db.putStack(st))
	r.mu.Unlock()
	r.advance(op, next, status, reason)
}

// finish ends the operation with a status; change adjusts the stack's record.
func (r *run) finish(op Operation, status types.StackStatus, reason string, change func(st *Stack) []state.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	st, _ := r.db.stacks.Get(r.stackID)
	var more []state.Change
	if change != nil {
		more = change(&st)
	}
	fresh, _ := r.db.operations.Get(r.stackID)
	changes := append(r.setStatus(&st, op, status, reason), r.db.operations.Remove(r.stackID))
	r.db.commit(append(changes, more...)...)
	delete(r.runs, r.stackID)
	if fresh.Next != nil {
		r.begin(*fresh.Next, st, types.StackStatusDeleteInProgress, userInitiated)
	}
}

// failureReason puts the resources that failed in the operation into
// CloudFormation's words.
func (r *run) failureReason(op Operation) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var reason strings.Builder
	for _, kind := range []struct {
		status types.ResourceStatus
		verb   string
	}{
		{types.ResourceStatusCreateFailed, "create"}, {types.ResourceStatusUpdateFailed, "update"},
		{types.ResourceStatusDeleteFailed, "delete"}, {types.ResourceStatusImportFailed, "import"},
	} {
		var ids []string
		for _, res := range r.db.resources.of(r.stackID) {
			if res.Status == kind.status && res.Step.Operation == op.ID {
				ids = append(ids, res.LogicalID)
			}
		}
		if len(ids) > 0 {
			reason.WriteString("The following resource(s) failed to " + kind.verb + ": [" + strings.Join(ids, ", ") + "]. ")
		}
	}
	return reason.String()
}
