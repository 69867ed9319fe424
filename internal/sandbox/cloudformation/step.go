package cloudformation

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// resource gives a resource's record, an empty one when there is none yet.
func (r *run) resource(id string) Resource {
	r.mu.Lock()
	defer r.mu.Unlock()
	res, ok := r.db.resources.get(r.stackID, id)
	if !ok {
		res = Resource{StackID: r.stackID, LogicalID: id, New: true}
	}
	return res
}

// atomically calls a service and notes what comes of it in one transaction, so
// that no crash leaves a resource of which its stack knows nothing.
func (r *run) atomically(work func() error) (err error) {
	r.host.State.Atomically(func() {
		if err = errStopped; !r.over() {
			err = work()
		}
	})
	return err
}

// over reports that the sandbox stops, or can no longer save anything.
func (s *Service) over() bool { return s.ctx.Err() != nil || s.host.State.Err() != nil }

// commit writes what change makes of the records, unless the sandbox has stopped:
// what happens after that must look as if it had not been told.
func (r *run) commit(change func() []state.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over() {
		return errStopped
	}
	r.db.commit(change()...)
	return nil
}

// tell commits the resource with a status and its event.
func (r *run) tell(res *Resource, op Operation, status types.ResourceStatus, reason string) error {
	return r.commit(func() []state.Change { return r.setResource(res, op, status, reason) })
}

// save commits the resource without an event.
func (r *run) save(res Resource) error {
	return r.commit(func() []state.Change { return []state.Change{r.db.putResource(res)} })
}

// failStep ends a step with a failure, which it returns.
func (r *run) failStep(res *Resource, op Operation, status types.ResourceStatus, cause error) error {
	if errors.Is(cause, errStopped) {
		return cause
	}
	res.Step.Progress = failed
	if err := r.tell(res, op, status, r.reason(*res, op, cause)); err != nil {
		return err
	}
	return cause
}

// endStep ends a step well.
func (r *run) endStep(res *Resource, op Operation, status types.ResourceStatus) error {
	res.Step.Progress, res.Dirty, res.Step.Wanted, res.Drift = done, false, Incarnation{}, nil
	return r.tell(res, op, status, "")
}

// reason words a failure as CloudFormation does.
func (r *run) reason(res Resource, op Operation, cause error) string {
	if errors.Is(cause, errCancelled) {
		if res.Step.Action == actionCreate || res.Step.Action == actionImport {
			return "Resource creation cancelled"
		}
		return "Resource update cancelled"
	}
	if refusal, ok := errors.AsType[*template.Error](cause); ok {
		return refusal.Message
	}
	code := "GeneralServiceException"
	if e, ok := errors.AsType[*resource.Error](cause); ok {
		if code = e.Code; code == "InvalidRequest" && len(e.Message) > 0 && e.Message[0] == '#' {
			return "Properties validation failed for resource " + res.LogicalID + " with message:\n" + e.Message
		}
	}
	return `Resource handler returned message: "` + cause.Error() + `" (RequestToken: ` +
		requestToken(op, res.LogicalID) + ", HandlerErrorCode: " + code + ")"
}

// settleStep lets the resource's time pass. Its end is recorded before, so that a
// restart waits for the rest only.
func (r *run) settleStep(res *Resource) error {
	left := res.Step.Until.Sub(r.host.Clock.Now())
	if clock.Sleep(r.steps, r.host.Clock, left) == nil {
		return nil
	}
	if r.over() {
		return errStopped
	}
	return errCancelled
}

// paced is how long something takes here that takes d in the real world.
func (s *Service) paced(d time.Duration) time.Duration {
	if s.pace <= 0 {
		return 0
	}
	return time.Duration(float64(d) / s.pace)
}

// times are the lifecycle times of one resource of the type.
func times(t resource.Type, i Incarnation) resource.Times {
	if t.TimesOf != nil {
		return t.TimesOf(i.Properties)
	}
	return t.Times
}

func (s *Service) until(d time.Duration) time.Time { return s.host.Clock.Now().Add(s.paced(d)) }

// request builds a handler's request, with dynamic references resolved; what they
// resolve to is kept nowhere.
func (r *run) request(ctx context.Context, res Resource, op Operation, wanted Incarnation) (resource.Request, error) {
	properties, err := r.resolve(ctx, wanted.Properties)
	if err != nil {
		return resource.Request{}, err
	}
	st := r.stack()
	tags := maps.Clone(wanted.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	tags["aws:cloudformation:stack-name"] = st.Name
	tags["aws:cloudformation:stack-id"] = st.ID
	tags["aws:cloudformation:logical-id"] = res.LogicalID
	return resource.Request{
		StackName: st.Name, StackID: st.ID, LogicalID: res.LogicalID, Token: resourceToken(op, res.LogicalID),
		PhysicalID: wanted.PhysicalID, Properties: properties, Tags: tags,
	}, nil
}

func (r *run) stack() Stack {
	r.mu.Lock()
	defer r.mu.Unlock()
	st, _ := r.db.stacks.Get(r.stackID)
	return st
}
