package ec2_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/ec2"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

const vpcProperties = `{"CidrBlock":"10.0.0.0/16","EnableDnsHostnames":true,"EnableDnsSupport":true,"InstanceTenancy":"default","Tags":[{"Key":"Name","Value":"keyvex"}]}`

// network makes what the Database stack makes: a VPC with two subnets in two zones.
func network(t *testing.T) (s *ec2.Service, stack *oracle.Stack, vpc string, subnets []string) {
	t.Helper()
	s = ec2.New(oracle.Host())
	stack = oracle.NewStack(t, s.Resources())
	vpc = stack.Create("AWS::EC2::VPC", "Vpc", vpcProperties).PhysicalID
	for i, zone := range []string{"us-east-1a", "us-east-1b"} {
		subnets = append(subnets, stack.Create("AWS::EC2::Subnet", "Subnet"+zone, fmt.Sprintf(
			`{"VpcId":%q,"CidrBlock":"10.0.%d.0/24","AvailabilityZone":%q,"MapPublicIpOnLaunch":false}`, vpc, i, zone)).PhysicalID)
	}
	return s, stack, vpc, subnets
}

func refused(t *testing.T, stack *oracle.Stack, typ, properties, want string) {
	t.Helper()
	if _, err := stack.Try(typ, "Refused", properties); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s %s: got %v, want %q", typ, properties, err, want)
	}
}

func TestSubnetsKeepToTheirVPC(t *testing.T) {
	_, stack, vpc, _ := network(t)
	for block, want := range map[string]string{
		"10.1.0.0/24":  "The CIDR '10.1.0.0/24' is invalid.",
		"10.0.0.0/15":  "The CIDR '10.0.0.0/15' is invalid.",
		"10.0.1.16/28": "The CIDR '10.0.1.16/28' conflicts with another subnet",
		"10.0.0.0":     "This is not a valid CIDR block.",
	} {
		refused(t, stack, "AWS::EC2::Subnet", fmt.Sprintf(`{"VpcId":%q,"CidrBlock":%q}`, vpc, block), want)
	}
	refused(t, stack, "AWS::EC2::Subnet", `{"VpcId":"vpc-0","CidrBlock":"10.0.9.0/24"}`, "The vpc ID 'vpc-0' does not exist")
	refused(t, stack, "AWS::EC2::Subnet", fmt.Sprintf(`{"VpcId":%q,"CidrBlock":"10.0.9.0/24","AvailabilityZone":"eu-west-1a"}`, vpc), "us-east-1a, us-east-1b, us-east-1c")
	refused(t, stack, "AWS::EC2::VPC", `{"CidrBlock":"10.0.0.0/8"}`, "The CIDR '10.0.0.0/8' is invalid.")
}

func TestWhatIsDependedOnCannotBeDeleted(t *testing.T) {
	s, stack, vpc, subnets := network(t)
	used := ""
	s.UsedBy(func(id string) bool { return id == used })
	table := stack.Create("AWS::EC2::RouteTable", "Table", fmt.Sprintf(`{"VpcId":%q}`, vpc)).PhysicalID
	binding := fmt.Sprintf(`{"RouteTableId":%q,"SubnetId":%q}`, table, subnets[0])
	association := stack.Create("AWS::EC2::SubnetRouteTableAssociation", "Association", binding).PhysicalID
	group := stack.Create("AWS::EC2::SecurityGroup", "Group", fmt.Sprintf(`{"GroupDescription":"d","VpcId":%q}`, vpc)).PhysicalID
	other := stack.Create("AWS::EC2::SecurityGroup", "Other", fmt.Sprintf(`{"GroupDescription":"d","VpcId":%q}`, vpc)).PhysicalID
	ingress := fmt.Sprintf(`{"GroupId":%q,"SourceSecurityGroupId":%q,"IpProtocol":"tcp","FromPort":6379,"ToPort":6379,"Description":"redis"}`, group, other)
	rule := stack.Create("AWS::EC2::SecurityGroupIngress", "Rule", ingress).PhysicalID
	refused(t, stack, "AWS::EC2::SecurityGroupIngress", ingress, "already exists")
	refused(t, stack, "AWS::EC2::SubnetRouteTableAssociation", binding, "conflicts with an existing association")

	depended := func(typ, id, want string) {
		t.Helper()
		if err := stack.TryDelete(typ, "X", id, `{}`); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("delete of %s: got %v, want %q", typ, err, want)
		}
	}
	depended("AWS::EC2::VPC", vpc, "The vpc '"+vpc+"' has dependencies and cannot be deleted.")
	depended("AWS::EC2::RouteTable", table, "The routeTable '"+table+"' has dependencies and cannot be deleted.")
	depended("AWS::EC2::SecurityGroup", other, "resource "+other+" has a dependent object")
	used = subnets[1]
	depended("AWS::EC2::Subnet", used, "The subnet '"+used+"' has dependencies and cannot be deleted.")
	used = ""

	stack.Delete("AWS::EC2::SecurityGroupIngress", "Rule", rule, ingress)
	stack.Delete("AWS::EC2::SecurityGroup", "Other", other, `{}`)
	stack.Delete("AWS::EC2::SecurityGroup", "Group", group, `{}`)
	stack.Delete("AWS::EC2::SubnetRouteTableAssociation", "Association", association, binding)
	stack.Delete("AWS::EC2::RouteTable", "Table", table, `{}`)
	for _, id := range subnets {
		stack.Delete("AWS::EC2::Subnet", "Subnet", id, `{}`)
	}
	stack.Delete("AWS::EC2::VPC", "Vpc", vpc, vpcProperties)
	tags, err := s.DescribeTags(t.Context(), &ec2.DescribeTagsInput{})
	if err != nil || len(tags.Tags) != 0 {
		t.Errorf("something was left behind: %+v %v", tags, err)
	}
}

func TestEndpointsNeedWhatAWSNeeds(t *testing.T) {
	_, stack, vpc, subnets := network(t)
	table := stack.Create("AWS::EC2::RouteTable", "Table", fmt.Sprintf(`{"VpcId":%q}`, vpc)).PhysicalID
	stack.Create("AWS::EC2::VPCEndpoint", "Gateway", fmt.Sprintf(
		`{"VpcId":%q,"ServiceName":"com.amazonaws.us-east-1.dynamodb","VpcEndpointType":"Gateway","RouteTableIds":[%q]}`, vpc, table))
	secrets := fmt.Sprintf(`"VpcId":%q,"ServiceName":"com.amazonaws.us-east-1.secretsmanager","VpcEndpointType":"Interface","PrivateDnsEnabled":true`, vpc)
	made := stack.Create("AWS::EC2::VPCEndpoint", "Secrets", fmt.Sprintf(`{%s,"SubnetIds":[%q]}`, secrets, subnets[0]))
	entries, _ := json.Marshal(made.Attributes["DnsEntries"])
	if !strings.Contains(string(entries), ":secretsmanager.us-east-1.amazonaws.com") || !strings.Contains(string(entries), made.PhysicalID+"-") {
		t.Errorf("DnsEntries are %s", entries)
	}
	if n := len(made.Attributes["NetworkInterfaceIds"].([]any)); n != 1 {
		t.Errorf("%d interfaces in one subnet", n)
	}
	refused(t, stack, "AWS::EC2::VPCEndpoint", "{"+secrets+"}", "conflicting DNS domain for secretsmanager.us-east-1.amazonaws.com")
	refused(t, stack, "AWS::EC2::VPCEndpoint", fmt.Sprintf(`{"VpcId":%q,"ServiceName":"com.amazonaws.us-east-1.sqs"}`, vpc), "The Vpc Endpoint Service 'com.amazonaws.us-east-1.sqs' does not exist")
	if err := stack.TryDelete("AWS::EC2::Subnet", "Subnet", subnets[0], `{}`); err == nil {
		t.Error("a subnet was deleted under an endpoint")
	}
	closed := stack.Create("AWS::EC2::VPC", "Closed", `{"CidrBlock":"10.9.0.0/16"}`).PhysicalID
	refused(t, stack, "AWS::EC2::VPCEndpoint", strings.Replace("{"+secrets+"}", vpc, closed, 1), "requires both enableDnsSupport and enableDnsHostnames")

	typ := stack.Type("AWS::EC2::VPCEndpoint")
	slow, fast := typ.TimesOf(map[string]any{"VpcEndpointType": "Interface"}), typ.TimesOf(map[string]any{})
	if slow.Create != 60e9 || fast.Create != 15e9 {
		t.Errorf("an interface takes %v, a gateway %v", slow.Create, fast.Create)
	}
}

func TestGroupsLetEverythingOutUnlessToldOtherwise(t *testing.T) {
	s, stack, vpc, _ := network(t)
	open := stack.Create("AWS::EC2::SecurityGroup", "Open", fmt.Sprintf(`{"GroupDescription":"d","VpcId":%q}`, vpc)).PhysicalID
	closed := `{"GroupDescription":"d","VpcId":"` + vpc + `","SecurityGroupEgress":[{"CidrIp":"255.255.255.255/32","Description":"Disallow all traffic","IpProtocol":"icmp","FromPort":252,"ToPort":86}]}`
	shut := stack.Create("AWS::EC2::SecurityGroup", "Shut", closed).PhysicalID
	out, err := s.DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{GroupIDs: []string{open, shut}})
	if err != nil || len(out.SecurityGroups) != 2 {
		t.Fatal(out, err)
	}
	for _, g := range out.SecurityGroups {
		want := map[string]string{open: "0.0.0.0/0", shut: "255.255.255.255/32"}[*g.GroupID]
		if len(g.IPPermissionsEgress) != 1 || *g.IPPermissionsEgress[0].IPRanges[0].CidrIP != want {
			t.Errorf("%s lets out %+v", *g.GroupID, g.IPPermissionsEgress)
		}
	}
	stack.Update("AWS::EC2::SecurityGroup", "Shut", shut, closed, strings.Replace(closed, "252", "8", 1))
}

func TestFiltersChoose(t *testing.T) {
	s, _, vpc, subnets := network(t)
	count := func(name string, values ...string) int {
		t.Helper()
		out, err := s.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{Filters: []ec2.Filter{{Name: &name, Values: values}}})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Subnets)
	}
	for _, c := range []struct {
		name, value string
		want        int
	}{
		{"vpc-id", vpc, 2}, {"vpc-id", "vpc-*", 2}, {"availability-zone", "us-east-1?", 2}, {"cidr-block", "10.0.*", 2}, {"cidr-block", "10.0.1.0/24", 1},
		{"subnet-id", subnets[0], 1}, {"tag:Name", "*", 0}, {"tag:aws:cloudformation:stack-name", "Keyvex-*-Stack", 2}, {"tag-key", "aws:*", 2}, {"vpc-id", "[a-z]*", 0},
	} {
		if got := count(c.name, c.value); got != c.want {
			t.Errorf("%s=%s finds %d subnets, want %d", c.name, c.value, got, c.want)
		}
	}
	_, err := s.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{Filters: []ec2.Filter{{Name: new("color"), Values: []string{"red"}}}})
	if oracle.Code(err) != "InvalidParameterValue" {
		t.Errorf("an unknown filter gives %v", err)
	}
}

func TestTheCLIUnderstandsAnswers(t *testing.T) {
	s, stack, vpc, subnets := network(t)
	stack.Create("AWS::EC2::VPCEndpoint", "Secrets", fmt.Sprintf(
		`{"VpcId":%q,"ServiceName":"com.amazonaws.us-east-1.secretsmanager","VpcEndpointType":"Interface","SubnetIds":[%q]}`, vpc, subnets[0]))
	for _, c := range []struct{ command, want string }{
		{"describe-vpcs --filters Name=tag:Name,Values=other,key*", `"CidrBlock":"10.0.0.0/16"`},
		{"describe-subnets --subnet-ids " + subnets[1], `"AvailabilityZoneId":"use1-az2"`},
		{"describe-route-tables --filters Name=association.main,Values=true", `"GatewayId":"local"`},
		{"describe-security-groups --group-names default", `"IpPermissions":[{"IpProtocol":"-1","IpRanges":[],"Ipv6Ranges":[],"PrefixListIds":[],"UserIdGroupPairs":[{"GroupId":"sg-`},
		{"describe-vpc-endpoints", `"ServiceName":"com.amazonaws.us-east-1.secretsmanager"`},
		{"describe-tags --filters Name=resource-type,Values=vpc Name=key,Values=Name", `"Value":"keyvex"`},
	} {
		out, err := oracle.AWS(t, s.Wire(), append([]string{"ec2"}, strings.Fields(c.command)...)...)
		text, _ := json.Marshal(out)
		if err != nil || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: %s %v", c.command, text, err)
		}
	}
	_, err := oracle.AWS(t, s.Wire(), "ec2", "describe-vpcs", "--vpc-ids", "vpc-nope")
	if err == nil || !strings.Contains(err.Error(), "(InvalidVpcID.NotFound) when calling the DescribeVpcs operation: The vpc ID 'vpc-nope' does not exist") {
		t.Errorf("an unknown vpc gives %v", err)
	}
}
