package elasticache

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"
)

const available = "available"

func endpoint(address string, port int32) *types.Endpoint {
	return &types.Endpoint{Address: &address, Port: &port}
}

func (s *Service) showGroup(g replicationGroup) types.ReplicationGroup {
	p := g.Properties
	shown := types.ReplicationGroup{
		ARN: new(s.host.ARN("elasticache", "replicationgroup:"+g.ID)), ReplicationGroupId: &g.ID, Description: &p.ReplicationGroupDescription,
		Status: new(available), MemberClusters: g.members(), NodeGroups: []types.NodeGroup{s.nodeGroup(g)},
		AutomaticFailover: types.AutomaticFailoverStatusDisabled, MultiAZ: types.MultiAZStatusDisabled,
		SnapshotRetentionLimit: new(or(p.SnapshotRetentionLimit, 0)), SnapshotWindow: new(or(p.SnapshotWindow, "05:00-06:00")),
		ClusterEnabled: new(false), ClusterMode: types.ClusterModeDisabled, CacheNodeType: p.CacheNodeType,
		TransitEncryptionEnabled: new(g.encrypted()), AtRestEncryptionEnabled: new(isTrue(p.AtRestEncryptionEnabled)),
		AuthTokenEnabled: new(len(g.Tokens) > 0), AuthTokenLastModifiedDate: g.TokenChanged, KmsKeyId: p.KmsKeyId,
		AutoMinorVersionUpgrade: new(or(p.AutoMinorVersionUpgrade, true)), ReplicationGroupCreateTime: &g.Created,
		PendingModifiedValues: &types.ReplicationGroupPendingModifiedValues{}, Engine: new(or(p.Engine, "redis")),
		NetworkType: types.NetworkTypeIpv4, IpDiscovery: types.IpDiscoveryIpv4, DataTiering: types.DataTieringStatusDisabled,
		LogDeliveryConfigurations: []types.LogDeliveryConfiguration{}, UserGroupIds: []string{},
	}
	if isTrue(p.AutomaticFailoverEnabled) {
		shown.AutomaticFailover = types.AutomaticFailoverStatusEnabled
	}
	if isTrue(p.MultiAZEnabled) {
		shown.MultiAZ = types.MultiAZStatusEnabled
	}
	if g.encrypted() {
		shown.TransitEncryptionMode = types.TransitEncryptionMode(or(p.TransitEncryptionMode, string(types.TransitEncryptionModeRequired)))
	}
	return shown
}

func (s *Service) nodeGroup(g replicationGroup) types.NodeGroup {
	primary, port := s.at(g, "master")
	reader, _ := s.at(g, "replica")
	shown := types.NodeGroup{NodeGroupId: new("0001"), Status: new(available), PrimaryEndpoint: endpoint(primary, port), ReaderEndpoint: endpoint(reader, port)}
	for i, node := range g.members() {
		role := "replica"
		if i == g.Primary%len(g.members()) {
			role = "primary"
		}
		address, port := s.at(g, node)
		shown.NodeGroupMembers = append(shown.NodeGroupMembers, types.NodeGroupMember{
			CacheClusterId: &node, CacheNodeId: new("0001"), CurrentRole: &role, ReadEndpoint: endpoint(address, port),
			PreferredAvailabilityZone: new(s.zone(g, i)),
		})
	}
	return shown
}

// zone is where a node of the group is: nodes go round the subnets.
func (s *Service) zone(g replicationGroup, node int) string {
	subnets, ok := s.subnetGroups.Get(value(g.Properties.CacheSubnetGroupName))
	if !ok || len(subnets.Zones) == 0 {
		return s.host.Region + "a"
	}
	return subnets.Zones[node%len(subnets.Zones)]
}

// DescribeReplicationGroups shows one replication group, or all.
func (s *Service) DescribeReplicationGroups(_ context.Context, in *elasticache.DescribeReplicationGroupsInput) (*elasticache.DescribeReplicationGroupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.ReplicationGroupId != nil {
		g, err := s.findGroup(in.ReplicationGroupId)
		return &elasticache.DescribeReplicationGroupsOutput{ReplicationGroups: []types.ReplicationGroup{s.showGroup(g)}}, err
	}
	all := []types.ReplicationGroup{}
	for _, g := range s.groups.All() {
		all = append(all, s.showGroup(g))
	}
	some, next, err := paged(all, func(g types.ReplicationGroup) string { return *g.ReplicationGroupId }, in.Marker, in.MaxRecords)
	return &elasticache.DescribeReplicationGroupsOutput{ReplicationGroups: some, Marker: next}, err
}

// DescribeCacheClusters shows the nodes of replication groups.
func (s *Service) DescribeCacheClusters(_ context.Context, in *elasticache.DescribeCacheClustersInput) (*elasticache.DescribeCacheClustersOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.CacheCluster{}
	for _, g := range s.groups.All() {
		for i, node := range g.members() {
			if in.CacheClusterId == nil || strings.EqualFold(*in.CacheClusterId, node) {
				all = append(all, s.showNode(g, i, isTrue(in.ShowCacheNodeInfo)))
			}
		}
	}
	if in.CacheClusterId != nil && len(all) == 0 {
		return nil, &types.CacheClusterNotFoundFault{Message: new("CacheCluster not found: " + *in.CacheClusterId)}
	}
	if isTrue(in.ShowCacheClustersNotInReplicationGroups) {
		all = all[:0]
	}
	slices.SortFunc(all, func(a, b types.CacheCluster) int { return strings.Compare(*a.CacheClusterId, *b.CacheClusterId) })
	some, next, err := paged(all, func(c types.CacheCluster) string { return *c.CacheClusterId }, in.Marker, in.MaxRecords)
	return &elasticache.DescribeCacheClustersOutput{CacheClusters: some, Marker: next}, err
}

func (s *Service) showNode(g replicationGroup, i int, withNode bool) types.CacheCluster {
	p, id := g.Properties, g.members()[i]
	shown := types.CacheCluster{
		ARN: new(s.host.ARN("elasticache", "cluster:"+id)), CacheClusterId: &id, ReplicationGroupId: &g.ID, CacheClusterStatus: new(available),
		CacheClusterCreateTime: &g.Created, CacheNodeType: p.CacheNodeType, NumCacheNodes: new(int32(1)), Engine: new(or(p.Engine, "redis")),
		EngineVersion: new(fullVersion(or(p.EngineVersion, "7.1"))), PreferredAvailabilityZone: new(s.zone(g, i)),
		PreferredMaintenanceWindow: new(or(p.PreferredMaintenanceWindow, "sun:05:00-sun:06:00")), CacheSubnetGroupName: p.CacheSubnetGroupName,
		CacheParameterGroup: &types.CacheParameterGroupStatus{
			CacheParameterGroupName: new(or(p.CacheParameterGroupName, "default.redis7")), ParameterApplyStatus: new("in-sync"), CacheNodeIdsToReboot: []string{}},
		AutoMinorVersionUpgrade: new(or(p.AutoMinorVersionUpgrade, true)), SnapshotRetentionLimit: new(int32(0)),
		TransitEncryptionEnabled: new(g.encrypted()), AtRestEncryptionEnabled: new(isTrue(p.AtRestEncryptionEnabled)),
		AuthTokenEnabled: new(len(g.Tokens) > 0), AuthTokenLastModifiedDate: g.TokenChanged, PendingModifiedValues: &types.PendingModifiedValues{},
		CacheSecurityGroups: []types.CacheSecurityGroupMembership{}, NetworkType: types.NetworkTypeIpv4, IpDiscovery: types.IpDiscoveryIpv4,
	}
	for _, group := range p.SecurityGroupIds {
		shown.SecurityGroups = append(shown.SecurityGroups, types.SecurityGroupMembership{SecurityGroupId: &group, Status: new("active")})
	}
	if withNode {
		address, port := s.at(g, id)
		shown.CacheNodes = []types.CacheNode{{
			CacheNodeId: new("0001"), CacheNodeStatus: new(available), CacheNodeCreateTime: &g.Created, Endpoint: endpoint(address, port),
			ParameterGroupStatus: new("in-sync"), CustomerAvailabilityZone: new(s.zone(g, i)),
		}}
	}
	return shown
}

// fullVersion is how a node tells its engine's version: "7.1" is "7.1.0".
func fullVersion(version string) string {
	if strings.Count(version, ".") == 1 {
		return version + ".0"
	}
	return version
}
