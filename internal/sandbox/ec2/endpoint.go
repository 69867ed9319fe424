package ec2

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type endpointProperties struct {
	IpAddressType     *string
	PolicyDocument    any
	PrivateDnsEnabled *bool
	RouteTableIds     []string
	SecurityGroupIds  []string
	ServiceName       string `cfn:"required"`
	SubnetIds         []string
	Tags              []resource.Tag
	VpcEndpointType   *string
	VpcId             string `cfn:"required"`
}

// endpoint lets a VPC reach an AWS service: by a route (Gateway) or by interfaces
// in subnets (Interface).
type endpoint struct {
	ID, Kind   string
	Created    time.Time
	Properties endpointProperties
	AllTags    map[string]string
	Interfaces []string
	// DNS are the endpoint's own names, the private one last.
	DNS []string
}

const (
	gateway   = "Gateway"
	privately = "Interface"
)

// hostedZone is the zone that AWS keeps the endpoints' names in, per region.
const hostedZone = "Z7HUB22UULQXV"

func (e endpoint) result() resource.Result {
	entries, interfaces := []any{}, []any{}
	for _, name := range e.DNS {
		entries = append(entries, hostedZone+":"+name)
	}
	for _, id := range e.Interfaces {
		interfaces = append(interfaces, id)
	}
	return resource.Result{PhysicalID: e.ID, Attributes: map[string]any{
		"Id": e.ID, "CreationTimestamp": e.Created.Format(time.RFC3339), "DnsEntries": entries, "NetworkInterfaceIds": interfaces,
	}}
}

func (s *Service) endpointType() resource.Type {
	return resource.Typed(resource.Type{
		Name:       "AWS::EC2::VPCEndpoint",
		CreateOnly: []string{"ServiceName", "VpcEndpointType", "VpcId"},
		Attributes: []string{"Id", "CreationTimestamp", "DnsEntries", "NetworkInterfaceIds"},
		Times:      resource.Times{Create: resource.Seconds(60), Update: resource.Seconds(60), Delete: resource.Seconds(60)},
		TimesOf: func(properties map[string]any) resource.Times {
			if properties["VpcEndpointType"] == privately {
				return resource.Times{Create: resource.Seconds(60), Update: resource.Seconds(60), Delete: resource.Seconds(60)}
			}
			return resource.Times{Create: resource.Seconds(15), Update: resource.Seconds(15), Delete: resource.Seconds(15)}
		},
	}, resource.Steps[endpointProperties]{
		Create: s.createEndpoint,
		Update: s.updateEndpoint,
		Delete: func(_ context.Context, r resource.Request, _ *endpointProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.endpoints.Delete(r.PhysicalID)
			return nil
		},
		Read: func(_ context.Context, id string) (*endpointProperties, bool) {
			e, ok := s.endpoints.Get(id)
			e.Properties.VpcEndpointType = &e.Kind
			return &e.Properties, ok
		},
	})
}

func (s *Service) createEndpoint(_ context.Context, r resource.Request, p *endpointProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := endpoint{ID: s.id("vpce"), Kind: gateway, Created: s.host.Clock.Now().UTC(), Properties: *p, AllTags: r.AllTags(p.Tags)}
	if p.VpcEndpointType != nil {
		e.Kind = *p.VpcEndpointType
	}
	if err := s.checkEndpoint(e); err != nil {
		return resource.Result{}, err
	}
	e = s.connected(e)
	s.endpoints.Set(e.ID, e)
	return e.result(), nil
}

func (s *Service) updateEndpoint(_ context.Context, r resource.Request, p *endpointProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.endpoints.Get(r.PhysicalID)
	if !ok {
		return resource.Result{}, endpointNoun.missing(r.PhysicalID)
	}
	e.Properties, e.AllTags = *p, r.AllTags(p.Tags)
	if err := s.checkEndpoint(e); err != nil {
		return resource.Result{}, err
	}
	e = s.connected(e)
	s.endpoints.Set(e.ID, e)
	return e.result(), nil
}

// connected gives an interface endpoint an interface in each subnet, and names.
func (s *Service) connected(e endpoint) endpoint {
	if e.Kind != privately {
		return e
	}
	for len(e.Interfaces) < len(e.Properties.SubnetIds) {
		e.Interfaces = append(slices.Clone(e.Interfaces), s.id("eni"))
	}
	e.Interfaces = e.Interfaces[:len(e.Properties.SubnetIds)]
	short := serviceOf(e.Properties.ServiceName)
	if len(e.DNS) == 0 {
		e.DNS = []string{e.ID + "-" + s.host.ID(host.LowerID, 8) + "." + short + "." + s.host.Region + ".vpce.amazonaws.com"}
	}
	e.DNS = e.DNS[:1:1]
	if e.privateDNS() {
		e.DNS = append(e.DNS, short+"."+s.host.Region+".amazonaws.com")
	}
	return e
}

func (e endpoint) privateDNS() bool { return isTrue(e.Properties.PrivateDnsEnabled) }

// serviceOf is the last part of a service's name, "secretsmanager".
func serviceOf(name string) string { return name[strings.LastIndex(name, ".")+1:] }

// gatewayServices are the only two that have gateway endpoints.
var gatewayServices = []string{"s3", "dynamodb"}

func (s *Service) checkEndpoint(e endpoint) error {
	p := e.Properties
	v, ok := s.vpcs.Get(p.VpcId)
	if !ok {
		return vpcNoun.missing(p.VpcId)
	}
	short, ok := strings.CutPrefix(p.ServiceName, "com.amazonaws."+s.host.Region+".")
	if !ok || short == "" || e.Kind == gateway && !slices.Contains(gatewayServices, short) {
		return fault("InvalidServiceName", "The Vpc Endpoint Service '%s' does not exist", p.ServiceName)
	}
	if e.Kind == gateway {
		return s.checkGateway(p)
	}
	if e.privateDNS() {
		if err := s.checkPrivateDNS(e, v); err != nil {
			return err
		}
	}
	return s.checkInterfaces(p)
}

func (s *Service) checkGateway(p endpointProperties) error {
	for _, id := range p.RouteTableIds {
		if t, ok := s.tables.Get(id); !ok || t.Properties.VpcId != p.VpcId {
			return fault("InvalidRouteTableId.NotFound", "The routeTable ID '%s' does not exist", id)
		}
	}
	if len(p.SubnetIds)+len(p.SecurityGroupIds) > 0 {
		return fault("InvalidParameter", "Subnets and security groups are not supported for VPC endpoints of type Gateway")
	}
	return nil
}

func (s *Service) checkPrivateDNS(e endpoint, v vpc) error {
	if !v.dnsSupport() || !v.dnsHostnames() {
		return fault("InvalidParameter", "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for %s", v.ID)
	}
	for id, other := range s.endpoints.All() {
		if id != e.ID && other.Properties.VpcId == v.ID && other.Properties.ServiceName == e.Properties.ServiceName && other.privateDNS() {
			return fault("InvalidParameter", "private-dns-enabled cannot be set because there is already a conflicting DNS domain for %s.%s.amazonaws.com in the VPC %s",
				serviceOf(e.Properties.ServiceName), s.host.Region, v.ID)
		}
	}
	return nil
}

func (s *Service) checkInterfaces(p endpointProperties) error {
	zones := map[string]bool{}
	for _, id := range p.SubnetIds {
		n, ok := s.subnets.Get(id)
		if !ok || n.VpcID != p.VpcId {
			return subnetNoun.missing(id)
		}
		if zones[n.Zone] {
			return fault("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone of %s. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.", id)
		}
		zones[n.Zone] = true
	}
	for _, id := range p.SecurityGroupIds {
		if g, ok := s.groups.Get(id); !ok || g.VpcID != p.VpcId {
			return groupNoun.missing(id)
		}
	}
	return nil
}

// groupsOf are the groups that an interface endpoint wears: the VPC's default one
// unless others were named.
func (s *Service) groupsOf(e endpoint) []string {
	if e.Kind != privately || len(e.Properties.SecurityGroupIds) > 0 {
		return e.Properties.SecurityGroupIds
	}
	v, _ := s.vpcs.Get(e.Properties.VpcId)
	return []string{v.DefaultGroup}
}
