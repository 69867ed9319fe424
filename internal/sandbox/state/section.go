package state

// Atomically makes one transaction of all that is committed while work runs, by
// work and by anybody else: after a crash all of it is there or nothing. So a
// service's change and the record that speaks of it never part. Commits do not
// wait for the section's end, which could be waiting for a lock of theirs; who
// answers a request calls Saved before. Sections do not nest.
func (s *Store) Atomically(work func()) {
	if s.journal == nil {
		work()
		return
	}
	s.sections.Lock()
	defer s.sections.Unlock()
	s.mu.Lock()
	s.written = make(chan struct{})
	s.mu.Unlock()
	defer s.endSection()
	work()
}

func (s *Store) endSection() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.write(s.held) // a failure stays in Err
	close(s.written)
	s.held, s.written = nil, nil
}

// Saved waits until everything committed so far is in the journal, and gives Err.
// It must not be called from within a section.
func (s *Store) Saved() error {
	s.mu.Lock()
	written := s.written
	s.mu.Unlock()
	if written != nil {
		<-written
	}
	return s.Err()
}
