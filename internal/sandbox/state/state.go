// Package state keeps the sandbox's records: maps in memory, each change of which
// is appended to a journal before the change is answered.
//
// The journal is one file. Its first line names the format; every further line is
// one transaction with a checksum, and the last word on a record wins. A crash can
// only cut the last line short, and that line was never answered.
package state

import (
	"encoding/json"
	"errors"
	"sync"
)

// Store holds all maps of a sandbox.
type Store struct {
	// mu guards what follows it. It is taken inside the locks of maps, never around
	// them.
	mu      sync.Mutex
	loaded  map[string]map[string]json.RawMessage
	opened  map[string]bool
	journal *journal
	err     error
	notices []string
	// held are the changes of a section; written is closed when they are in the
	// journal, and nil outside of sections.
	held    []Change
	written chan struct{}

	// sections come one after the other.
	sections sync.Mutex
}

// Memory gives a store that is forgotten when the process ends.
func Memory() *Store {
	return &Store{loaded: map[string]map[string]json.RawMessage{}, opened: map[string]bool{}}
}

// Open reads the journal at path, or makes an empty one there, mode 0600, and
// keeps appending to it. Nobody else may have it open: that is the caller's to
// see to. Errors are [problem.Error]s: a damaged journal, one of a newer format,
// a file system that refuses. What Open mended by itself is in Notices.
func Open(path string) (*Store, error) {
	s := Memory()
	j, err := openJournal(path, s.replay)
	if err != nil {
		return nil, err
	}
	s.journal = j
	if j.notice != "" {
		s.notices = append(s.notices, j.notice)
	}
	return s, nil
}

// Notices says in sentences what Open had to mend.
func (s *Store) Notices() []string { return s.notices }

// Err is the first failure to write, and nil while all is well. It stays, and no
// further change is taken; what could not be written is not in memory either,
// unless it belonged to a section.
func (s *Store) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close brings the journal to the disk and closes it. Changes after it fail.
func (s *Store) Close() error {
	if s.journal == nil {
		return nil
	}
	s.mu.Lock()
	failed := s.err
	if s.err == nil {
		s.err = errClosed
	}
	s.mu.Unlock()
	if errors.Is(failed, errClosed) {
		return nil
	}
	s.journal.background.Wait()
	if err := s.journal.close(); err != nil && failed == nil {
		return err
	}
	return failed
}

// replay takes one record of the journal into loaded.
func (s *Store) replay(r record) {
	if r.value == nil {
		delete(s.loaded[r.mapName], r.key)
		return
	}
	m, ok := s.loaded[r.mapName]
	if !ok {
		m = map[string]json.RawMessage{}
		s.loaded[r.mapName] = m
	}
	m[r.key] = r.value
}
