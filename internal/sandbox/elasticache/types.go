package elasticache

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

func (s *Service) groupType() resource.Type {
	return resource.Typed(resource.Type{
		Name:         "AWS::ElastiCache::ReplicationGroup",
		NameProperty: "ReplicationGroupId",
		CreateOnly: []string{"AtRestEncryptionEnabled", "CacheSubnetGroupName", "DataTieringEnabled", "KmsKeyId", "NetworkType", "Port",
			"PreferredCacheClusterAZs", "ReplicasPerNodeGroup", "ReplicationGroupId", "SnapshotArns", "SnapshotName"},
		WriteOnly: []string{"AuthToken"},
		Attributes: []string{"PrimaryEndPoint.Address", "PrimaryEndPoint.Port", "ReaderEndPoint.Address", "ReaderEndPoint.Port",
			"ConfigurationEndPoint.Address", "ConfigurationEndPoint.Port", "ReadEndPoint.Addresses", "ReadEndPoint.Ports",
			"ReadEndPoint.Addresses.List", "ReadEndPoint.Ports.List"},
		Times: resource.Times{Create: resource.Seconds(712), Update: resource.Seconds(208), Delete: resource.Seconds(300)},
	}, resource.Steps[groupProperties]{
		Create: func(_ context.Context, r resource.Request, p *groupProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			g, err := s.createGroup(or(p.ReplicationGroupId, strings.TrimRight(r.GeneratedName(40), "-")), *p, r.AllTags(p.Tags))
			if err != nil {
				return resource.Result{}, err
			}
			return s.groupResult(g), nil
		},
		Update: s.updateGroup,
		Delete: func(ctx context.Context, r resource.Request, _ *groupProperties) error {
			_, err := s.DeleteReplicationGroup(ctx, &elasticache.DeleteReplicationGroupInput{ReplicationGroupId: &r.PhysicalID})
			return err
		},
		Read: func(_ context.Context, id string) (*groupProperties, bool) {
			g, err := s.findGroup(&id)
			g.Properties.ReplicationGroupId = &g.ID
			return &g.Properties, err == nil
		},
		Find: func(_ context.Context, p *groupProperties) (resource.Result, bool) {
			g, err := s.findGroup(p.ReplicationGroupId)
			return s.groupResult(g), err == nil
		},
	})
}

// updateGroup applies a token only when the template's changed: it would
// otherwise begin a rotation at every update.
func (s *Service) updateGroup(_ context.Context, r resource.Request, p *groupProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.findGroup(&r.PhysicalID)
	if err != nil {
		return resource.Result{}, err
	}
	wanted := *p
	if r.Previous["AuthToken"] == r.Properties["AuthToken"] {
		wanted.AuthToken = nil
	}
	g.AllTags = r.AllTags(p.Tags)
	g, err = s.changeGroup(g, wanted, "")
	return s.groupResult(g), err
}

func (s *Service) subnetGroupType() resource.Type {
	return resource.Typed(resource.Type{
		Name:         "AWS::ElastiCache::SubnetGroup",
		NameProperty: "CacheSubnetGroupName",
		CreateOnly:   []string{"CacheSubnetGroupName"},
		Times:        resource.Times{Create: resource.Seconds(6), Update: resource.Seconds(6), Delete: resource.Seconds(3)},
	}, resource.Steps[subnetGroupProperties]{
		Create: func(_ context.Context, r resource.Request, p *subnetGroupProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			g, err := s.createSubnetGroup(or(p.CacheSubnetGroupName, r.GeneratedName(255)), *p, r.AllTags(p.Tags))
			return resource.Result{PhysicalID: g.Name}, err
		},
		Update: func(_ context.Context, r resource.Request, p *subnetGroupProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			g, err := s.putSubnetGroup(r.PhysicalID, *p, r.AllTags(p.Tags))
			return resource.Result{PhysicalID: g.Name}, err
		},
		Delete: func(_ context.Context, r resource.Request, _ *subnetGroupProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.dropSubnetGroup(r.PhysicalID)
		},
		Read: func(_ context.Context, id string) (*subnetGroupProperties, bool) {
			g, ok := s.subnetGroups.Get(id)
			g.Properties.CacheSubnetGroupName = &g.Name
			return &g.Properties, ok
		},
		Find: func(_ context.Context, p *subnetGroupProperties) (resource.Result, bool) {
			g, ok := s.subnetGroups.Get(strings.ToLower(value(p.CacheSubnetGroupName)))
			return resource.Result{PhysicalID: g.Name}, ok
		},
	})
}
