// Package record keeps things that belong to a parent, such as the routes of an
// API, with the properties that CloudFormation gave them last.
package record

import (
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// Record is a thing. Parent is empty for one that stands by itself.
type Record[P any] struct {
	ID, Parent       string
	Created, Updated time.Time
	Properties       P
	// AllTags are the stack's tags and the thing's own.
	AllTags map[string]string
}

// Key is under what a thing is kept: names such as a stage's are unique only
// within their parent.
func Key(parent, id string) string { return parent + "/" + id }

// Key is under what the record is kept.
func (r Record[P]) Key() string { return Key(r.Parent, r.ID) }

// Put stores a thing, new or changed.
func Put[P any](c clock.Clock, m *state.Map[Record[P]], parent, id string, p *P, tags map[string]string) Record[P] {
	now := c.Now().UTC().Truncate(time.Second)
	r, there := m.Get(Key(parent, id))
	if !there {
		r = Record[P]{ID: id, Parent: parent, Created: now}
	}
	r.Updated, r.Properties, r.AllTags = now, *p, tags
	m.Set(r.Key(), r)
	return r
}

// ByID finds a thing by its id alone; of several of one name, the first parent's.
func ByID[P any](m *state.Map[Record[P]], id string) (Record[P], bool) {
	for _, r := range m.All() {
		if r.ID == id {
			return r, true
		}
	}
	return Record[P]{}, false
}

// Of are the things that belong to a parent.
func Of[P any](m *state.Map[Record[P]], parent string) []Record[P] {
	var out []Record[P]
	for _, r := range m.All() {
		if r.Parent == parent {
			out = append(out, r)
		}
	}
	return out
}

// DropAll removes what belongs to a parent.
func DropAll[P any](m *state.Map[Record[P]], parent string) {
	for _, r := range Of(m, parent) {
		m.Delete(r.Key())
	}
}
