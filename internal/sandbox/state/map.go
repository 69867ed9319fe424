package state

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
)

// Map is a named map of records, safe for concurrent use. Values are encoded with
// encoding/json when they are set, so V must survive it.
type Map[V any] struct {
	name  string
	store *Store
	mu    sync.RWMutex
	m     map[string]V
}

// NewMap opens the map of that name with what the store has of it. It panics if
// the map is open already, and if a stored record does not fit V: the format
// number of the journal must change with the types.
func NewMap[V any](s *Store, name string) *Map[V] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened[name] {
		panic("state: map " + name + " is opened twice")
	}
	s.opened[name] = true
	m := &Map[V]{name: name, store: s, m: make(map[string]V, len(s.loaded[name]))}
	for key, raw := range s.loaded[name] {
		var v V
		if err := json.Unmarshal(raw, &v); err != nil {
			panic(fmt.Sprintf("state: record %s of %s: %v", key, name, err))
		}
		m.m[key] = v
	}
	delete(s.loaded, name)
	return m
}

// Get finds a record. The caller must not change what it points to.
func (m *Map[V]) Get(key string) (V, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	v, ok := m.m[key]
	return v, ok
}

// Set writes a record. A failure to write it stays with the store, which then
// fails every further request (see Store.Err).
func (m *Map[V]) Set(key string, v V) { m.store.Commit(m.Put(key, v)) }

// Delete removes a record, if there is one.
func (m *Map[V]) Delete(key string) {
	if _, ok := m.Get(key); ok {
		m.store.Commit(m.Remove(key))
	}
}

// All walks a snapshot of the records in the order of their keys.
func (m *Map[V]) All() iter.Seq2[string, V] {
	m.mu.RLock()
	snapshot := maps.Clone(m.m)
	m.mu.RUnlock()
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(snapshot)) {
			if !yield(key, snapshot[key]) {
				return
			}
		}
	}
}

// Len is the number of records.
func (m *Map[V]) Len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.m)
}
