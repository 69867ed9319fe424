package cloudformation

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// adopt takes an existing resource into the stack and brings it to what the
// template says (ImportExistingResources).
func (r *run) adopt(op Operation, res *Resource, found resource.Result) error {
	t, wanted := r.types[res.Step.Wanted.Type], res.Step.Wanted
	res.Step.Action = actionImport
	live, ok, err := t.Read(r.ctx, found.PhysicalID)
	if err != nil || !ok {
		return r.failStep(res, op, types.ResourceStatusImportFailed, err)
	}
	wanted.PhysicalID, wanted.Attributes, wanted.Adopted = found.PhysicalID, found.Attributes, true
	res.Live = wanted
	res.Live.Properties = live
	// Asked even when nothing differs: for the tags, and for the attributes.
	res.Dirty = true
	if err := r.tell(res, op, types.ResourceStatusImportInProgress, "Resource import started."); err != nil {
		return err
	}
	if err := r.tell(res, op, types.ResourceStatusImportComplete, "Resource import completed."); err != nil {
		return err
	}
	res.Step.Action, res.Step.Wanted, res.Step.Progress = actionUpdate, wanted, begun
	if err := r.tell(res, op, types.ResourceStatusUpdateInProgress, "Apply stack-level tags to imported resource if applicable."); err != nil {
		return err
	}
	return r.change(op, res)
}

// change updates the live resource to what res.Step.Wanted says and ends the
// step, from wherever a restart finds it.
func (r *run) change(op Operation, res *Resource) error {
	if res.Step.Progress == begun {
		if err := r.atomically(func() error { return r.update(op, res) }); err != nil {
			return err
		}
	}
	if err := r.settleStep(res); err != nil {
		return r.failStep(res, op, types.ResourceStatusUpdateFailed, err)
	}
	return r.endStep(res, op, types.ResourceStatusUpdateComplete)
}

// update asks the service for the change, if it would see one, and notes what
// comes of it.
func (r *run) update(op Operation, res *Resource) error {
	res.keepStable()
	t, attributes := r.types[res.Live.Type], res.Live.Attributes
	if res.Dirty = res.Dirty || differs(t, res.Live, res.Step.Wanted); res.Dirty {
		var err error
		if attributes, err = r.callUpdate(op, *res); err != nil {
			res.Live.Properties = res.Step.Wanted.Properties
			return r.failStep(res, op, types.ResourceStatusUpdateFailed, err)
		}
	}
	physicalID := res.Live.PhysicalID
	res.Live = res.Step.Wanted
	res.Live.PhysicalID, res.Live.Attributes = physicalID, attributes
	res.Step.Progress, res.Step.Until = settling, r.until(times(t, res.Live).Update)
	return r.save(*res)
}

// callUpdate asks the service for the change and gives the attributes after it.
func (r *run) callUpdate(op Operation, res Resource) (map[string]any, error) {
	t, wanted := r.types[res.Live.Type], res.Step.Wanted
	wanted.PhysicalID = res.Live.PhysicalID
	if t.Update == nil {
		return res.Live.Attributes, nil
	}
	request, err := r.request(r.ctx, res, op, wanted)
	if err != nil {
		return nil, err
	}
	if request.Previous, err = r.resolve(r.ctx, res.Live.Properties); err != nil {
		request.Previous = res.Live.Properties
	}
	result, err := t.Update(r.ctx, request)
	if err != nil {
		return nil, err
	}
	attributes := maps.Clone(res.Live.Attributes)
	if attributes == nil {
		attributes = map[string]any{}
	}
	maps.Copy(attributes, result.Attributes)
	return attributes, nil
}
