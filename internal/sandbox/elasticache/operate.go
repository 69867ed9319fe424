package elasticache

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"
)

// TestFailover makes the next node the primary. Clients keep their connections and
// their data: one server stands for all nodes.
func (s *Service) TestFailover(_ context.Context, in *elasticache.TestFailoverInput) (*elasticache.TestFailoverOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.findGroup(in.ReplicationGroupId)
	if err != nil {
		return nil, err
	}
	if value(in.NodeGroupId) != "0001" {
		return nil, &types.NodeGroupNotFoundFault{Message: new("NodeGroup " + value(in.NodeGroupId) + " not found.")}
	}
	if !isTrue(g.Properties.AutomaticFailoverEnabled) {
		return nil, &types.InvalidReplicationGroupStateFault{Message: new("Automatic failover is not enabled for the replication group.")}
	}
	g.Primary = (g.Primary + 1) % len(g.members())
	s.groups.Set(g.ID, g)
	return &elasticache.TestFailoverOutput{ReplicationGroup: new(s.showGroup(g))}, nil
}

// RebootCacheCluster reboots a node. A group of one node loses its data; of several,
// the others have them.
func (s *Service) RebootCacheCluster(_ context.Context, in *elasticache.RebootCacheClusterInput) (*elasticache.RebootCacheClusterOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := strings.ToLower(value(in.CacheClusterId))
	for _, g := range s.groups.All() {
		i := slices.Index(g.members(), id)
		if i < 0 {
			continue
		}
		if r := s.servers.get(g.ID); r != nil && len(g.members()) == 1 {
			r.Flush()
		}
		shown := s.showNode(g, i, false)
		shown.CacheClusterStatus = new("rebooting cluster nodes")
		return &elasticache.RebootCacheClusterOutput{CacheCluster: &shown}, nil
	}
	return nil, &types.CacheClusterNotFoundFault{Message: new("CacheCluster not found: " + value(in.CacheClusterId))}
}
