package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// network is where Redis lives: isolated subnets without a NAT gateway, which
// would be the largest avoidable cost. What is in it reaches DynamoDB, Secrets
// Manager and Redis, and nothing else.
type network struct {
	vpc              awsec2.Vpc
	subnets          []awsec2.ISubnet
	cache, functions awsec2.SecurityGroup
}

const (
	vpcRange     = "10.20.0.0/20"
	subnetPrefix = 24
	// zones is as many as a template finds that knows neither account nor region.
	zones = 2
)

func (s stack) network() network {
	vpc := awsec2.NewVpc(s.scope, jsii.String("Vpc"), &awsec2.VpcProps{
		VpcName:     jsii.String(s.env.VPCName()),
		IpAddresses: awsec2.IpAddresses_Cidr(jsii.String(vpcRange)),
		MaxAzs:      number(zones),
		NatGateways: number(0),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("isolated"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED, CidrMask: number(subnetPrefix)},
		},
		// Emptying the default group takes a custom resource with code of its own.
		RestrictDefaultSecurityGroup: jsii.Bool(false),
	})
	net := network{
		vpc: vpc, subnets: *vpc.IsolatedSubnets(),
		cache:     s.securityGroup(vpc, "RedisGroup", "Redis nodes"),
		functions: s.securityGroup(vpc, "FunctionGroup", "Functions that use Redis"),
	}
	s.rules(net)
	s.endpoints(net)
	s.publish(platform.SubnetIDs, awscdk.Fn_Join(jsii.String(","), net.subnetIDs()))
	s.publish(platform.FunctionSecurityGroup, net.functions.SecurityGroupId())
	return net
}

func (n network) subnetIDs() *[]*string {
	var ids []*string
	for _, subnet := range n.subnets {
		ids = append(ids, subnet.SubnetId())
	}
	return &ids
}

func (s stack) securityGroup(vpc awsec2.Vpc, id, description string) awsec2.SecurityGroup {
	return awsec2.NewSecurityGroup(s.scope, jsii.String(id), &awsec2.SecurityGroupProps{
		Vpc: vpc, Description: jsii.String(description), AllowAllOutbound: jsii.Bool(false),
	})
}

func (s stack) rules(net network) {
	redis := awsec2.Port_Tcp(number(platform.CachePort))
	net.cache.AddIngressRule(net.functions, redis, jsii.String("Redis from the functions"), nil)
	net.functions.AddEgressRule(net.cache, redis, jsii.String("Redis"), nil)
	// DynamoDB's prefix list has another id in every region; with neither gateway
	// nor NAT, this reaches the VPC endpoints alone.
	net.functions.AddEgressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_Tcp(number(443)), jsii.String("VPC endpoints"), nil)
}

// endpoints are the only ways out: each leads to the one table and the one secret.
func (s stack) endpoints(net network) {
	table := net.vpc.AddGatewayEndpoint(jsii.String("DynamoDbEndpoint"), &awsec2.GatewayVpcEndpointOptions{
		Service: awsec2.GatewayVpcEndpointAwsService_DYNAMODB(),
	})
	table.AddToPolicy(endpointStatement("dynamodb:*", s.tableAndIndexes()))

	group := s.securityGroup(net.vpc, "EndpointGroup", "Secrets Manager endpoint")
	group.AddIngressRule(net.functions, awsec2.Port_Tcp(number(443)), jsii.String("HTTPS from the functions"), nil)
	in := net.subnets[:s.tier.EndpointSubnets]
	secrets := net.vpc.AddInterfaceEndpoint(jsii.String("SecretsManagerEndpoint"), &awsec2.InterfaceVpcEndpointOptions{
		Service:        awsec2.InterfaceVpcEndpointAwsService_SECRETS_MANAGER(),
		Subnets:        &awsec2.SubnetSelection{Subnets: &in},
		SecurityGroups: &[]awsec2.ISecurityGroup{group},
		Open:           jsii.Bool(false),
	})
	secrets.AddToPolicy(endpointStatement("secretsmanager:GetSecretValue", []string{s.secretARN(platform.DatabaseSecret)}))
}

func endpointStatement(action string, resources []string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    &[]*string{jsii.String(action)},
		Resources:  stringList(resources...),
	})
}
