package sqs

// available are the visible messages of a queue.
type available interface {
	add(m *message)
	remove(m *message)
	// next is the one to be received next, nil if none may be.
	next() *message
	// block and release say that m is in flight, and no longer is.
	block(m *message)
	release(m *message)
}

// standard hands out any visible message, the oldest first.
type standard struct{ ordered }

func (s *standard) next() *message { return s.first() }
func (*standard) block(*message)   {}
func (*standard) release(*message) {}

// groups hands out the messages of each message group in their order, and none of
// a group that has one in flight.
type groups struct {
	byID map[string]*group
	// heads are the first messages of the groups that are not blocked.
	heads ordered
}

type group struct {
	visible ordered
	flying  int
	// head is the group's message among the heads, if any.
	head *message
}

func (g *groups) of(m *message) *group {
	one, ok := g.byID[m.Group]
	if !ok {
		one = &group{visible: ordered{slot: byGroup, before: bySequence}}
		g.byID[m.Group] = one
	}
	return one
}

func (g *groups) next() *message { return g.heads.first() }

func (g *groups) add(m *message) {
	g.of(m).visible.add(m)
	g.refresh(m)
}

func (g *groups) remove(m *message) {
	g.of(m).visible.remove(m)
	g.refresh(m)
}

func (g *groups) block(m *message) {
	g.of(m).flying++
	g.refresh(m)
}

func (g *groups) release(m *message) {
	g.of(m).flying--
	g.refresh(m)
}

// refresh brings the head of m's group up to date, and forgets an empty group.
func (g *groups) refresh(m *message) {
	one := g.of(m)
	head := one.visible.first()
	if one.flying > 0 {
		head = nil
	}
	if one.head != head {
		if one.head != nil {
			g.heads.remove(one.head)
		}
		if head != nil {
			g.heads.add(head)
		}
		one.head = head
	}
	if one.flying == 0 && one.visible.Len() == 0 {
		delete(g.byID, m.Group)
	}
}
