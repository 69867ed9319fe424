// Package ec2 is the sandbox's virtual network: VPCs, subnets, route tables,
// security groups and endpoints as CloudFormation deploys them, and the Describe
// calls with which operators look at them. Nothing routes packets.
//
// The SDK's own module for EC2 is too large to be compiled in for eight calls,
// so the shapes of requests and answers stand here, named as in EC2's model.
package ec2

import (
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service is the network of the one account and region.
type Service struct {
	host         *host.Host
	mu           sync.Mutex
	vpcs         *state.Map[vpc]
	subnets      *state.Map[subnet]
	tables       *state.Map[routeTable]
	associations *state.Map[association]
	groups       *state.Map[securityGroup]
	rules        *state.Map[rule]
	endpoints    *state.Map[endpoint]
	users        []func(id string) bool
}

// New opens the network on the host's state.
func New(h *host.Host) *Service {
	return &Service{
		host:         h,
		vpcs:         state.NewMap[vpc](h.State, "ec2.vpcs"),
		subnets:      state.NewMap[subnet](h.State, "ec2.subnets"),
		tables:       state.NewMap[routeTable](h.State, "ec2.routeTables"),
		associations: state.NewMap[association](h.State, "ec2.associations"),
		groups:       state.NewMap[securityGroup](h.State, "ec2.securityGroups"),
		rules:        state.NewMap[rule](h.State, "ec2.rules"),
		endpoints:    state.NewMap[endpoint](h.State, "ec2.endpoints"),
	}
}

// UsedBy lets another service, whose resources have network interfaces, say
// whether it uses a subnet or security group, which then cannot be deleted. Call
// it before the first request.
func (s *Service) UsedBy(uses func(id string) bool) { s.users = append(s.users, uses) }

// inUse asks the other services. It must be called without the lock, since they
// in turn ask about subnets.
func (s *Service) inUse(id string) bool {
	for _, uses := range s.users {
		if uses(id) {
			return true
		}
	}
	return false
}

// Subnet tells of a subnet which VPC and availability zone it is in.
func (s *Service) Subnet(id string) (vpcID, zone string, ok bool) {
	found, ok := s.subnets.Get(id)
	return found.VpcID, found.Zone, ok
}

// SecurityGroup tells of a security group which VPC it is in.
func (s *Service) SecurityGroup(id string) (vpcID string, ok bool) {
	found, ok := s.groups.Get(id)
	return found.VpcID, ok
}

// id makes up an id such as AWS does, "vpc-0a1b2c3d4e5f60718".
func (s *Service) id(prefix string) string { return prefix + "-0" + s.host.ID(host.Hex, 16) }

// zones are the region's availability zones.
func (s *Service) zones() []string {
	return []string{s.host.Region + "a", s.host.Region + "b", s.host.Region + "c"}
}

// Wire registers the operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name:      "ec2",
		Protocols: []wire.Protocol{wire.EC2Query},
		Version:   "2016-11-15",
		Namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
	}
	wire.Handle(w, s.DescribeVpcs)
	wire.Handle(w, s.DescribeSubnets)
	wire.Handle(w, s.DescribeRouteTables)
	wire.Handle(w, s.DescribeSecurityGroups)
	wire.Handle(w, s.DescribeSecurityGroupRules)
	wire.Handle(w, s.DescribeVpcEndpoints)
	wire.Handle(w, s.DescribeAvailabilityZones)
	wire.Handle(w, s.DescribePrefixLists)
	wire.Handle(w, s.DescribeTags)
	return w
}

// Resources are the CloudFormation types that EC2 owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{
		s.vpcType(), s.subnetType(), s.routeTableType(), s.associationType(),
		s.securityGroupType(), s.ruleType(false), s.ruleType(true), s.endpointType(),
	}
}
