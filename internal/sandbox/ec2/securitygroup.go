package ec2

import (
	"context"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type securityGroupProperties struct {
	GroupDescription     string `cfn:"required"`
	GroupName            *string
	SecurityGroupEgress  []ruleProperties
	SecurityGroupIngress []ruleProperties
	Tags                 []resource.Tag
	VpcId                *string
}

// securityGroup is a set of rules that network interfaces wear.
type securityGroup struct {
	ID, Name, VpcID string
	Properties      securityGroupProperties
	AllTags         map[string]string
	// Default is true of the one that came with the VPC.
	Default bool
}

func (g securityGroup) result() resource.Result {
	return resource.Result{PhysicalID: g.ID, Attributes: map[string]any{"GroupId": g.ID, "Id": g.ID, "VpcId": g.VpcID}}
}

func (s *Service) securityGroupType() resource.Type {
	return resource.Typed(resource.Type{
		Name:         "AWS::EC2::SecurityGroup",
		NameProperty: "GroupName",
		CreateOnly:   []string{"GroupDescription", "GroupName", "VpcId"},
		Attributes:   []string{"GroupId", "Id", "VpcId"},
		Times:        resource.Times{Create: resource.Seconds(8), Update: resource.Seconds(5), Delete: resource.Seconds(5)},
	}, resource.Steps[securityGroupProperties]{
		Create: s.createGroup,
		Update: s.updateGroup,
		Delete: s.deleteGroup,
		Find: func(_ context.Context, p *securityGroupProperties) (resource.Result, bool) {
			for _, g := range s.groups.All() {
				if g.VpcID == value(p.VpcId) && g.Name == value(p.GroupName) {
					return g.result(), true
				}
			}
			return resource.Result{}, false
		},
		Read: func(_ context.Context, id string) (*securityGroupProperties, bool) {
			g, ok := s.groups.Get(id)
			g.Properties.GroupName = &g.Name
			return &g.Properties, ok
		},
	})
}

func (s *Service) createGroup(_ context.Context, r resource.Request, p *securityGroupProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.vpcs.Get(value(p.VpcId))
	if !ok {
		return resource.Result{}, vpcNoun.missing(value(p.VpcId))
	}
	g := securityGroup{ID: s.id("sg"), Name: r.GeneratedName(255), VpcID: v.ID, Properties: *p, AllTags: r.AllTags(p.Tags)}
	if p.GroupName != nil {
		g.Name = *p.GroupName
	}
	if err := s.checkGroup(g); err != nil {
		return resource.Result{}, err
	}
	s.groups.Set(g.ID, g)
	if err := s.declareRules(g); err != nil {
		s.dropGroup(g.ID)
		return resource.Result{}, err
	}
	return g.result(), nil
}

func (s *Service) checkGroup(g securityGroup) error {
	if strings.HasPrefix(g.Name, "sg-") || g.Name == "default" {
		return fault("InvalidParameterValue", "Invalid value '%s' for groupName. %s", g.Name, "It is reserved.")
	}
	for _, other := range s.groups.All() {
		if other.VpcID == g.VpcID && other.Name == g.Name {
			return fault("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", g.Name, g.VpcID)
		}
	}
	return nil
}

// declareRules replaces the rules that the group itself declares.
func (s *Service) declareRules(g securityGroup) error {
	for id, old := range s.rules.All() {
		if old.GroupID == g.ID && old.Inline {
			s.rules.Delete(id)
		}
	}
	egress := g.Properties.SecurityGroupEgress
	if len(egress) == 0 {
		egress = []ruleProperties{everywhere()} // AWS lets everything out unless told otherwise
	}
	for outward, rules := range map[bool][]ruleProperties{false: g.Properties.SecurityGroupIngress, true: egress} {
		for _, p := range rules {
			if err := s.checkRule(g.ID, outward, p); err != nil {
				return err
			}
			s.addRule(rule{GroupID: g.ID, Egress: outward, Inline: true, Rule: p})
		}
	}
	return nil
}

func (s *Service) updateGroup(_ context.Context, r resource.Request, p *securityGroupProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.groups.Get(r.PhysicalID)
	if !ok {
		return resource.Result{}, groupNoun.missing(r.PhysicalID)
	}
	before := g
	g.Properties, g.AllTags = *p, r.AllTags(p.Tags)
	if err := s.declareRules(g); err != nil {
		_ = s.declareRules(before) // they stood before
		return resource.Result{}, err
	}
	s.groups.Set(g.ID, g)
	return g.result(), nil
}

func (s *Service) deleteGroup(_ context.Context, r resource.Request, _ *securityGroupProperties) error {
	used := s.inUse(r.PhysicalID)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.groups.Get(r.PhysicalID); !ok {
		return groupNoun.missing(r.PhysicalID)
	}
	if used || s.referred(r.PhysicalID) {
		return fault("DependencyViolation", "resource %s has a dependent object", r.PhysicalID)
	}
	s.dropGroup(r.PhysicalID)
	return nil
}

// referred reports whether an endpoint wears the group or another group's rule
// names it.
func (s *Service) referred(id string) bool {
	for _, e := range s.endpoints.All() {
		for _, worn := range s.groupsOf(e) {
			if worn == id {
				return true
			}
		}
	}
	for _, other := range s.rules.All() {
		if other.GroupID != id && value(other.Rule.group(other.Egress)) == id {
			return true
		}
	}
	return false
}

func (s *Service) dropGroup(id string) {
	for ruleID, r := range s.rules.All() {
		if r.GroupID == id {
			s.rules.Delete(ruleID)
		}
	}
	s.groups.Delete(id)
}
