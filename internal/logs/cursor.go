package logs

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Cursor is where a follower stands in each of its groups: whoever goes on from it
// loses no line and repeats none. Its text is JSON.
type Cursor struct {
	// places are by the names of log groups.
	places map[string]*memory
}

func (m *merger) cursor() *Cursor {
	c := &Cursor{places: map[string]*memory{}}
	for i, g := range m.groups {
		c.places[m.options.Groups[i].Name] = g.memory
	}
	return c
}

// memory is a copy of what the cursor knows of a group, nil for nothing.
func (c *Cursor) memory(group string) *memory {
	if c == nil || c.places[group] == nil {
		return nil
	}
	m := newMemory(c.places[group].floor)
	for second, keys := range c.places[group].taken {
		m.taken[second] = maps.Clone(keys)
		m.count += len(keys)
	}
	return m
}

// From is the earliest time that will be read again.
func (c *Cursor) From() time.Time {
	var from time.Time
	for _, m := range c.places {
		if floor := time.UnixMilli(m.floor); from.IsZero() || floor.Before(from) {
			from = floor
		}
	}
	return from
}

// Groups lists the names of the log groups that the cursor knows.
func (c *Cursor) Groups() []string { return slices.Sorted(maps.Keys(c.places)) }

// place is a group's part of a cursor's text. Taken holds for each second, in
// seconds since 1970, the lines' keys of 24 bytes.
type place struct {
	Floor int64            `json:"floor"`
	Taken map[int64][]byte `json:"taken,omitempty"`
}

// MarshalJSON writes the cursor.
func (c *Cursor) MarshalJSON() ([]byte, error) {
	places := map[string]place{}
	for name, m := range c.places {
		p := place{Floor: m.floor, Taken: map[int64][]byte{}}
		for second, keys := range m.taken {
			var text []byte
			for k := range keys {
				for _, word := range k {
					text = binary.BigEndian.AppendUint64(text, word)
				}
			}
			p.Taken[second] = text
		}
		places[name] = p
	}
	return json.Marshal(places)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Cursor) UnmarshalJSON(text []byte) error {
	var places map[string]place
	if err := json.Unmarshal(text, &places); err != nil {
		return err
	}
	c.places = map[string]*memory{}
	for name, p := range places {
		m := newMemory(p.Floor)
		for second, text := range p.Taken {
			if len(text)%keySize != 0 {
				return fmt.Errorf("%d bytes of keys, which have %d each", len(text), keySize)
			}
			for chunk := range slices.Chunk(text, keySize) {
				m.take(max(second*1000, p.Floor), keyOfBytes(chunk))
			}
		}
		c.places[name] = m
	}
	return nil
}

// keySize is the bytes of a key.
const keySize = 24

func keyOfBytes(b []byte) (k key) {
	for i := range k {
		k[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	return k
}
