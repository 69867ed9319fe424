package cloudformation

import (
	"fmt"
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// records are the maps of the service. Their methods are called with the
// service's lock held.
type records struct {
	store  *state.Store
	stacks *state.Map[Stack]
	// names maps a stack's name to the id of the one that bears it now.
	names      *state.Map[string]
	resources  *family[Resource]
	events     *family[Event]
	changeSets *family[ChangeSet]
	operations *state.Map[Operation]
	detections *state.Map[Detection]
}

func openRecords(s *state.Store) *records {
	return &records{
		store:      s,
		stacks:     state.NewMap[Stack](s, "cloudformation/stacks"),
		names:      state.NewMap[string](s, "cloudformation/names"),
		resources:  openFamily[Resource](s, "cloudformation/resources"),
		events:     openFamily[Event](s, "cloudformation/events"),
		changeSets: openFamily[ChangeSet](s, "cloudformation/changesets"),
		operations: state.NewMap[Operation](s, "cloudformation/operations"),
		detections: state.NewMap[Detection](s, "cloudformation/detections"),
	}
}

// family is a map whose records belong to stacks, with an index by stack.
type family[V any] struct {
	m    *state.Map[member[V]]
	keys map[string][]string
}

// member is a record with the stack it belongs to and its name there.
type member[V any] struct {
	Stack, Name string
	Record      V
}

// commit makes all changes or none.
func (r *records) commit(changes ...state.Change) { r.store.Commit(changes...) }

func openFamily[V any](s *state.Store, name string) *family[V] {
	f := &family[V]{m: state.NewMap[member[V]](s, name), keys: map[string][]string{}}
	for _, v := range f.m.All() {
		f.keys[v.Stack] = append(f.keys[v.Stack], v.Name)
	}
	for _, names := range f.keys {
		slices.Sort(names)
	}
	return f
}

func (f *family[V]) get(stackID, name string) (V, bool) {
	v, ok := f.m.Get(stackID + "|" + name)
	return v.Record, ok
}

// put is the change that writes a record. It must be committed.
func (f *family[V]) put(stackID, name string, v V) state.Change {
	if i, found := slices.BinarySearch(f.keys[stackID], name); !found {
		f.keys[stackID] = slices.Insert(f.keys[stackID], i, name)
	}
	return f.m.Put(stackID+"|"+name, member[V]{Stack: stackID, Name: name, Record: v})
}

// drop is the change that removes a record. It must be committed.
func (f *family[V]) drop(stackID, name string) state.Change {
	f.keys[stackID] = slices.DeleteFunc(f.keys[stackID], func(other string) bool { return other == name })
	return f.m.Remove(stackID + "|" + name)
}

// of lists a stack's records in the order of their names.
func (f *family[V]) of(stackID string) []V {
	list := make([]V, 0, len(f.keys[stackID]))
	for _, name := range f.keys[stackID] {
		v, _ := f.get(stackID, name)
		list = append(list, v)
	}
	return list
}

// stackNamed finds a stack by its name or id. Only the id finds a deleted one.
func (r *records) stackNamed(name string) (Stack, bool) {
	if id, ok := r.names.Get(name); ok {
		return r.stacks.Get(id)
	}
	return r.stacks.Get(name)
}

// putEvent is the change that appends an event to its stack's.
func (r *records) putEvent(e Event) state.Change {
	id := *e.StackId
	return r.events.put(id, fmt.Sprintf("%08d", len(r.events.keys[id])), e)
}

func (r *records) putStack(st Stack) state.Change         { return r.stacks.Put(st.ID, st) }
func (r *records) putOperation(op Operation) state.Change { return r.operations.Put(op.StackID, op) }
func (r *records) putResource(res Resource) state.Change {
	return r.resources.put(res.StackID, res.LogicalID, res)
}
func (r *records) putChangeSet(c ChangeSet) state.Change { return r.changeSets.put(c.StackID, c.ID, c) }
