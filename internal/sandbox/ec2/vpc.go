package ec2

import (
	"context"
	"net/netip"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type vpcProperties struct {
	CidrBlock          *string
	EnableDnsHostnames *bool
	EnableDnsSupport   *bool
	InstanceTenancy    *string
	Tags               []resource.Tag
}

// vpc is a network of its own.
type vpc struct {
	ID         string
	Properties vpcProperties
	AllTags    map[string]string
	// What AWS makes along with it.
	DefaultGroup, DefaultACL, MainTable, CIDRAssociation string
}

func (v vpc) cidr() string { return value(v.Properties.CidrBlock) }

func (v vpc) dnsSupport() bool {
	return v.Properties.EnableDnsSupport == nil || *v.Properties.EnableDnsSupport
}

func (v vpc) dnsHostnames() bool {
	return v.Properties.EnableDnsHostnames != nil && *v.Properties.EnableDnsHostnames
}

func (v vpc) result() resource.Result {
	return resource.Result{PhysicalID: v.ID, Attributes: map[string]any{
		"VpcId": v.ID, "CidrBlock": v.cidr(), "CidrBlockAssociations": []any{v.CIDRAssociation}, "Ipv6CidrBlocks": []any{},
		"DefaultNetworkAcl": v.DefaultACL, "DefaultSecurityGroup": v.DefaultGroup,
	}}
}

func (s *Service) vpcType() resource.Type {
	return resource.Typed(resource.Type{
		Name:       "AWS::EC2::VPC",
		CreateOnly: []string{"CidrBlock"},
		Attributes: []string{"VpcId", "CidrBlock", "CidrBlockAssociations", "DefaultNetworkAcl", "DefaultSecurityGroup", "Ipv6CidrBlocks"},
		Times:      resource.Times{Create: resource.Seconds(15), Update: resource.Seconds(10), Delete: resource.Seconds(5)},
	}, resource.Steps[vpcProperties]{
		Create: s.createVPC,
		Update: func(_ context.Context, r resource.Request, p *vpcProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			v, ok := s.vpcs.Get(r.PhysicalID)
			if !ok {
				return resource.Result{}, vpcNoun.missing(r.PhysicalID)
			}
			v.Properties, v.AllTags = *p, r.AllTags(p.Tags)
			s.vpcs.Set(v.ID, v)
			return v.result(), nil
		},
		Delete: s.deleteVPC,
		Read: func(_ context.Context, id string) (*vpcProperties, bool) {
			v, ok := s.vpcs.Get(id)
			return &v.Properties, ok
		},
	})
}

func (s *Service) createVPC(_ context.Context, r resource.Request, p *vpcProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.CidrBlock == nil {
		return resource.Result{}, fault("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
	}
	if _, err := parseCIDR(*p.CidrBlock, "InvalidVpc.Range"); err != nil {
		return resource.Result{}, err
	}
	v := vpc{
		ID: s.id("vpc"), Properties: *p, AllTags: r.AllTags(p.Tags),
		DefaultGroup: s.id("sg"), DefaultACL: s.id("acl"), MainTable: s.id("rtb"), CIDRAssociation: s.id("vpc-cidr-assoc"),
	}
	s.groups.Set(v.DefaultGroup, securityGroup{ID: v.DefaultGroup, Name: "default", VpcID: v.ID, Default: true,
		Properties: securityGroupProperties{GroupDescription: "default VPC security group"}})
	s.addRule(rule{GroupID: v.DefaultGroup, Rule: ruleProperties{IpProtocol: "-1", Peer: Peer{SourceSecurityGroupId: &v.DefaultGroup}}})
	s.addRule(rule{GroupID: v.DefaultGroup, Egress: true, Rule: everywhere()})
	s.tables.Set(v.MainTable, routeTable{ID: v.MainTable, Main: true, Properties: routeTableProperties{VpcId: v.ID}})
	s.vpcs.Set(v.ID, v)
	return v.result(), nil
}

// parseCIDR reads an IPv4 block as EC2 takes it: /16 to /28, no bit set below.
func parseCIDR(text, code string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil || !prefix.Addr().Is4() {
		return netip.Prefix{}, fault("InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", text)
	}
	if prefix.Bits() < 16 || prefix.Bits() > 28 {
		return netip.Prefix{}, fault(code, "The CIDR '%s' is invalid.", text)
	}
	return prefix.Masked(), nil
}

func (s *Service) deleteVPC(_ context.Context, r resource.Request, _ *vpcProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.vpcs.Get(r.PhysicalID)
	if !ok {
		return vpcNoun.missing(r.PhysicalID)
	}
	if s.populated(v) {
		return dependencies("vpc", v.ID)
	}
	s.dropGroup(v.DefaultGroup)
	s.tables.Delete(v.MainTable)
	s.vpcs.Delete(v.ID)
	return nil
}

// populated reports whether a VPC has more in it than AWS put there.
func (s *Service) populated(v vpc) bool {
	for _, n := range s.subnets.All() {
		if n.VpcID == v.ID {
			return true
		}
	}
	for id, g := range s.groups.All() {
		if g.VpcID == v.ID && id != v.DefaultGroup {
			return true
		}
	}
	for id, t := range s.tables.All() {
		if t.Properties.VpcId == v.ID && id != v.MainTable {
			return true
		}
	}
	for _, e := range s.endpoints.All() {
		if e.Properties.VpcId == v.ID {
			return true
		}
	}
	return false
}

// VPC is a VPC as DescribeVpcs shows it.
type VPC struct {
	VpcID                   *string                   `wire:"vpcId"`
	OwnerID                 *string                   `wire:"ownerId"`
	State                   *string                   `wire:"state"`
	CidrBlock               *string                   `wire:"cidrBlock"`
	CidrBlockAssociationSet []VpcCidrBlockAssociation `wire:"cidrBlockAssociationSet,item"`
	DhcpOptionsID           *string                   `wire:"dhcpOptionsId"`
	InstanceTenancy         *string                   `wire:"instanceTenancy"`
	IsDefault               *bool                     `wire:"isDefault"`
	Tags                    []Tag                     `wire:"tagSet,item"`
}

// VpcCidrBlockAssociation is one address block of a VPC.
type VpcCidrBlockAssociation struct {
	AssociationID  *string            `wire:"associationId"`
	CidrBlock      *string            `wire:"cidrBlock"`
	CidrBlockState *VpcCidrBlockState `wire:"cidrBlockState"`
}

// VpcCidrBlockState is "associated".
type VpcCidrBlockState struct {
	State *string `wire:"state"`
}

// DescribeVpcsInput asks for VPCs.
type DescribeVpcsInput struct {
	VpcIDs     []string `wire:"VpcId,VpcId"`
	Filters    []Filter `wire:"Filter,Filter"`
	MaxResults *int32   `wire:"MaxResults"`
	NextToken  *string  `wire:"NextToken"`
}

// DescribeVpcsOutput lists VPCs.
type DescribeVpcsOutput struct {
	Vpcs      []VPC   `wire:"vpcSet,item"`
	NextToken *string `wire:"nextToken"`
}

// DescribeVpcs lists VPCs.
func (s *Service) DescribeVpcs(_ context.Context, in *DescribeVpcsInput) (*DescribeVpcsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []item[VPC]
	for id, v := range s.vpcs.All() {
		all = append(all, item[VPC]{id, s.showVPC(v), factsOf(v.AllTags, map[string]string{
			"vpc-id": id, "cidr": v.cidr(), "cidr-block-association.cidr-block": v.cidr(), "state": "available",
			"is-default": "false", "isDefault": "false", "owner-id": s.host.Account,
		})})
	}
	some, next, err := answer(query{in.VpcIDs, in.Filters, Paging{in.MaxResults, in.NextToken}, vpcNoun.missing}, all)
	return &DescribeVpcsOutput{Vpcs: some, NextToken: next}, err
}

func (s *Service) showVPC(v vpc) VPC {
	tenancy := "default"
	if v.Properties.InstanceTenancy != nil {
		tenancy = *v.Properties.InstanceTenancy
	}
	return VPC{
		VpcID: &v.ID, OwnerID: &s.host.Account, State: new("available"), CidrBlock: new(v.cidr()), IsDefault: new(false),
		CidrBlockAssociationSet: []VpcCidrBlockAssociation{{&v.CIDRAssociation, new(v.cidr()), &VpcCidrBlockState{new("associated")}}},
		DhcpOptionsID:           new("dopt-" + strings.Repeat("0", 8)), InstanceTenancy: &tenancy, Tags: tagList(v.AllTags),
	}
}
