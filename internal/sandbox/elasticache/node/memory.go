package node

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// memory is what the data take. It is measured once a minute, and in between when
// what clients have sent since could have filled it.
type memory struct {
	used, sent atomic.Int64
	// full refuses commands that need more.
	full atomic.Bool
	// measuring is held while somebody measures.
	measuring sync.Mutex
	last      time.Time
}

// Redis needs about this much beside the bytes of each key and value: the entry in
// the table, the object and the strings' headers.
const (
	perKey  = 64
	perItem = 16
)

// again is how soon a full node is measured again.
const again = time.Second

// weigh counts what came in, and measures when that could have filled the memory.
// It runs before the commands do.
func (n *Node) weigh(received int64) {
	if n.memory.used.Load()+n.memory.sent.Add(received) <= n.options.Memory {
		return
	}
	if !n.memory.measuring.TryLock() {
		return
	}
	defer n.memory.measuring.Unlock()
	now := n.options.Clock.Now()
	if n.memory.full.Load() && now.Sub(n.memory.last) < again {
		return
	}
	n.memory.last = now
	n.measure()
	if n.memory.full.Load() {
		n.evict()
	}
}

// measure adds up all data.
func (n *Node) measure() {
	n.memory.sent.Store(0)
	used := int64(0)
	for i := range databases {
		db := n.redis.DB(i)
		for _, key := range db.Keys() {
			used += sizeOf(db, key)
		}
	}
	n.memory.used.Store(used)
	n.memory.full.Store(used > n.options.Memory)
}

// databases is how many there are, as in Redis without cluster mode.
const databases = 16

// evict removes keys that have an expiry, in no order, until the data fit with some
// room, so that the next command need not measure again: that is volatile-random,
// where ElastiCache's default is volatile-lru.
func (n *Node) evict() {
	enough := n.options.Memory - n.options.Memory/20
	for i := range databases {
		db := n.redis.DB(i)
		for _, key := range db.Keys() {
			if n.memory.used.Load() <= enough {
				return
			}
			if db.TTL(key) > 0 {
				used := n.memory.used.Add(-sizeOf(db, key))
				db.Del(key)
				n.count.evictions.Add(1)
				n.memory.full.Store(used > n.options.Memory)
			}
		}
	}
}

func sizeOf(db *miniredis.RedisDB, key string) int64 {
	size := int64(perKey + len(key))
	add := func(items ...string) {
		for _, item := range items {
			size += int64(perItem + len(item))
		}
	}
	switch db.Type(key) {
	case "string":
		v, _ := db.Get(key)
		add(v)
	case "hash":
		fields, _ := db.HKeys(key)
		for _, field := range fields {
			add(field, db.HGet(key, field))
		}
	case "list":
		items, _ := db.List(key)
		add(items...)
	case "set":
		items, _ := db.Members(key)
		add(items...)
	case "zset":
		items, _ := db.ZMembers(key)
		add(items...)
	case "stream":
		entries, _ := db.Stream(key)
		for _, entry := range entries {
			add(entry.ID)
			add(entry.Values...)
		}
	}
	return size
}
