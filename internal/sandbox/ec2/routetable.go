package ec2

import (
	"context"
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type routeTableProperties struct {
	Tags  []resource.Tag
	VpcId string `cfn:"required"`
}

// routeTable decides where a subnet's traffic goes.
type routeTable struct {
	ID         string
	Properties routeTableProperties
	AllTags    map[string]string
	// Main is true of the one that came with the VPC.
	Main bool
}

// association binds a subnet to a route table.
type association struct {
	RouteTableId string `cfn:"required"`
	SubnetId     string `cfn:"required"`
}

func (s *Service) routeTableType() resource.Type {
	return resource.Typed(resource.Type{
		Name:       "AWS::EC2::RouteTable",
		CreateOnly: []string{"VpcId"},
		Attributes: []string{"RouteTableId"},
		Times:      resource.Times{Create: resource.Seconds(5), Update: resource.Seconds(5), Delete: resource.Seconds(5)},
	}, resource.Steps[routeTableProperties]{
		Create: func(_ context.Context, r resource.Request, p *routeTableProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if _, ok := s.vpcs.Get(p.VpcId); !ok {
				return resource.Result{}, vpcNoun.missing(p.VpcId)
			}
			return s.setTable(routeTable{ID: s.id("rtb")}, r, p), nil
		},
		Update: func(_ context.Context, r resource.Request, p *routeTableProperties) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			t, ok := s.tables.Get(r.PhysicalID)
			if !ok {
				return resource.Result{}, routeTableNoun.missing(r.PhysicalID)
			}
			return s.setTable(t, r, p), nil
		},
		Delete: s.deleteTable,
		Read: func(_ context.Context, id string) (*routeTableProperties, bool) {
			t, ok := s.tables.Get(id)
			return &t.Properties, ok
		},
	})
}

func (s *Service) setTable(t routeTable, r resource.Request, p *routeTableProperties) resource.Result {
	t.Properties, t.AllTags = *p, r.AllTags(p.Tags)
	s.tables.Set(t.ID, t)
	return resource.Result{PhysicalID: t.ID, Attributes: map[string]any{"RouteTableId": t.ID}}
}

func (s *Service) deleteTable(_ context.Context, r resource.Request, _ *routeTableProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.tables.Get(r.PhysicalID); !ok {
		return routeTableNoun.missing(r.PhysicalID)
	}
	for _, a := range s.associations.All() {
		if a.RouteTableId == r.PhysicalID {
			return dependencies("routeTable", r.PhysicalID)
		}
	}
	s.tables.Delete(r.PhysicalID)
	return nil
}

func (s *Service) associationType() resource.Type {
	return resource.Typed(resource.Type{
		Name:       "AWS::EC2::SubnetRouteTableAssociation",
		CreateOnly: []string{"SubnetId", "RouteTableId"},
		Attributes: []string{"Id"},
		Times:      resource.Times{Create: resource.Seconds(3), Delete: resource.Seconds(3)},
	}, resource.Steps[association]{
		Create: s.associate,
		Delete: func(_ context.Context, r resource.Request, _ *association) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if _, ok := s.associations.Get(r.PhysicalID); !ok {
				return associationNoun.missing(r.PhysicalID)
			}
			s.associations.Delete(r.PhysicalID)
			return nil
		},
		Read: func(_ context.Context, id string) (*association, bool) {
			a, ok := s.associations.Get(id)
			return &a, ok
		},
	})
}

func (s *Service) associate(_ context.Context, _ resource.Request, p *association) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.subnets.Get(p.SubnetId)
	if !ok {
		return resource.Result{}, subnetNoun.missing(p.SubnetId)
	}
	t, ok := s.tables.Get(p.RouteTableId)
	if !ok {
		return resource.Result{}, routeTableNoun.missing(p.RouteTableId)
	}
	if t.Properties.VpcId != n.VpcID {
		return resource.Result{}, fault("InvalidParameterValue", "route table %s and subnet %s belong to different networks", t.ID, n.ID)
	}
	for _, a := range s.associations.All() {
		if a.SubnetId == n.ID {
			return resource.Result{}, fault("Resource.AlreadyAssociated", "the specified association for route table %s conflicts with an existing association", t.ID)
		}
	}
	id := s.id("rtbassoc")
	s.associations.Set(id, *p)
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"Id": id}}, nil
}

// RouteTable is a route table as DescribeRouteTables shows it.
type RouteTable struct {
	RouteTableID *string                 `wire:"routeTableId"`
	VpcID        *string                 `wire:"vpcId"`
	OwnerID      *string                 `wire:"ownerId"`
	Associations []RouteTableAssociation `wire:"associationSet,item"`
	Routes       []Route                 `wire:"routeSet,item"`
	Tags         []Tag                   `wire:"tagSet,item"`
}

// RouteTableAssociation says which subnet uses a route table.
type RouteTableAssociation struct {
	RouteTableAssociationID *string           `wire:"routeTableAssociationId"`
	RouteTableID            *string           `wire:"routeTableId"`
	SubnetID                *string           `wire:"subnetId"`
	Main                    *bool             `wire:"main"`
	AssociationState        *AssociationState `wire:"associationState"`
}

// AssociationState is "associated".
type AssociationState struct {
	State *string `wire:"state"`
}

// Route is one route of a table.
type Route struct {
	DestinationCidrBlock    *string `wire:"destinationCidrBlock"`
	DestinationPrefixListID *string `wire:"destinationPrefixListId"`
	GatewayID               *string `wire:"gatewayId"`
	Origin                  *string `wire:"origin"`
	State                   *string `wire:"state"`
}

// DescribeRouteTablesInput asks for route tables.
type DescribeRouteTablesInput struct {
	RouteTableIDs []string `wire:"RouteTableId,item"`
	Filters       []Filter `wire:"Filter,Filter"`
	MaxResults    *int32   `wire:"MaxResults"`
	NextToken     *string  `wire:"NextToken"`
}

// DescribeRouteTablesOutput lists route tables.
type DescribeRouteTablesOutput struct {
	RouteTables []RouteTable `wire:"routeTableSet,item"`
	NextToken   *string      `wire:"nextToken"`
}

// DescribeRouteTables lists route tables.
func (s *Service) DescribeRouteTables(_ context.Context, in *DescribeRouteTablesInput) (*DescribeRouteTablesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []item[RouteTable]
	for id, t := range s.tables.All() {
		shown := s.showTable(t)
		f := factsOf(t.AllTags, map[string]string{"route-table-id": id, "vpc-id": t.Properties.VpcId, "owner-id": s.host.Account})
		for _, name := range []string{"association.subnet-id", "association.main", "association.route-table-association-id"} {
			f[name] = []string{}
		}
		for _, a := range shown.Associations {
			f["association.subnet-id"] = append(f["association.subnet-id"], value(a.SubnetID))
			f["association.route-table-association-id"] = append(f["association.route-table-association-id"], *a.RouteTableAssociationID)
			f["association.main"] = append(f["association.main"], map[bool]string{true: "true", false: "false"}[*a.Main])
		}
		all = append(all, item[RouteTable]{id, shown, f})
	}
	some, next, err := answer(query{in.RouteTableIDs, in.Filters, Paging{in.MaxResults, in.NextToken}, routeTableNoun.missing}, all)
	return &DescribeRouteTablesOutput{RouteTables: some, NextToken: next}, err
}

func (s *Service) showTable(t routeTable) RouteTable {
	v, _ := s.vpcs.Get(t.Properties.VpcId)
	shown := RouteTable{
		RouteTableID: &t.ID, VpcID: &v.ID, OwnerID: &s.host.Account, Tags: tagList(t.AllTags), Associations: []RouteTableAssociation{},
		Routes: []Route{{DestinationCidrBlock: new(v.cidr()), GatewayID: new("local"), Origin: new("CreateRouteTable"), State: new("active")}},
	}
	associated := &AssociationState{new("associated")}
	if t.Main {
		id := "rtbassoc-" + t.ID[len("rtb-"):]
		shown.Associations = append(shown.Associations, RouteTableAssociation{&id, &t.ID, nil, new(true), associated})
	}
	for id, a := range s.associations.All() {
		if a.RouteTableId == t.ID {
			shown.Associations = append(shown.Associations, RouteTableAssociation{&id, &t.ID, &a.SubnetId, new(false), associated})
		}
	}
	for id, e := range s.endpoints.All() {
		if slices.Contains(e.Properties.RouteTableIds, t.ID) {
			shown.Routes = append(shown.Routes, Route{
				DestinationPrefixListID: new(prefixListID(e.Properties.ServiceName)), GatewayID: &id, Origin: new("CreateRoute"), State: new("active"),
			})
		}
	}
	return shown
}
