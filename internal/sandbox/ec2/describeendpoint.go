package ec2

import (
	"context"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// VpcEndpoint is an endpoint as DescribeVpcEndpoints shows it.
type VpcEndpoint struct {
	VpcEndpointID       *string                   `wire:"vpcEndpointId"`
	VpcEndpointType     *string                   `wire:"vpcEndpointType"`
	VpcID               *string                   `wire:"vpcId"`
	ServiceName         *string                   `wire:"serviceName"`
	State               *string                   `wire:"state"`
	PolicyDocument      *string                   `wire:"policyDocument"`
	RouteTableIDs       []string                  `wire:"routeTableIdSet,item"`
	SubnetIDs           []string                  `wire:"subnetIdSet,item"`
	Groups              []SecurityGroupIdentifier `wire:"groupSet,item"`
	PrivateDNSEnabled   *bool                     `wire:"privateDnsEnabled"`
	RequesterManaged    *bool                     `wire:"requesterManaged"`
	NetworkInterfaceIDs []string                  `wire:"networkInterfaceIdSet,item"`
	DNSEntries          []DNSEntry                `wire:"dnsEntrySet,item"`
	CreationTimestamp   *time.Time                `wire:"creationTimestamp"`
	Tags                []Tag                     `wire:"tagSet,item"`
	OwnerID             *string                   `wire:"ownerId"`
}

// SecurityGroupIdentifier is a group that an interface wears.
type SecurityGroupIdentifier struct {
	GroupID   *string `wire:"groupId"`
	GroupName *string `wire:"groupName"`
}

// DNSEntry is a name of an endpoint.
type DNSEntry struct {
	DNSName      *string `wire:"dnsName"`
	HostedZoneID *string `wire:"hostedZoneId"`
}

// DescribeVpcEndpointsInput asks for endpoints.
type DescribeVpcEndpointsInput struct {
	VpcEndpointIDs []string `wire:"VpcEndpointId,item"`
	Filters        []Filter `wire:"Filter,Filter"`
	MaxResults     *int32   `wire:"MaxResults"`
	NextToken      *string  `wire:"NextToken"`
}

// DescribeVpcEndpointsOutput lists endpoints.
type DescribeVpcEndpointsOutput struct {
	VpcEndpoints []VpcEndpoint `wire:"vpcEndpointSet,item"`
	NextToken    *string       `wire:"nextToken"`
}

// DescribeVpcEndpoints lists endpoints.
func (s *Service) DescribeVpcEndpoints(_ context.Context, in *DescribeVpcEndpointsInput) (*DescribeVpcEndpointsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []item[VpcEndpoint]
	for id, e := range s.endpoints.All() {
		all = append(all, item[VpcEndpoint]{id, s.showEndpoint(e), factsOf(e.AllTags, map[string]string{
			"vpc-endpoint-id": id, "vpc-id": e.Properties.VpcId, "service-name": e.Properties.ServiceName,
			"vpc-endpoint-type": e.Kind, "vpc-endpoint-state": "available",
		})})
	}
	some, next, err := answer(query{in.VpcEndpointIDs, in.Filters, Paging{in.MaxResults, in.NextToken}, endpointNoun.missing}, all)
	return &DescribeVpcEndpointsOutput{VpcEndpoints: some, NextToken: next}, err
}

// openPolicy is what an endpoint has unless another is given.
const openPolicy = `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`

func (s *Service) showEndpoint(e endpoint) VpcEndpoint {
	policy := openPolicy
	if e.Properties.PolicyDocument != nil {
		policy = resource.Document(e.Properties.PolicyDocument)
	}
	shown := VpcEndpoint{
		VpcEndpointID: &e.ID, VpcEndpointType: &e.Kind, VpcID: &e.Properties.VpcId, ServiceName: &e.Properties.ServiceName,
		State: new("available"), PolicyDocument: &policy, OwnerID: &s.host.Account, CreationTimestamp: &e.Created,
		RouteTableIDs: listed(e.Properties.RouteTableIds), SubnetIDs: listed(e.Properties.SubnetIds), NetworkInterfaceIDs: listed(e.Interfaces),
		Groups: []SecurityGroupIdentifier{}, DNSEntries: []DNSEntry{}, PrivateDNSEnabled: new(e.privateDNS()), RequesterManaged: new(false),
		Tags: tagList(e.AllTags),
	}
	for _, id := range s.groupsOf(e) {
		g, _ := s.groups.Get(id)
		shown.Groups = append(shown.Groups, SecurityGroupIdentifier{&id, &g.Name})
	}
	for _, name := range e.DNS {
		shown.DNSEntries = append(shown.DNSEntries, DNSEntry{&name, new(hostedZone)})
	}
	return shown
}

// listed is never nil: EC2 shows empty sets.
func listed(ids []string) []string { return append([]string{}, ids...) }

// PrefixList is the address blocks of a service that has gateway endpoints.
type PrefixList struct {
	PrefixListID   *string  `wire:"prefixListId"`
	PrefixListName *string  `wire:"prefixListName"`
	Cidrs          []string `wire:"cidrSet,item"`
}

// DescribePrefixListsInput asks for prefix lists.
type DescribePrefixListsInput struct {
	PrefixListIDs []string `wire:"PrefixListId,item"`
	Filters       []Filter `wire:"Filter,Filter"`
	MaxResults    *int32   `wire:"MaxResults"`
	NextToken     *string  `wire:"NextToken"`
}

// DescribePrefixListsOutput lists prefix lists.
type DescribePrefixListsOutput struct {
	PrefixLists []PrefixList `wire:"prefixListSet,item"`
	NextToken   *string      `wire:"nextToken"`
}

// DescribePrefixLists lists the prefix lists of the gateway services. Their blocks
// are from the ranges set aside for documentation (RFC 5737).
func (s *Service) DescribePrefixLists(_ context.Context, in *DescribePrefixListsInput) (*DescribePrefixListsOutput, error) {
	var all []item[PrefixList]
	for _, service := range gatewayServices {
		name := "com.amazonaws." + s.host.Region + "." + service
		id := prefixListID(name)
		all = append(all, item[PrefixList]{id, PrefixList{&id, &name, []string{"198.51.100.0/24"}},
			factsOf(nil, map[string]string{"prefix-list-id": id, "prefix-list-name": name})})
	}
	some, next, err := answer(query{in.PrefixListIDs, in.Filters, Paging{in.MaxResults, in.NextToken}, prefixListNoun.missing}, all)
	return &DescribePrefixListsOutput{PrefixLists: some, NextToken: next}, err
}

// prefixListID is fixed for a region and service, as AWS's are.
func prefixListID(service string) string {
	sum := fnv.New32a()
	sum.Write([]byte(service))
	return "pl-" + strconv.FormatUint(uint64(sum.Sum32())|1<<31, 16)
}
