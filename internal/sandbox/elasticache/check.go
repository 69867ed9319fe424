package elasticache

import (
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"
)

var nodeType = lazy.Regexp(`^cache\.[a-z0-9]+\.[a-z0-9]+$`)

// check refuses what ElastiCache refuses of a replication group.
func (s *Service) check(p groupProperties) error {
	if !nodeType().MatchString(value(p.CacheNodeType)) {
		return invalid("Invalid cache node type: %s", value(p.CacheNodeType))
	}
	if engine := or(p.Engine, "redis"); engine != "redis" && engine != "valkey" {
		return invalid("Invalid engine: %s", engine)
	}
	if or(p.NumNodeGroups, 1) != 1 {
		return invalid("Cluster mode with %d node groups is not available here: a group has one", *p.NumNodeGroups)
	}
	if n := p.nodes(); n < 1 || n > 6 {
		return invalid("Number of cache clusters must be between 1 and 6, got %d", n)
	}
	if isTrue(p.AutomaticFailoverEnabled) && p.nodes() < 2 {
		return combination("When using automatic failover, there must be at least 2 cache clusters in the replication group.")
	}
	if isTrue(p.MultiAZEnabled) && !isTrue(p.AutomaticFailoverEnabled) {
		return combination("Cannot enable Multi-AZ without automatic failover.")
	}
	if err := checkToken(p); err != nil {
		return err
	}
	return s.checkPlace(p)
}

// tokenSigns are the characters beside letters and digits that AUTH tokens may
// hold ("Authenticating with the AUTH command", ElastiCache User Guide).
const tokenSigns = "!&#$^<>-"

func checkToken(p groupProperties) error {
	if p.AuthToken == nil {
		return nil
	}
	if !isTrue(p.TransitEncryptionEnabled) {
		return combination("The AUTH token functionality is available only when encryption-in-transit is enabled.")
	}
	letter := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune(tokenSigns, r)
	}
	token := *p.AuthToken
	if len(token) < 16 || len(token) > 128 || strings.ContainsFunc(token, func(r rune) bool { return !letter(r) }) {
		return invalid("Invalid AuthToken provided.")
	}
	return nil
}

// checkPlace looks for what the group names: subnet, parameter and security groups.
func (s *Service) checkPlace(p groupProperties) error {
	vpcID := ""
	if p.CacheSubnetGroupName != nil {
		subnets, ok := s.subnetGroups.Get(strings.ToLower(*p.CacheSubnetGroupName))
		if !ok {
			return noSubnetGroup(*p.CacheSubnetGroupName)
		}
		vpcID = subnets.VPC
		if isTrue(p.MultiAZEnabled) && len(slices.Compact(slices.Sorted(slices.Values(subnets.Zones)))) < 2 {
			return invalid("Multi-AZ needs subnets in at least two availability zones; %s has them in one", subnets.Name)
		}
	}
	if p.CacheParameterGroupName != nil {
		if _, err := s.findParameterGroup(*p.CacheParameterGroupName); err != nil {
			return err
		}
	}
	for _, id := range p.SecurityGroupIds {
		if in, ok := s.network.SecurityGroup(id); !ok || vpcID != "" && in != vpcID {
			return invalid("Some security group id(s) cannot be found: [%s]", id)
		}
	}
	return nil
}

func noSubnetGroup(name string) error {
	return &types.CacheSubnetGroupNotFoundFault{Message: new("CacheSubnetGroup " + name + " not found.")}
}
