package sqs

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// deduplicationInterval is how long a FIFO queue takes no second message of the
// same deduplication id.
const deduplicationInterval = 5 * time.Minute

// duplicate is what a second sending is answered with.
type duplicate struct {
	Queue, Key string
	MessageID  string
	Sequence   uint64
	At         time.Time
}

// record is its key in the state.
func (d *duplicate) record() string { return d.Queue + "\n" + d.Key }

// recent are the messages a FIFO queue has taken within the interval.
type recent struct {
	byID map[string]*duplicate
	// inOrder has the oldest first.
	inOrder []*duplicate
}

func (r *recent) add(d *duplicate) {
	r.byID[d.Key] = d
	r.inOrder = append(r.inOrder, d)
}

// settle forgets what is older than the interval, and gives it.
func (r *recent) settle(now time.Time) (old []*duplicate) {
	n := 0
	for n < len(r.inOrder) && now.Sub(r.inOrder[n].At) >= deduplicationInterval {
		delete(r.byID, r.inOrder[n].Key)
		n++
	}
	old, r.inOrder = r.inOrder[:n], r.inOrder[n:]
	return old
}

// deduplicationKey is what a queue compares: within the queue or, if it says so,
// within the message's group.
func (q queue) deduplicationKey(c *content) string {
	if q.Attributes["DeduplicationScope"] == "messageGroup" {
		return c.Group + "\n" + c.Deduplication
	}
	return c.Deduplication
}

// contentDigest stands in for a deduplication id: SHA-256 of the body, without the
// attributes.
func contentDigest(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// remember makes the change that keeps a sending from being repeated.
func (s *Service) remember(b *backlog, q queue, m *message) state.Change {
	d := &duplicate{Queue: q.Name, Key: q.deduplicationKey(m.content), MessageID: m.id, Sequence: m.Sequence, At: m.Sent}
	b.recent.add(d)
	return s.duplicates.Put(d.record(), d)
}
