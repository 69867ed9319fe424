package sqs

import "time"

// place is where a message of a backlog waits.
type place int

const (
	nowhere place = iota
	inReach
	inDelay
	inFlight
)

// backlog is the messages of one queue in memory. The service's lock guards it.
// Every step costs O(log n).
type backlog struct {
	byID map[string]*message
	// aged are all messages, the first to expire first.
	aged ordered
	// delayed have not been visible yet, flying have been received; the first to
	// become visible first.
	delayed, flying ordered
	available       available
	// changed is closed when messages can be received, nil while nobody waits.
	changed chan struct{}
	// recent are the messages sent in the last minutes of a FIFO queue.
	recent recent
}

func newBacklog(fifo bool) *backlog {
	b := &backlog{
		byID:      map[string]*message{},
		aged:      ordered{slot: byAge, before: byRetention},
		delayed:   ordered{slot: byPlace, before: byVisible},
		flying:    ordered{slot: byPlace, before: byVisible},
		available: &standard{ordered{slot: byPlace, before: bySequence}},
		recent:    recent{byID: map[string]*duplicate{}},
	}
	if fifo {
		b.available = &groups{byID: map[string]*group{}, heads: ordered{slot: byPlace, before: bySequence}}
	}
	return b
}

func (b *backlog) add(m *message, now time.Time) {
	b.byID[m.id] = m
	b.aged.add(m)
	b.put(m, now)
}

func (b *backlog) remove(m *message) {
	b.lift(m)
	b.aged.remove(m)
	delete(b.byID, m.id)
}

// put lets a message wait where its delivery says.
func (b *backlog) put(m *message, now time.Time) {
	switch {
	case !m.Visible.After(now):
		m.stands = inReach
		b.available.add(m)
		b.wake()
	case m.Here > 0:
		m.stands = inFlight
		b.flying.add(m)
		b.available.block(m)
	default:
		m.stands = inDelay
		b.delayed.add(m)
	}
}

// lift takes a message from where it waits, so that its delivery can change.
func (b *backlog) lift(m *message) {
	switch m.stands {
	case inReach:
		b.available.remove(m)
	case inFlight:
		b.flying.remove(m)
		b.available.release(m)
		b.wake()
	case inDelay:
		b.delayed.remove(m)
	}
	m.stands = nowhere
}

// settle makes visible what has become so, and takes out and gives what has
// outlived the retention.
func (b *backlog) settle(now time.Time, retention time.Duration) (expired []*message) {
	for m := b.aged.first(); m != nil && !m.retainedFrom().Add(retention).After(now); m = b.aged.first() {
		b.remove(m)
		expired = append(expired, m)
	}
	for _, waiting := range []*ordered{&b.delayed, &b.flying} {
		for m := waiting.first(); m != nil && !m.Visible.After(now); m = waiting.first() {
			b.lift(m)
			b.put(m, now)
		}
	}
	return expired
}

// visible counts the messages that are neither delayed nor in flight.
func (b *backlog) visible() int { return b.aged.Len() - b.delayed.Len() - b.flying.Len() }

// wake lets long polls look again.
func (b *backlog) wake() {
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}

// arrivals is closed when messages can be received that cannot now.
func (b *backlog) arrivals() <-chan struct{} {
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return b.changed
}

// nextVisible is when the next delayed or received message becomes visible, if
// there is one.
func (b *backlog) nextVisible() (at time.Time, ok bool) {
	for _, waiting := range []*ordered{&b.delayed, &b.flying} {
		if m := waiting.first(); m != nil && (!ok || m.Visible.Before(at)) {
			at, ok = m.Visible, true
		}
	}
	return at, ok
}
