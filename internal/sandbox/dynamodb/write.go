package dynamodb

import (
	"bytes"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/expression"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// write is a change of one item; nil is an item that is not there.
type write struct {
	collection    *collection
	key           string
	before, after value.Item
	// checkOnly changes nothing.
	checkOnly bool
	// updated are the paths that an update changes.
	updated expression.Projection
}

// change is the write as the state takes it.
func (s *Service) change(w *write) state.Change {
	key := recordKey(w.collection.table.Name, w.key)
	if w.after == nil {
		return s.items.Remove(key)
	}
	return s.items.Put(key, bytes.Clone(value.Encode(w.after))) // without the room to grow
}

// commit makes all writes, and what else belongs to them, or none.
func (s *Service) commit(writes []*write, more ...state.Change) {
	changes := more
	var done []*write
	for _, w := range writes {
		if w.checkOnly || w.before == nil && w.after == nil {
			continue
		}
		changes = append(changes, s.change(w))
		done = append(done, w)
	}
	if len(changes) == 0 {
		return
	}
	s.host.State.Commit(changes...)
	for _, w := range done {
		w.collection.replace(w.key, w.before, w.after)
	}
}
