// Package elasticache is the sandbox's ElastiCache: replication groups of Redis
// nodes with their subnet and parameter groups, as CloudFormation deploys them and
// as operators look at them. Behind each group is one server (package node) that
// stands for its primary and its replicas.
package elasticache

import (
	"net/http"
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/authority"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Network is what ElastiCache asks of EC2.
type Network interface {
	// Subnet tells of a subnet which VPC and availability zone it is in.
	Subnet(id string) (vpcID, zone string, ok bool)
	// SecurityGroup tells of a security group which VPC it is in.
	SecurityGroup(id string) (vpcID string, ok bool)
}

// Service is ElastiCache of the one account and region.
type Service struct {
	host            *host.Host
	network         Network
	mu              sync.Mutex
	groups          *state.Map[replicationGroup]
	subnetGroups    *state.Map[subnetGroup]
	parameterGroups *state.Map[parameterGroup]
	servers         servers
}

// New opens ElastiCache on the host's state, and starts the servers of the groups
// that are there. The authority signs for those that speak TLS. Close ends them.
func New(h *host.Host, network Network, signer *authority.Authority) *Service {
	s := &Service{
		host: h, network: network,
		groups:          state.NewMap[replicationGroup](h.State, "elasticache.replicationGroups"),
		subnetGroups:    state.NewMap[subnetGroup](h.State, "elasticache.subnetGroups"),
		parameterGroups: state.NewMap[parameterGroup](h.State, "elasticache.parameterGroups"),
		servers:         servers{signer: signer, running: map[string]*running{}},
	}
	for _, g := range s.groups.All() {
		_ = s.serve(g) // without its port the group is reached by nobody
	}
	return s
}

// UsesNetwork reports whether a node has an interface in the subnet of that id, or
// wears the security group of that id.
func (s *Service) UsesNetwork(id string) bool {
	for _, g := range s.groups.All() {
		if subnets, ok := s.subnetGroups.Get(value(g.Properties.CacheSubnetGroupName)); ok && contains(subnets.Properties.SubnetIds, id) {
			return true
		}
		if contains(g.Properties.SecurityGroupIds, id) {
			return true
		}
	}
	return false
}

// Wire registers the operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name:      "elasticache",
		Protocols: []wire.Protocol{wire.Query},
		Version:   "2015-02-02",
		Namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/",
		ListNames: map[string]string{
			"MemberClusters": "ClusterId", "NodeGroups": "NodeGroup", "NodeGroupMembers": "NodeGroupMember",
			"CacheNodes": "CacheNode", "CacheSecurityGroups": "CacheSecurityGroup", "CacheSecurityGroupNames": "CacheSecurityGroupName",
			"Subnets": "Subnet", "ReplicationGroups": "ReplicationGroup", "CacheClusters": "CacheCluster",
			"CacheSubnetGroups": "CacheSubnetGroup", "CacheParameterGroups": "CacheParameterGroup", "TagList": "Tag", "Tags": "Tag",
			"PreferredCacheClusterAZs": "AvailabilityZone", "SecurityGroupIds": "SecurityGroupId", "SubnetIds": "SubnetIdentifier",
			"SnapshotArns": "SnapshotArn", "NodeGroupConfiguration": "NodeGroupConfiguration",
		},
		Errors: map[string]wire.ErrorTrait{
			"ReplicationGroupNotFoundFault":    {Status: http.StatusNotFound},
			"CacheClusterNotFoundFault":        {Status: http.StatusNotFound},
			"CacheParameterGroupNotFoundFault": {Status: http.StatusNotFound},
		},
	}
	wire.Handle(w, s.CreateReplicationGroup)
	wire.Handle(w, s.DescribeReplicationGroups)
	wire.Handle(w, s.ModifyReplicationGroup)
	wire.Handle(w, s.DeleteReplicationGroup)
	wire.Handle(w, s.TestFailover)
	wire.Handle(w, s.RebootCacheCluster)
	wire.Handle(w, s.DescribeCacheClusters)
	wire.Handle(w, s.CreateCacheSubnetGroup)
	wire.Handle(w, s.DescribeCacheSubnetGroups)
	wire.Handle(w, s.DeleteCacheSubnetGroup)
	wire.Handle(w, s.DescribeCacheParameterGroups)
	wire.Handle(w, s.ListTagsForResource)
	return w
}

// Resources are the CloudFormation types that ElastiCache owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.groupType(), s.subnetGroupType(), s.parameterGroupType()}
}
