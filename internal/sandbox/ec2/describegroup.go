package ec2

import "context"

// SecurityGroup is a security group as DescribeSecurityGroups shows it.
type SecurityGroup struct {
	GroupID             *string        `wire:"groupId"`
	GroupName           *string        `wire:"groupName"`
	Description         *string        `wire:"groupDescription"`
	VpcID               *string        `wire:"vpcId"`
	OwnerID             *string        `wire:"ownerId"`
	SecurityGroupArn    *string        `wire:"securityGroupArn"`
	IPPermissions       []IPPermission `wire:"ipPermissions,item"`
	IPPermissionsEgress []IPPermission `wire:"ipPermissionsEgress,item"`
	Tags                []Tag          `wire:"tagSet,item"`
}

// IPPermission is all rules with the same protocol and ports.
type IPPermission struct {
	IPProtocol       *string           `wire:"ipProtocol"`
	FromPort         *int32            `wire:"fromPort"`
	ToPort           *int32            `wire:"toPort"`
	UserIDGroupPairs []UserIDGroupPair `wire:"groups,item"`
	IPRanges         []IPRange         `wire:"ipRanges,item"`
	IPv6Ranges       []IPv6Range       `wire:"ipv6Ranges,item"`
	PrefixListIDs    []PrefixListID    `wire:"prefixListIds,item"`
}

// UserIDGroupPair is a peer that is a security group.
type UserIDGroupPair struct {
	UserID      *string `wire:"userId"`
	GroupID     *string `wire:"groupId"`
	Description *string `wire:"description"`
}

// IPRange is a peer that is a block of IPv4 addresses.
type IPRange struct {
	CidrIP      *string `wire:"cidrIp"`
	Description *string `wire:"description"`
}

// IPv6Range is a peer that is a block of IPv6 addresses.
type IPv6Range struct {
	CidrIPv6    *string `wire:"cidrIpv6"`
	Description *string `wire:"description"`
}

// PrefixListID is a peer that is a prefix list.
type PrefixListID struct {
	PrefixListID *string `wire:"prefixListId"`
	Description  *string `wire:"description"`
}

// DescribeSecurityGroupsInput asks for security groups.
type DescribeSecurityGroupsInput struct {
	GroupIDs   []string `wire:"GroupId,groupId"`
	GroupNames []string `wire:"GroupName,GroupName"`
	Filters    []Filter `wire:"Filter,Filter"`
	MaxResults *int32   `wire:"MaxResults"`
	NextToken  *string  `wire:"NextToken"`
}

// DescribeSecurityGroupsOutput lists security groups.
type DescribeSecurityGroupsOutput struct {
	SecurityGroups []SecurityGroup `wire:"securityGroupInfo,item"`
	NextToken      *string         `wire:"nextToken"`
}

// DescribeSecurityGroups lists security groups.
func (s *Service) DescribeSecurityGroups(_ context.Context, in *DescribeSecurityGroupsInput) (*DescribeSecurityGroupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []item[SecurityGroup]
	for id, g := range s.groups.All() {
		all = append(all, item[SecurityGroup]{id, s.showGroup(g), factsOf(g.AllTags, map[string]string{
			"group-id": id, "group-name": g.Name, "vpc-id": g.VpcID, "description": g.Properties.GroupDescription, "owner-id": s.host.Account,
		})})
	}
	filters := in.Filters
	if len(in.GroupNames) > 0 {
		filters = append([]Filter{{new("group-name"), in.GroupNames}}, filters...)
	}
	some, next, err := answer(query{in.GroupIDs, filters, Paging{in.MaxResults, in.NextToken}, groupNoun.missing}, all)
	return &DescribeSecurityGroupsOutput{SecurityGroups: some, NextToken: next}, err
}

func (s *Service) showGroup(g securityGroup) SecurityGroup {
	return SecurityGroup{
		GroupID: &g.ID, GroupName: &g.Name, Description: &g.Properties.GroupDescription, VpcID: &g.VpcID, OwnerID: &s.host.Account,
		SecurityGroupArn: new(s.host.ARN("ec2", "security-group/"+g.ID)),
		IPPermissions:    s.permissions(g.ID, false), IPPermissionsEgress: s.permissions(g.ID, true), Tags: tagList(g.AllTags),
	}
}

// permissions gathers a group's rules by protocol and ports.
func (s *Service) permissions(group string, egress bool) []IPPermission {
	out := []IPPermission{}
	for _, r := range s.rules.All() {
		if r.GroupID != group || r.Egress != egress {
			continue
		}
		at := -1
		for i, p := range out {
			if *p.IPProtocol == r.Rule.IpProtocol && same(p.FromPort, r.Rule.FromPort) && same(p.ToPort, r.Rule.ToPort) {
				at = i
			}
		}
		if at < 0 {
			at = len(out)
			out = append(out, IPPermission{
				IPProtocol: &r.Rule.IpProtocol, FromPort: r.Rule.FromPort, ToPort: r.Rule.ToPort,
				UserIDGroupPairs: []UserIDGroupPair{}, IPRanges: []IPRange{}, IPv6Ranges: []IPv6Range{}, PrefixListIDs: []PrefixListID{},
			})
		}
		s.addPeer(&out[at], r)
	}
	return out
}

func (s *Service) addPeer(p *IPPermission, r rule) {
	about := r.Rule.Description
	switch {
	case r.Rule.CidrIp != nil:
		p.IPRanges = append(p.IPRanges, IPRange{r.Rule.CidrIp, about})
	case r.Rule.CidrIpv6 != nil:
		p.IPv6Ranges = append(p.IPv6Ranges, IPv6Range{r.Rule.CidrIpv6, about})
	case r.Rule.group(r.Egress) != nil:
		p.UserIDGroupPairs = append(p.UserIDGroupPairs, UserIDGroupPair{&s.host.Account, r.Rule.group(r.Egress), about})
	default:
		p.PrefixListIDs = append(p.PrefixListIDs, PrefixListID{r.Rule.prefixList(r.Egress), about})
	}
}

func same(a, b *int32) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// SecurityGroupRule is one rule as DescribeSecurityGroupRules shows it.
type SecurityGroupRule struct {
	SecurityGroupRuleID *string                  `wire:"securityGroupRuleId"`
	GroupID             *string                  `wire:"groupId"`
	GroupOwnerID        *string                  `wire:"groupOwnerId"`
	IsEgress            *bool                    `wire:"isEgress"`
	IPProtocol          *string                  `wire:"ipProtocol"`
	FromPort            *int32                   `wire:"fromPort"`
	ToPort              *int32                   `wire:"toPort"`
	CidrIPv4            *string                  `wire:"cidrIpv4"`
	CidrIPv6            *string                  `wire:"cidrIpv6"`
	PrefixListID        *string                  `wire:"prefixListId"`
	ReferencedGroupInfo *ReferencedSecurityGroup `wire:"referencedGroupInfo"`
	Description         *string                  `wire:"description"`
	Tags                []Tag                    `wire:"tagSet,item"`
}

// ReferencedSecurityGroup is a peer that is a security group.
type ReferencedSecurityGroup struct {
	GroupID *string `wire:"groupId"`
	UserID  *string `wire:"userId"`
}

// DescribeSecurityGroupRulesInput asks for rules.
type DescribeSecurityGroupRulesInput struct {
	SecurityGroupRuleIDs []string `wire:"SecurityGroupRuleId,item"`
	Filters              []Filter `wire:"Filter,Filter"`
	MaxResults           *int32   `wire:"MaxResults"`
	NextToken            *string  `wire:"NextToken"`
}

// DescribeSecurityGroupRulesOutput lists rules.
type DescribeSecurityGroupRulesOutput struct {
	SecurityGroupRules []SecurityGroupRule `wire:"securityGroupRuleSet,item"`
	NextToken          *string             `wire:"nextToken"`
}

// DescribeSecurityGroupRules lists the rules of security groups.
func (s *Service) DescribeSecurityGroupRules(_ context.Context, in *DescribeSecurityGroupRulesInput) (*DescribeSecurityGroupRulesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []item[SecurityGroupRule]
	for id, r := range s.rules.All() {
		all = append(all, item[SecurityGroupRule]{id, s.showRule(r), factsOf(nil, map[string]string{"security-group-rule-id": id, "group-id": r.GroupID})})
	}
	some, next, err := answer(query{in.SecurityGroupRuleIDs, in.Filters, Paging{in.MaxResults, in.NextToken}, groupRuleNoun.missing}, all)
	return &DescribeSecurityGroupRulesOutput{SecurityGroupRules: some, NextToken: next}, err
}

func (s *Service) showRule(r rule) SecurityGroupRule {
	shown := SecurityGroupRule{
		SecurityGroupRuleID: &r.ID, GroupID: &r.GroupID, GroupOwnerID: &s.host.Account, IsEgress: &r.Egress, IPProtocol: &r.Rule.IpProtocol,
		FromPort: portOf(r.Rule.FromPort), ToPort: portOf(r.Rule.ToPort), CidrIPv4: r.Rule.CidrIp, CidrIPv6: r.Rule.CidrIpv6,
		PrefixListID: r.Rule.prefixList(r.Egress), Description: r.Rule.Description, Tags: []Tag{},
	}
	if group := r.Rule.group(r.Egress); group != nil {
		shown.ReferencedGroupInfo = &ReferencedSecurityGroup{group, &s.host.Account}
	}
	return shown
}

// portOf is a rule's port, -1 for all.
func portOf(port *int32) *int32 {
	if port == nil {
		return new(int32(-1))
	}
	return port
}
