package node

// Figures are what a node tells of itself. Counts are since the start of the node.
type Figures struct {
	// Memory is the node type's, Used what the data take, in bytes.
	Memory, Used int64
	// Items are the keys there are, Connections the clients connected now.
	Items, Connections                                               int
	NewConnections, Commands, Reads, Writes, Hits, Misses, Evictions int64
}

// Figures measures the node.
func (n *Node) Figures() Figures {
	n.redis.SetTime(n.options.Clock.Now())
	n.memory.measuring.Lock()
	n.measure()
	n.memory.measuring.Unlock()
	items := 0
	for i := range databases {
		items += len(n.redis.DB(i).Keys())
	}
	return Figures{
		Memory: n.options.Memory, Used: n.memory.used.Load(), Items: items, Connections: n.redis.CurrentConnectionCount(),
		NewConnections: n.count.connections.Load(), Commands: n.count.commands.Load(), Reads: n.count.reads.Load(), Writes: n.count.writes.Load(),
		Hits: n.count.hits.Load(), Misses: n.count.misses.Load(), Evictions: n.count.evictions.Load(),
	}
}
