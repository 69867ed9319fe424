package ec2

import (
	"context"
	"net/netip"
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type subnetProperties struct {
	AssignIpv6AddressOnCreation   *bool
	AvailabilityZone              *string
	CidrBlock                     *string
	EnableDns64                   *bool
	MapPublicIpOnLaunch           *bool
	PrivateDnsNameOptionsOnLaunch any
	Tags                          []resource.Tag
	VpcId                         string `cfn:"required"`
}

// subnet is a part of a VPC in one availability zone.
type subnet struct {
	ID, VpcID, Zone string
	Properties      subnetProperties
	AllTags         map[string]string
	ACLAssociation  string
}

func (n subnet) cidr() string { return value(n.Properties.CidrBlock) }

func (n subnet) result() resource.Result {
	return resource.Result{PhysicalID: n.ID, Attributes: map[string]any{
		"SubnetId": n.ID, "AvailabilityZone": n.Zone, "VpcId": n.VpcID, "CidrBlock": n.cidr(),
		"NetworkAclAssociationId": n.ACLAssociation, "Ipv6CidrBlocks": []any{},
	}}
}

func (s *Service) subnetType() resource.Type {
	return resource.Typed(resource.Type{
		Name:       "AWS::EC2::Subnet",
		CreateOnly: []string{"VpcId", "AvailabilityZone", "CidrBlock"},
		Attributes: []string{"SubnetId", "AvailabilityZone", "VpcId", "CidrBlock", "NetworkAclAssociationId", "Ipv6CidrBlocks"},
		Times:      resource.Times{Create: resource.Seconds(5), Update: resource.Seconds(5), Delete: resource.Seconds(5)},
	}, resource.Steps[subnetProperties]{
		Create: s.createSubnet,
		Update: func(_ context.Context, r resource.Request, p *subnetProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			n, ok := s.subnets.Get(r.PhysicalID)
			if !ok {
				return resource.Result{}, subnetNoun.missing(r.PhysicalID)
			}
			n.Properties, n.AllTags = *p, r.AllTags(p.Tags)
			s.subnets.Set(n.ID, n)
			return n.result(), nil
		},
		Delete: s.deleteSubnet,
		Read: func(_ context.Context, id string) (*subnetProperties, bool) {
			n, ok := s.subnets.Get(id)
			n.Properties.AvailabilityZone = &n.Zone
			return &n.Properties, ok
		},
	})
}

func (s *Service) createSubnet(_ context.Context, r resource.Request, p *subnetProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.vpcs.Get(p.VpcId)
	if !ok {
		return resource.Result{}, vpcNoun.missing(p.VpcId)
	}
	if err := s.checkBlock(v, value(p.CidrBlock)); err != nil {
		return resource.Result{}, err
	}
	zone := s.zones()[0]
	if p.AvailabilityZone != nil {
		zone = *p.AvailabilityZone
	}
	if !slices.Contains(s.zones(), zone) {
		return resource.Result{}, fault("InvalidParameterValue",
			"Value (%s) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: %s, %s, %s.",
			zone, s.zones()[0], s.zones()[1], s.zones()[2])
	}
	n := subnet{ID: s.id("subnet"), VpcID: v.ID, Zone: zone, Properties: *p, AllTags: r.AllTags(p.Tags), ACLAssociation: s.id("aclassoc")}
	s.subnets.Set(n.ID, n)
	return n.result(), nil
}

// checkBlock refuses a block outside of the VPC's, and one that overlaps another
// subnet's.
func (s *Service) checkBlock(v vpc, text string) error {
	block, err := parseCIDR(text, "InvalidSubnet.Range")
	if err != nil {
		return err
	}
	around, err := netip.ParsePrefix(v.cidr())
	if err != nil || !around.Contains(block.Addr()) || block.Bits() < around.Bits() {
		return fault("InvalidSubnet.Range", "The CIDR '%s' is invalid.", text)
	}
	for _, other := range s.subnets.All() {
		taken, err := netip.ParsePrefix(other.cidr())
		if err == nil && other.VpcID == v.ID && taken.Overlaps(block) {
			return fault("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", text)
		}
	}
	return nil
}

func (s *Service) deleteSubnet(_ context.Context, r resource.Request, _ *subnetProperties) error {
	used := s.inUse(r.PhysicalID)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.subnets.Get(r.PhysicalID); !ok {
		return subnetNoun.missing(r.PhysicalID)
	}
	for _, e := range s.endpoints.All() {
		used = used || slices.Contains(e.Properties.SubnetIds, r.PhysicalID)
	}
	if used {
		return dependencies("subnet", r.PhysicalID)
	}
	for id, a := range s.associations.All() {
		if a.SubnetId == r.PhysicalID {
			s.associations.Delete(id)
		}
	}
	s.subnets.Delete(r.PhysicalID)
	return nil
}

// Subnet is a subnet as DescribeSubnets shows it.
type Subnet struct {
	SubnetID                    *string `wire:"subnetId"`
	SubnetArn                   *string `wire:"subnetArn"`
	VpcID                       *string `wire:"vpcId"`
	OwnerID                     *string `wire:"ownerId"`
	State                       *string `wire:"state"`
	CidrBlock                   *string `wire:"cidrBlock"`
	AvailableIPAddressCount     *int32  `wire:"availableIpAddressCount"`
	AvailabilityZone            *string `wire:"availabilityZone"`
	AvailabilityZoneID          *string `wire:"availabilityZoneId"`
	DefaultForAz                *bool   `wire:"defaultForAz"`
	MapPublicIPOnLaunch         *bool   `wire:"mapPublicIpOnLaunch"`
	AssignIPv6AddressOnCreation *bool   `wire:"assignIpv6AddressOnCreation"`
	Tags                        []Tag   `wire:"tagSet,item"`
}

// DescribeSubnetsInput asks for subnets.
type DescribeSubnetsInput struct {
	SubnetIDs  []string `wire:"SubnetId,SubnetId"`
	Filters    []Filter `wire:"Filter,Filter"`
	MaxResults *int32   `wire:"MaxResults"`
	NextToken  *string  `wire:"NextToken"`
}

// DescribeSubnetsOutput lists subnets.
type DescribeSubnetsOutput struct {
	Subnets   []Subnet `wire:"subnetSet,item"`
	NextToken *string  `wire:"nextToken"`
}

// DescribeSubnets lists subnets.
func (s *Service) DescribeSubnets(_ context.Context, in *DescribeSubnetsInput) (*DescribeSubnetsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []item[Subnet]
	for id, n := range s.subnets.All() {
		all = append(all, item[Subnet]{id, s.showSubnet(n), factsOf(n.AllTags, map[string]string{
			"subnet-id": id, "vpc-id": n.VpcID, "cidr": n.cidr(), "cidr-block": n.cidr(), "cidrBlock": n.cidr(), "state": "available",
			"availability-zone": n.Zone, "availabilityZone": n.Zone, "default-for-az": "false", "owner-id": s.host.Account,
		})})
	}
	some, next, err := answer(query{in.SubnetIDs, in.Filters, Paging{in.MaxResults, in.NextToken}, subnetNoun.missing}, all)
	return &DescribeSubnetsOutput{Subnets: some, NextToken: next}, err
}

// reserved is how many addresses of a subnet AWS keeps for itself.
const reserved = 5

func (s *Service) showSubnet(n subnet) Subnet {
	free := int32(0)
	if block, err := netip.ParsePrefix(n.cidr()); err == nil {
		free = 1<<(32-block.Bits()) - reserved
	}
	for _, e := range s.endpoints.All() {
		if slices.Contains(e.Properties.SubnetIds, n.ID) {
			free-- // its interface has one
		}
	}
	return Subnet{
		SubnetID: &n.ID, SubnetArn: new(s.host.ARN("ec2", "subnet/"+n.ID)), VpcID: &n.VpcID, OwnerID: &s.host.Account,
		State: new("available"), CidrBlock: new(n.cidr()), AvailableIPAddressCount: &free,
		AvailabilityZone: &n.Zone, AvailabilityZoneID: new(s.zoneID(n.Zone)), DefaultForAz: new(false),
		MapPublicIPOnLaunch:         new(isTrue(n.Properties.MapPublicIpOnLaunch)),
		AssignIPv6AddressOnCreation: new(isTrue(n.Properties.AssignIpv6AddressOnCreation)), Tags: tagList(n.AllTags),
	}
}

func isTrue(b *bool) bool { return b != nil && *b }
