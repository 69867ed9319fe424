package state

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// Change is a record to be written or removed by Store.Commit.
type Change struct {
	record
	lock  *sync.RWMutex
	apply func()
}

// Put is the change that writes a record.
func (m *Map[V]) Put(key string, v V) Change {
	c := Change{record: record{mapName: m.name, key: key}, lock: &m.mu, apply: func() { m.m[key] = v }}
	if m.store.journal == nil {
		return c
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("state: record %s of %s: %v", key, m.name, err))
	}
	c.value = raw
	return c
}

// Remove is the change that removes a record.
func (m *Map[V]) Remove(key string) Change {
	return Change{record: record{mapName: m.name, key: key}, lock: &m.mu, apply: func() { delete(m.m, key) }}
}

// Commit makes all changes or, after a crash or a failure to write, none. They
// may belong to different maps of the store. A failure stays in Err.
func (s *Store) Commit(changes ...Change) {
	locks := distinctLocks(changes)
	for _, l := range locks {
		l.Lock()
		defer l.Unlock()
	}
	if s.append(changes) != nil {
		return
	}
	for _, c := range changes {
		c.apply()
	}
}

// append writes the changes as one line, in one write, or leaves that to the end
// of a section.
func (s *Store) append(changes []Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.written != nil && s.err == nil {
		s.held = append(s.held, changes...)
		return nil
	}
	return s.write(changes)
}

// write is called with the lock held.
func (s *Store) write(changes []Change) error {
	if s.err == nil && s.journal != nil && len(changes) > 0 {
		s.err = s.journal.append(encode(changes))
		if s.err == nil {
			s.journal.compactInBackground(&s.mu)
		}
	}
	return s.err
}

// distinctLocks are the locks of the changed maps in the order of the maps'
// names, so that two commits never wait for each other.
func distinctLocks(changes []Change) []*sync.RWMutex {
	if len(changes) == 1 {
		return []*sync.RWMutex{changes[0].lock}
	}
	sorted := slices.SortedFunc(slices.Values(changes), func(a, b Change) int {
		return cmp.Compare(a.mapName, b.mapName)
	})
	var locks []*sync.RWMutex
	for i, c := range sorted {
		if i == 0 || c.lock != sorted[i-1].lock {
			locks = append(locks, c.lock)
		}
	}
	return locks
}
