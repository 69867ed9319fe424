package elasticache

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type parameterGroupProperties struct {
	CacheParameterGroupFamily string `cfn:"required"`
	CacheParameterGroupName   *string
	Description               string `cfn:"required"`
	Properties                map[string]string
	Tags                      []resource.Tag
}

// parameterGroup is a set of engine settings.
type parameterGroup struct {
	Name       string
	Properties parameterGroupProperties
	AllTags    map[string]string
}

// families are the engine families that there are groups for.
var families = []string{"redis6.x", "redis7", "valkey7", "valkey8"}

func (s *Service) findParameterGroup(name string) (parameterGroup, error) {
	if g, ok := s.parameterGroups.Get(strings.ToLower(name)); ok {
		return g, nil
	}
	if family, ok := strings.CutPrefix(name, "default."); ok && slices.Contains(families, family) {
		return defaultGroup(family), nil
	}
	return parameterGroup{}, &types.CacheParameterGroupNotFoundFault{Message: new("CacheParameterGroup " + name + " not found.")}
}

// defaultGroup is the group that AWS provides for a family.
func defaultGroup(family string) parameterGroup {
	return parameterGroup{Name: "default." + family, Properties: parameterGroupProperties{
		CacheParameterGroupFamily: family, Description: "Default parameter group for " + family}}
}

// DescribeCacheParameterGroups shows one parameter group, or all, AWS's included.
func (s *Service) DescribeCacheParameterGroups(_ context.Context, in *elasticache.DescribeCacheParameterGroupsInput) (*elasticache.DescribeCacheParameterGroupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.CacheParameterGroupName != nil {
		g, err := s.findParameterGroup(*in.CacheParameterGroupName)
		return &elasticache.DescribeCacheParameterGroupsOutput{CacheParameterGroups: []types.CacheParameterGroup{s.showParameterGroup(g)}}, err
	}
	var all []types.CacheParameterGroup
	for _, family := range families {
		all = append(all, s.showParameterGroup(defaultGroup(family)))
	}
	for _, g := range s.parameterGroups.All() {
		all = append(all, s.showParameterGroup(g))
	}
	slices.SortFunc(all, func(a, b types.CacheParameterGroup) int {
		return strings.Compare(*a.CacheParameterGroupName, *b.CacheParameterGroupName)
	})
	some, next, err := paged(all, func(g types.CacheParameterGroup) string { return *g.CacheParameterGroupName }, in.Marker, in.MaxRecords)
	return &elasticache.DescribeCacheParameterGroupsOutput{CacheParameterGroups: some, Marker: next}, err
}

func (s *Service) showParameterGroup(g parameterGroup) types.CacheParameterGroup {
	return types.CacheParameterGroup{
		ARN: new(s.host.ARN("elasticache", "parametergroup:"+g.Name)), CacheParameterGroupName: &g.Name, IsGlobal: new(false),
		CacheParameterGroupFamily: &g.Properties.CacheParameterGroupFamily, Description: &g.Properties.Description,
	}
}

func (s *Service) parameterGroupType() resource.Type {
	return resource.Typed(resource.Type{
		Name:         "AWS::ElastiCache::ParameterGroup",
		NameProperty: "CacheParameterGroupName",
		CreateOnly:   []string{"CacheParameterGroupFamily", "CacheParameterGroupName"},
		Attributes:   []string{"CacheParameterGroupName"},
		Times:        resource.Times{Create: resource.Seconds(6), Update: resource.Seconds(6), Delete: resource.Seconds(3)},
	}, resource.Steps[parameterGroupProperties]{
		Create: func(_ context.Context, r resource.Request, p *parameterGroupProperties) (resource.Result, error) {
			name := strings.ToLower(or(p.CacheParameterGroupName, r.GeneratedName(255)))
			s.mu.Lock()
			defer s.mu.Unlock()
			if _, err := s.findParameterGroup(name); err == nil {
				return resource.Result{}, &types.CacheParameterGroupAlreadyExistsFault{Message: new("Cache parameter group " + name + " already exists.")}
			}
			return s.putParameterGroup(name, r, p)
		},
		Update: func(_ context.Context, r resource.Request, p *parameterGroupProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.putParameterGroup(r.PhysicalID, r, p)
		},
		Delete: s.deleteParameterGroup,
		Read: func(_ context.Context, id string) (*parameterGroupProperties, bool) {
			g, ok := s.parameterGroups.Get(id)
			g.Properties.CacheParameterGroupName = &g.Name
			return &g.Properties, ok
		},
		Find: func(_ context.Context, p *parameterGroupProperties) (resource.Result, bool) {
			g, ok := s.parameterGroups.Get(strings.ToLower(value(p.CacheParameterGroupName)))
			return g.result(), ok
		},
	})
}

func (g parameterGroup) result() resource.Result {
	return resource.Result{PhysicalID: g.Name, Attributes: map[string]any{"CacheParameterGroupName": g.Name}}
}

func (s *Service) putParameterGroup(name string, r resource.Request, p *parameterGroupProperties) (resource.Result, error) {
	if !slices.Contains(families, p.CacheParameterGroupFamily) {
		return resource.Result{}, invalid("CacheParameterGroupFamily %s is not a valid parameter group family.", p.CacheParameterGroupFamily)
	}
	g := parameterGroup{Name: name, Properties: *p, AllTags: r.AllTags(p.Tags)}
	s.parameterGroups.Set(name, g)
	return g.result(), nil
}

func (s *Service) deleteParameterGroup(_ context.Context, r resource.Request, _ *parameterGroupProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findParameterGroup(r.PhysicalID); err != nil {
		return err
	}
	for _, g := range s.groups.All() {
		if strings.EqualFold(value(g.Properties.CacheParameterGroupName), r.PhysicalID) {
			return &types.InvalidCacheParameterGroupStateFault{Message: new("One or more cache clusters are still members of this parameter group " + r.PhysicalID + ", so the group cannot be deleted.")}
		}
	}
	s.parameterGroups.Delete(r.PhysicalID)
	return nil
}
