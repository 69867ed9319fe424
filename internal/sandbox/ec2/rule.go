package ec2

import (
	"context"
	"net/netip"
	"reflect"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// ruleProperties are a security group rule's, inward or outward.
type ruleProperties struct {
	Peer
	Description *string
	FromPort    *int32
	IpProtocol  string `cfn:"required"`
	ToPort      *int32
}

// Peer is whom a rule lets talk: exactly one of them. Sources are for rules
// inward, destinations for rules outward.
type Peer struct {
	CidrIp, CidrIpv6                                                      *string
	SourceSecurityGroupId, SourceSecurityGroupOwnerId, SourcePrefixListId *string
	DestinationSecurityGroupId, DestinationPrefixListId                   *string
}

func (p Peer) group(egress bool) *string {
	if egress {
		return p.DestinationSecurityGroupId
	}
	return p.SourceSecurityGroupId
}

func (p Peer) prefixList(egress bool) *string {
	if egress {
		return p.DestinationPrefixListId
	}
	return p.SourcePrefixListId
}

func everywhere() ruleProperties {
	return ruleProperties{IpProtocol: "-1", Peer: Peer{CidrIp: new("0.0.0.0/0")}}
}

// rule is one rule of a security group.
type rule struct {
	ID, GroupID string
	Egress      bool
	// Inline is true of rules that the group's own properties declare.
	Inline bool
	Rule   ruleProperties
}

func (s *Service) addRule(r rule) string {
	r.ID = s.id("sgr")
	s.rules.Set(r.ID, r)
	return r.ID
}

// checkRule refuses a rule that names nobody, or what is not there, or that
// stands already.
func (s *Service) checkRule(groupID string, egress bool, p ruleProperties) error {
	if _, ok := s.groups.Get(groupID); !ok {
		return groupNoun.missing(groupID)
	}
	group, list := p.group(egress), p.prefixList(egress)
	if group == nil && list == nil && p.CidrIp == nil && p.CidrIpv6 == nil {
		return fault("InvalidRequest", "The request must contain exactly one of: CidrIp, CidrIpv6, a security group or a prefix list")
	}
	if group != nil {
		if _, ok := s.groups.Get(*group); !ok {
			return groupNoun.missing(*group)
		}
	}
	if p.CidrIp != nil {
		if block, err := netip.ParsePrefix(*p.CidrIp); err != nil || !block.Addr().Is4() {
			return fault("InvalidParameterValue", "CIDR block %s is malformed", *p.CidrIp)
		}
	}
	if p.FromPort != nil && p.ToPort != nil && p.IpProtocol == "tcp" && *p.FromPort > *p.ToPort {
		return fault("InvalidParameterValue", "Invalid TCP 'from' port (%d) is greater than the 'to' port (%d)", *p.FromPort, *p.ToPort)
	}
	return s.checkUnique(groupID, egress, p)
}

func (s *Service) checkUnique(groupID string, egress bool, p ruleProperties) error {
	p.Description = nil
	for _, other := range s.rules.All() {
		stands := other.Rule
		stands.Description = nil
		if other.GroupID == groupID && other.Egress == egress && reflect.DeepEqual(stands, p) {
			return fault("InvalidPermission.Duplicate", "the specified rule \"peer: %s, %s\" already exists", p.peer(egress), p.IpProtocol)
		}
	}
	return nil
}

func (p ruleProperties) peer(egress bool) string {
	for _, name := range []*string{p.CidrIp, p.CidrIpv6, p.group(egress), p.prefixList(egress)} {
		if name != nil {
			return *name
		}
	}
	return ""
}

// ownRule are the properties of a rule that is a resource of its own.
type ownRule struct {
	ruleProperties
	GroupId string `cfn:"required"`
}

func (s *Service) ruleType(egress bool) resource.Type {
	t := resource.Type{
		Name: "AWS::EC2::SecurityGroupIngress",
		CreateOnly: []string{"IpProtocol", "SourceSecurityGroupId", "SourcePrefixListId", "SourceSecurityGroupOwnerId",
			"ToPort", "CidrIp", "FromPort", "GroupId", "CidrIpv6"},
		Attributes: []string{"Id"},
		Times:      resource.Times{Create: resource.Seconds(3), Update: resource.Seconds(3), Delete: resource.Seconds(3)},
	}
	if egress {
		t.Name = "AWS::EC2::SecurityGroupEgress"
		t.CreateOnly = []string{"IpProtocol", "DestinationSecurityGroupId", "DestinationPrefixListId", "ToPort", "CidrIp", "FromPort", "GroupId", "CidrIpv6"}
	}
	return resource.Typed(t, resource.Steps[ownRule]{
		Create: func(_ context.Context, _ resource.Request, p *ownRule) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if err := s.checkRule(p.GroupId, egress, p.ruleProperties); err != nil {
				return resource.Result{}, err
			}
			id := s.addRule(rule{GroupID: p.GroupId, Egress: egress, Rule: p.ruleProperties})
			return resource.Result{PhysicalID: id, Attributes: map[string]any{"Id": id}}, nil
		},
		Update: func(_ context.Context, r resource.Request, p *ownRule) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			changed, ok := s.rules.Get(r.PhysicalID)
			if !ok {
				return resource.Result{}, groupRuleNoun.missing(r.PhysicalID)
			}
			changed.Rule = p.ruleProperties
			s.rules.Set(changed.ID, changed)
			return resource.Result{PhysicalID: changed.ID, Attributes: map[string]any{"Id": changed.ID}}, nil
		},
		Delete: func(_ context.Context, r resource.Request, _ *ownRule) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.rules.Delete(r.PhysicalID)
			return nil
		},
		Read: func(_ context.Context, id string) (*ownRule, bool) {
			r, ok := s.rules.Get(id)
			return &ownRule{ruleProperties: r.Rule, GroupId: r.GroupID}, ok && r.Egress == egress
		},
	})
}
