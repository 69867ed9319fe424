package cloudformation

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

const creationInitiated = "Resource creation Initiated"

// make creates what res.Step.Wanted says and ends the step, from wherever a
// restart finds it. A replacement is a creation with the words of an update.
func (r *run) make(op Operation, res *Resource) error {
	words := createWords
	if res.Step.Action == actionReplace {
		words = replaceWords
	}
	if res.Step.Progress == begun {
		request, found, err := r.look(op, *res)
		if err != nil {
			return r.failStep(res, op, words.failed, err)
		}
		if found != nil {
			return r.adopt(op, res, *found)
		}
		if err := r.atomically(func() error { return r.create(op, res, request, words) }); err != nil {
			return err
		}
	}
	if err := r.settleStep(res); err != nil {
		return r.failStep(res, op, words.failed, err)
	}
	return r.endStep(res, op, words.complete)
}

// statusWords are the statuses of one kind of step.
type statusWords struct{ underWay, complete, failed types.ResourceStatus }

var (
	createWords = statusWords{
		types.ResourceStatusCreateInProgress, types.ResourceStatusCreateComplete, types.ResourceStatusCreateFailed,
	}
	replaceWords = statusWords{
		types.ResourceStatusUpdateInProgress, types.ResourceStatusUpdateComplete, types.ResourceStatusUpdateFailed,
	}
)

// keepStable keeps the stable state before the first change since it.
func (res *Resource) keepStable() {
	if !res.New && res.Stable == nil {
		res.Stable = new(res.Live)
	}
}

// look finds a custom name that is taken before the service is asked for it: by a
// resource that comes into the stack, which it gives, or by another.
func (r *run) look(op Operation, res Resource) (resource.Request, *resource.Result, error) {
	t, wanted := r.types[res.Step.Wanted.Type], res.Step.Wanted
	request, err := r.request(r.ctx, res, op, wanted)
	if err != nil {
		return request, nil, err
	}
	found, taken, err := find(r.ctx, t, request.Properties)
	switch {
	case err != nil || !taken:
		return request, nil, err
	case r.mayAdopt(op, wanted, found.PhysicalID):
		return request, &found, nil
	}
	return request, nil, alreadyExists(t, request.Properties)
}

// create asks the service for the resource and notes what comes of it.
func (r *run) create(op Operation, res *Resource, request resource.Request, words statusWords) error {
	t := r.types[res.Step.Wanted.Type]
	result, err := t.Create(r.ctx, request)
	if err == nil && result.PhysicalID == "" {
		err = fmt.Errorf("%s gave no physical id", t.Name)
	}
	if err != nil {
		return r.failStep(res, op, words.failed, err)
	}
	res.keepStable()
	res.Live = res.Step.Wanted
	res.Live.PhysicalID, res.Live.Attributes = result.PhysicalID, result.Attributes
	res.Step.Progress, res.Step.Until = settling, r.until(times(t, res.Live).Create)
	return r.tell(res, op, words.underWay, creationInitiated)
}

func alreadyExists(t resource.Type, properties map[string]any) error {
	name, _ := resource.Text(properties[t.NameProperty])
	return &resource.Error{
		Code:    "AlreadyExists",
		Message: fmt.Sprintf("Resource of type '%s' with identifier '%s' already exists.", t.Name, name),
	}
}

// find looks for a live resource with the custom name in the properties. Without
// a Find of the type's own, the name is taken for the physical id.
func find(ctx context.Context, t resource.Type, properties map[string]any) (resource.Result, bool, error) {
	name, ok := resource.Text(properties[t.NameProperty])
	if !ok || t.NameProperty == "" {
		return resource.Result{}, false, nil
	}
	if t.Find != nil {
		return t.Find(ctx, properties)
	}
	if t.Read == nil {
		return resource.Result{}, false, nil
	}
	_, ok, err := t.Read(ctx, name)
	return resource.Result{PhysicalID: name}, ok, err
}

// mayAdopt reports whether an existing resource may come into the stack: the
// operation imports, the template would keep it, and no stack has it.
func (r *run) mayAdopt(op Operation, wanted Incarnation, physicalID string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return op.ImportExisting && adoptable(wanted.DeletionPolicy) && !r.owned(wanted.Type, physicalID)
}

func adoptable(deletionPolicy string) bool {
	return slices.Contains([]string{"Retain", "RetainExceptOnCreate"}, deletionPolicy)
}

// owned reports whether a stack has the resource.
func (s *Service) owned(typeName, physicalID string) bool {
	for _, member := range s.db.resources.m.All() {
		res := member.Record
		if res.Live.Type == typeName && res.Live.PhysicalID == physicalID && !gone(res.Status) {
			return true
		}
	}
	return false
}

// gone reports a status after which the stack has no longer a resource.
func gone(status types.ResourceStatus) bool {
	return status == types.ResourceStatusDeleteComplete || status == types.ResourceStatusDeleteSkipped
}
