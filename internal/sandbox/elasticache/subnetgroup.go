package elasticache

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type subnetGroupProperties struct {
	CacheSubnetGroupName *string
	Description          string   `cfn:"required"`
	SubnetIds            []string `cfn:"required"`
	Tags                 []resource.Tag
}

// subnetGroup says in which subnets nodes may be. Zones has one for each subnet.
type subnetGroup struct {
	Name, VPC  string
	Zones      []string
	Properties subnetGroupProperties
	AllTags    map[string]string
}

// putSubnetGroup makes or changes the subnet group of that name.
func (s *Service) putSubnetGroup(name string, p subnetGroupProperties, tags map[string]string) (subnetGroup, error) {
	g := subnetGroup{Name: name, Properties: p, AllTags: tags}
	if len(p.SubnetIds) == 0 {
		return g, invalid("The parameter SubnetIds must be provided.")
	}
	for _, id := range p.SubnetIds {
		vpc, zone, ok := s.network.Subnet(id)
		if !ok {
			return g, &types.InvalidSubnet{Message: new("Some input subnets in :[" + strings.Join(p.SubnetIds, ", ") + "] are invalid.")}
		}
		if g.VPC != "" && vpc != g.VPC {
			return g, &types.InvalidSubnet{Message: new("Some input subnets are in different VPCs.")}
		}
		g.VPC, g.Zones = vpc, append(g.Zones, zone)
	}
	s.subnetGroups.Set(name, g)
	return g, nil
}

func (s *Service) createSubnetGroup(name string, p subnetGroupProperties, tags map[string]string) (subnetGroup, error) {
	name = strings.ToLower(name)
	if name == "" || len(name) > 255 || name == "default" {
		return subnetGroup{}, invalid("The parameter CacheSubnetGroupName must be provided and must not be blank.")
	}
	if _, taken := s.subnetGroups.Get(name); taken {
		return subnetGroup{}, &types.CacheSubnetGroupAlreadyExistsFault{Message: new("CacheSubnetGroup " + name + " already exists.")}
	}
	return s.putSubnetGroup(name, p, tags)
}

func (s *Service) dropSubnetGroup(name string) error {
	if _, ok := s.subnetGroups.Get(name); !ok {
		return noSubnetGroup(name)
	}
	for _, g := range s.groups.All() {
		if strings.EqualFold(value(g.Properties.CacheSubnetGroupName), name) {
			return &types.CacheSubnetGroupInUse{Message: new("Cache subnet group " + name + " is currently in use by a cache cluster.")}
		}
	}
	s.subnetGroups.Delete(name)
	return nil
}

// CreateCacheSubnetGroup makes a subnet group.
func (s *Service) CreateCacheSubnetGroup(_ context.Context, in *elasticache.CreateCacheSubnetGroupInput) (*elasticache.CreateCacheSubnetGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags := map[string]string{}
	for _, tag := range in.Tags {
		tags[value(tag.Key)] = value(tag.Value)
	}
	g, err := s.createSubnetGroup(value(in.CacheSubnetGroupName), subnetGroupProperties{
		Description: value(in.CacheSubnetGroupDescription), SubnetIds: in.SubnetIds}, tags)
	if err != nil {
		return nil, err
	}
	return &elasticache.CreateCacheSubnetGroupOutput{CacheSubnetGroup: new(s.showSubnetGroup(g))}, nil
}

// DeleteCacheSubnetGroup removes a subnet group that nothing is in.
func (s *Service) DeleteCacheSubnetGroup(_ context.Context, in *elasticache.DeleteCacheSubnetGroupInput) (*elasticache.DeleteCacheSubnetGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &elasticache.DeleteCacheSubnetGroupOutput{}, s.dropSubnetGroup(strings.ToLower(value(in.CacheSubnetGroupName)))
}

func (s *Service) showSubnetGroup(g subnetGroup) types.CacheSubnetGroup {
	shown := types.CacheSubnetGroup{
		ARN: new(s.host.ARN("elasticache", "subnetgroup:"+g.Name)), CacheSubnetGroupName: &g.Name, VpcId: &g.VPC,
		CacheSubnetGroupDescription: &g.Properties.Description, SupportedNetworkTypes: []types.NetworkType{types.NetworkTypeIpv4},
	}
	for i, id := range g.Properties.SubnetIds {
		shown.Subnets = append(shown.Subnets, types.Subnet{
			SubnetIdentifier: &id, SubnetAvailabilityZone: &types.AvailabilityZone{Name: &g.Zones[i]},
			SupportedNetworkTypes: []types.NetworkType{types.NetworkTypeIpv4},
		})
	}
	return shown
}

// DescribeCacheSubnetGroups shows one subnet group, or all.
func (s *Service) DescribeCacheSubnetGroups(_ context.Context, in *elasticache.DescribeCacheSubnetGroupsInput) (*elasticache.DescribeCacheSubnetGroupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.CacheSubnetGroup{}
	for name, g := range s.subnetGroups.All() {
		if in.CacheSubnetGroupName == nil || strings.EqualFold(*in.CacheSubnetGroupName, name) {
			all = append(all, s.showSubnetGroup(g))
		}
	}
	if in.CacheSubnetGroupName != nil && len(all) == 0 {
		return nil, noSubnetGroup(*in.CacheSubnetGroupName)
	}
	some, next, err := paged(all, func(g types.CacheSubnetGroup) string { return *g.CacheSubnetGroupName }, in.Marker, in.MaxRecords)
	return &elasticache.DescribeCacheSubnetGroupsOutput{CacheSubnetGroups: some, Marker: next}, err
}
