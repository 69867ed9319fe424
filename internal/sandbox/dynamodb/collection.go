package dynamodb

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// collection is the items of a table. The state keeps each under the table's name
// and its key's order; in memory there are only their orders beside that.
type collection struct {
	table  table
	views  []*view
	expiry sorted
}

// recordKey is where the state keeps an item.
func recordKey(table, key string) string { return table + "/" + key }

func (c *collection) primary() *view { return c.views[0] }

// view finds the table itself or an index.
func (c *collection) view(index string) (*view, error) {
	for _, v := range c.views {
		if v.name == index {
			return v, nil
		}
	}
	return nil, validation("The table does not have the specified index: %s", index)
}

// replace brings all views from one state of an item to another.
func (c *collection) replace(key string, before, after value.Item) {
	for _, v := range c.views {
		v.replace(key, before, after)
	}
	if order, expires := c.expiryOf(before, key); expires {
		c.expiry.remove(order)
	}
	if order, expires := c.expiryOf(after, key); expires {
		c.expiry.insert(entry{order, key})
	}
}

// collection gives a table's items, less some of those that have expired.
func (s *Service) collection(nameOrARN *string) (*collection, error) {
	t, err := s.find(nameOrARN)
	if err != nil {
		return nil, err
	}
	s.load()
	c := s.collections[t.Name]
	if c == nil {
		c = newCollection(t)
		s.collections[t.Name] = c
	}
	s.expire(c)
	return c, nil
}

func newCollection(t table) *collection { return &collection{table: t, views: t.views()} }

// load puts the items in order that the state had when the service began.
func (s *Service) load() {
	if s.collections != nil {
		return
	}
	s.collections = map[string]*collection{}
	for key, raw := range s.items.All() {
		name, rest, _ := strings.Cut(key, "/")
		c := s.collections[name]
		if c == nil {
			t, _ := s.tables.Get(name)
			c = newCollection(t)
			s.collections[name] = c
		}
		c.replace(rest, nil, mustDecode(raw))
	}
}

// reorder makes the views anew after a change of the table's.
func (s *Service) reorder(t table) {
	s.load()
	before := s.collections[t.Name]
	if before == nil {
		return
	}
	after := newCollection(t)
	for e := range before.primary().entries.between("", "") {
		after.replace(e.key, nil, s.item(after, e.key))
	}
	s.collections[t.Name] = after
}

// drop is the changes that remove a table's items.
func (s *Service) drop(t table) []state.Change {
	s.load()
	c := s.collections[t.Name]
	if c == nil {
		return nil
	}
	delete(s.collections, t.Name)
	var changes []state.Change
	for e := range c.primary().entries.between("", "") {
		changes = append(changes, s.items.Remove(recordKey(t.Name, e.key)))
	}
	return changes
}

// item reads an item; nil is none. It is the caller's own.
func (s *Service) item(c *collection, key string) value.Item {
	raw, ok := s.items.Get(recordKey(c.table.Name, key))
	if !ok {
		return nil
	}
	return mustDecode(raw)
}

// mustDecode reads a record of the state, whose checksum has been good.
func mustDecode(raw json.RawMessage) value.Item {
	item, err := value.Decode(raw)
	if err != nil {
		panic(fmt.Sprintf("dynamodb: %v", err))
	}
	return item
}
