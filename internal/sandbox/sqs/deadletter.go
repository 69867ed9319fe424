package sqs

import (
	"encoding/json"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// exhausted gives the dead-letter queue of a message that has been received as
// often as its queue's redrive policy allows.
func (s *Service) exhausted(q queue, m *message) (queue, bool) {
	text := q.Attributes["RedrivePolicy"]
	if text == "" || m.Here == 0 {
		return queue{}, false
	}
	var policy redrivePolicy
	if json.Unmarshal([]byte(text), &policy) != nil {
		return queue{}, false
	}
	if limit, ok := policy.receives(); !ok || m.Here < limit {
		return queue{}, false
	}
	return s.byARN(policy.DeadLetterTargetARN)
}

// bury moves a message from its backlog to a dead-letter queue. It keeps its id,
// and when it was sent.
func (s *Service) bury(b *backlog, target queue, m *message, now time.Time) state.Change {
	b.remove(m)
	m.Source = s.arn(m.Queue)
	m.Queue, m.Here, m.Visible = target.Name, 0, now
	s.number(m, now)
	s.backlog(target).add(m, now)
	return s.deliveries.Put(m.id, m.delivery)
}
