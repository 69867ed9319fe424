package sqs

import (
	"cmp"
	"maps"
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// restore puts the messages that the state has back into their backlogs, and lets
// move tasks go on.
func (s *Service) restore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.host.Clock.Now()
	for id, d := range s.deliveries.All() {
		c, ok := s.contents.Get(id)
		if !ok {
			continue
		}
		m := &message{id: id, content: c, delivery: d}
		s.backlogOf(d.Queue).add(m, now)
		s.sequence = max(s.sequence, d.Sequence)
	}
	var sent []*duplicate
	for _, d := range s.duplicates.All() {
		sent = append(sent, d)
	}
	slices.SortFunc(sent, func(a, b *duplicate) int { return cmp.Compare(a.Sequence, b.Sequence) })
	for _, d := range sent {
		s.backlogOf(d.Queue).recent.add(d)
		s.sequence = max(s.sequence, d.Sequence)
	}
	for _, t := range s.tasks.All() {
		if t.Status == taskRunning {
			s.schedule(t)
		}
	}
}

// backlog gives the queue's messages as they stand now. It is called with the lock
// held.
func (s *Service) backlog(q queue) *backlog {
	b := s.backlogOf(q.Name)
	now := s.host.Clock.Now()
	changes := s.forget(b.settle(now, q.duration("MessageRetentionPeriod"))...)
	for _, d := range b.recent.settle(now) {
		changes = append(changes, s.duplicates.Remove(d.record()))
	}
	s.host.State.Commit(changes...)
	return b
}

func (s *Service) backlogOf(name string) *backlog {
	b, ok := s.backlogs[name]
	if !ok {
		b = newBacklog(queue{Name: name}.fifo())
		s.backlogs[name] = b
	}
	return b
}

// empty takes all messages out of a queue, and gives the changes that remove them.
func (s *Service) empty(q queue) []state.Change {
	b := s.backlog(q)
	all := slices.Collect(maps.Values(b.byID))
	for _, m := range all {
		b.remove(m)
	}
	return s.forget(all...)
}

// drop removes a queue with all that belongs to it. Long polls end.
func (s *Service) drop(q queue, also ...state.Change) {
	changes := append(s.empty(q), s.queues.Remove(q.Name))
	b := s.backlogOf(q.Name)
	for _, d := range b.recent.inOrder {
		changes = append(changes, s.duplicates.Remove(d.record()))
	}
	s.host.State.Commit(append(changes, also...)...)
	delete(s.backlogs, q.Name)
	b.wake()
}
