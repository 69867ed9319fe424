package sqs

import "container/heap"

// The heaps a message can be in at the same time.
const (
	byAge = iota
	byPlace
	byGroup
	heaps
)

// ordered is a heap of messages that knows where each stands, so that any can be
// taken out in O(log n).
type ordered struct {
	slot   int
	before func(a, b *message) bool
	items  []*message
}

func bySequence(a, b *message) bool   { return a.Sequence < b.Sequence }
func byVisible(a, b *message) bool    { return a.Visible.Before(b.Visible) }
func byRetention(a, b *message) bool  { return a.retainedFrom().Before(b.retainedFrom()) }
func (o *ordered) Len() int           { return len(o.items) }
func (o *ordered) Less(i, j int) bool { return o.before(o.items[i], o.items[j]) }

func (o *ordered) Swap(i, j int) {
	o.items[i], o.items[j] = o.items[j], o.items[i]
	o.items[i].at[o.slot], o.items[j].at[o.slot] = i, j
}

// Push is heap.Interface's; callers use add.
func (o *ordered) Push(x any) {
	m := x.(*message)
	m.at[o.slot] = len(o.items)
	o.items = append(o.items, m)
}

// Pop is heap.Interface's; callers use remove.
func (o *ordered) Pop() any {
	last := len(o.items) - 1
	m := o.items[last]
	o.items[last] = nil
	o.items = o.items[:last]
	return m
}

func (o *ordered) add(m *message)    { heap.Push(o, m) }
func (o *ordered) remove(m *message) { heap.Remove(o, m.at[o.slot]) }

// first is the message that comes before all others, nil if there is none.
func (o *ordered) first() *message {
	if len(o.items) == 0 {
		return nil
	}
	return o.items[0]
}
