// Package state keeps the sandbox's records: maps in memory, each change of which
// is appended to a journal before the change is answered.
package state

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"sync"
)

// Store holds all maps of a sandbox.
type Store struct {
	mu     sync.Mutex
	loaded map[string]map[string]json.RawMessage
}

// Memory gives a store that is forgotten when the process ends.
func Memory() *Store { return &Store{loaded: map[string]map[string]json.RawMessage{}} }

// Map is a named map of records, safe for concurrent use. Values are encoded with
// encoding/json when they are set, so V must survive it.
type Map[V any] struct {
	name  string
	store *Store
	mu    sync.RWMutex
	m     map[string]V
}

// NewMap opens the map of that name with what the store has of it. It panics if
// a stored record cannot be decoded: the store checks the format on opening.
func NewMap[V any](s *Store, name string) *Map[V] {
	return &Map[V]{name: name, store: s, m: map[string]V{}}
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
func (m *Map[V]) Set(key string, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.m[key] = v
}

// Delete removes a record, if there is one.
func (m *Map[V]) Delete(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.m, key)
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
