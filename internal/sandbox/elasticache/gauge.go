package elasticache

import (
	"math"

	"github.com/keyvex/keyvex/internal/sandbox/elasticache/node"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// The model of a node's CPU: its one engine thread is busy at this many commands a
// second, and the node has two cores, as the types have that Keyvex uses.
const (
	commandsAtFull = 100_000
	cores          = 2
	gaugeSeconds   = 60
)

// Gauges measures every node of every group, as CloudWatch has it once a minute:
// counts are of the time since the last call.
func (s *Service) Gauges() []host.Datum {
	var data []host.Datum
	for _, g := range s.groups.All() {
		r := s.servers.get(g.ID)
		if r == nil {
			continue
		}
		now := r.Figures()
		s.servers.mu.Lock()
		before := r.before
		r.before = now
		s.servers.mu.Unlock()
		for i, id := range g.members() {
			values := nodeValues(now, before, i == g.Primary%len(g.members()))
			data = append(data, perNode(id, values)...)
		}
	}
	return data
}

type gauge struct {
	name, unit string
	value      float64
}

// nodeValues are a node's metrics. Replicas have the data; the clients' commands are
// the primary's.
func nodeValues(now, before node.Figures, primary bool) []gauge {
	share := 1.0
	if !primary {
		share = 0
	}
	since := func(now, before int64) float64 { return share * float64(now-before) }
	engine := math.Min(100, 100*since(now.Commands, before.Commands)/gaugeSeconds/commandsAtFull)
	out := []gauge{
		{"CPUUtilization", "Percent", engine / cores}, {"EngineCPUUtilization", "Percent", engine},
		{"DatabaseMemoryUsagePercentage", "Percent", 100 * float64(now.Used) / float64(now.Memory)},
		{"BytesUsedForCache", "Bytes", float64(now.Used)}, {"FreeableMemory", "Bytes", float64(max(now.Memory-now.Used, 0))},
		{"CurrConnections", "Count", share * float64(now.Connections)}, {"NewConnections", "Count", since(now.NewConnections, before.NewConnections)},
		{"CurrItems", "Count", float64(now.Items)}, {"CacheHits", "Count", since(now.Hits, before.Hits)}, {"CacheMisses", "Count", since(now.Misses, before.Misses)},
		{"Evictions", "Count", since(now.Evictions, before.Evictions)},
		{"GetTypeCmds", "Count", since(now.Reads, before.Reads)}, {"SetTypeCmds", "Count", since(now.Writes, before.Writes)},
	}
	if !primary {
		out = append(out, gauge{"ReplicationLag", "Seconds", 0})
	}
	return out
}

// perNode names the values with the node's cluster alone and with its node id, as
// ElastiCache publishes them.
func perNode(id string, values []gauge) []host.Datum {
	cluster := host.Dimension{Name: "CacheClusterId", Value: id}
	var data []host.Datum
	for _, dimensions := range [][]host.Dimension{{cluster}, {cluster, {Name: "CacheNodeId", Value: "0001"}}} {
		for _, g := range values {
			data = append(data, host.Datum{Namespace: "AWS/ElastiCache", Name: g.name, Dimensions: dimensions, Value: g.value, Unit: g.unit})
		}
	}
	return data
}
