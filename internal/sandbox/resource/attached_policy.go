package resource

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// AttachedPolicy is a resource type like AWS::SQS::QueuePolicy: a policy document
// that CloudFormation puts on several holders. The service itself knows the
// holders' policies alone. P are the type's properties.
type AttachedPolicy[P any] struct {
	// Name is the type's.
	Name string
	// Split and Join take the properties apart into document and holders, and put
	// them together.
	Split func(*P) (document any, holders []string)
	Join  func(document any, holders []string) *P
	// Set gives a holder its policy, a JSON text, or takes it away with an empty
	// one; Get is a holder's policy, empty without one. Both are called with Lock
	// held.
	Set  func(holder, document string) error
	Get  func(holder string) string
	Lock sync.Locker
	// Records keep the holders of each resource by its physical id.
	Records *state.Map[P]
}

// Type is the resource type as CloudFormation drives it.
func (a AttachedPolicy[P]) Type() Type {
	return Typed(Type{
		Name: a.Name, Attributes: []string{"Id"},
		Times: Times{Create: 5 * time.Second, Update: 5 * time.Second, Delete: 5 * time.Second},
	}, Steps[P]{
		Create: func(ctx context.Context, r Request, p *P) (Result, error) {
			r.PhysicalID = r.GeneratedName(128)
			return a.put(ctx, r, p)
		},
		Update: a.put, Delete: a.remove, Read: a.read,
	})
}

func (a AttachedPolicy[P]) put(_ context.Context, r Request, p *P) (Result, error) {
	a.Lock.Lock()
	defer a.Lock.Unlock()
	document, holders := a.Split(p)
	for _, holder := range holders {
		if err := a.Set(holder, Document(document)); err != nil {
			return Result{}, err
		}
	}
	a.clear(slices.DeleteFunc(a.recorded(r.PhysicalID), func(holder string) bool { return slices.Contains(holders, holder) }))
	a.Records.Set(r.PhysicalID, *a.Join(nil, holders))
	return Result{PhysicalID: r.PhysicalID, Attributes: map[string]any{"Id": r.PhysicalID}}, nil
}

func (a AttachedPolicy[P]) remove(_ context.Context, r Request, _ *P) error {
	a.Lock.Lock()
	defer a.Lock.Unlock()
	a.clear(a.recorded(r.PhysicalID))
	a.Records.Delete(r.PhysicalID)
	return nil
}

// recorded are a resource's holders, for the caller to change.
func (a AttachedPolicy[P]) recorded(physicalID string) []string {
	record, ok := a.Records.Get(physicalID)
	if !ok {
		return nil
	}
	_, holders := a.Split(&record)
	return slices.Clone(holders)
}

// clear takes the policy from holders; one that is gone has none.
func (a AttachedPolicy[P]) clear(holders []string) {
	for _, holder := range holders {
		_ = a.Set(holder, "")
	}
}

// read finds the resource as long as one of its holders bears a policy.
func (a AttachedPolicy[P]) read(_ context.Context, physicalID string) (*P, bool) {
	a.Lock.Lock()
	defer a.Lock.Unlock()
	var document any
	var bearers []string
	for _, holder := range a.recorded(physicalID) {
		if text := a.Get(holder); text != "" {
			bearers = append(bearers, holder)
			document = Parsed(text)
		}
	}
	return a.Join(document, bearers), len(bearers) > 0
}
