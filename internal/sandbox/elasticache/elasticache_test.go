package elasticache_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"

	"github.com/keyvex/keyvex/internal/sandbox/authority"
	service "github.com/keyvex/keyvex/internal/sandbox/elasticache"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// network has two subnets in two zones, a third in another VPC, and one group.
type network struct{}

func (network) Subnet(id string) (vpcID, zone string, ok bool) {
	zones := map[string][2]string{"subnet-a": {"vpc-1", "us-east-1a"}, "subnet-b": {"vpc-1", "us-east-1b"}, "subnet-x": {"vpc-2", "us-east-1a"}}
	found, ok := zones[id]
	return found[0], found[1], ok
}

func (network) SecurityGroup(id string) (vpcID string, ok bool) { return "vpc-1", id == "sg-1" }

const token = "0123456789abcdef0123"

const production = `{"ReplicationGroupId":"keyvex-redis","ReplicationGroupDescription":"cache","Engine":"redis","EngineVersion":"7.1",
	"CacheNodeType":"cache.r6g.large","NumCacheClusters":2,"AutomaticFailoverEnabled":true,"MultiAZEnabled":true,"Port":6379,
	"AtRestEncryptionEnabled":true,"TransitEncryptionEnabled":true,"TransitEncryptionMode":"required","AuthToken":"` + token + `",
	"CacheSubnetGroupName":"subnets","SecurityGroupIds":["sg-1"],"SnapshotRetentionLimit":7,"AutoMinorVersionUpgrade":true}`

// serve opens the service with an authority of its own.
func serve(t *testing.T, h *host.Host) *service.Service {
	t.Helper()
	signer, err := authority.Open("", h.Clock)
	if err != nil {
		t.Fatal(err)
	}
	s := service.New(h, network{}, signer)
	t.Cleanup(s.Close)
	return s
}

func deployed(t *testing.T) (*host.Host, *service.Service, *oracle.Stack, resource.Result) {
	t.Helper()
	h := oracle.Host()
	s := serve(t, h)
	stack := oracle.NewStack(t, s.Resources())
	stack.Create("AWS::ElastiCache::SubnetGroup", "Subnets", `{"CacheSubnetGroupName":"subnets","Description":"d","SubnetIds":["subnet-a","subnet-b"]}`)
	return h, s, stack, stack.Create("AWS::ElastiCache::ReplicationGroup", "Redis", production)
}

func TestAddressesLookLikeAWSs(t *testing.T) {
	_, _, stack, made := deployed(t)
	address, _ := made.Attributes["PrimaryEndPoint.Address"].(string)
	if made.PhysicalID != "keyvex-redis" || !strings.HasPrefix(address, "master.keyvex-redis.") || !strings.HasSuffix(address, ".use1.cache.amazonaws.com") || len(strings.Split(address, ".")[2]) != 6 {
		t.Errorf("became %+v", made)
	}
	if made.Attributes["PrimaryEndPoint.Port"] != "6379" || made.Attributes["ReaderEndPoint.Address"] != strings.Replace(address, "master", "replica", 1) {
		t.Errorf("attributes are %v", made.Attributes)
	}
	if got, want := slices.Sorted(maps.Keys(made.Attributes)), slices.Sorted(slices.Values(stack.Type("AWS::ElastiCache::ReplicationGroup").Attributes)); !slices.Equal(got, want) {
		t.Errorf("attributes %v, declared %v", got, want)
	}
}

func TestTokensRotateAndAreNeverKept(t *testing.T) {
	_, s, stack, _ := deployed(t)
	next := strings.Repeat("n", 16)
	good := func(want ...bool) {
		t.Helper()
		for i, candidate := range []string{token, next, "wrong"} {
			if got := s.Authenticates("keyvex-redis", candidate); got != want[i] {
				t.Errorf("token %d is good: %v, want %v", i, got, want[i])
			}
		}
	}
	good(true, false, false)
	rotate := &elasticache.ModifyReplicationGroupInput{ReplicationGroupId: new("keyvex-redis"), AuthToken: &next, AuthTokenUpdateStrategy: "ROTATE"}
	if _, err := s.ModifyReplicationGroup(t.Context(), rotate); err != nil {
		t.Fatal(err)
	}
	good(true, true, false)
	stack.Update("AWS::ElastiCache::ReplicationGroup", "Redis", "keyvex-redis", production, strings.Replace(production, `"cache"`, `"other"`, 1))
	good(true, true, false) // an update that leaves the template's token alone leaves the tokens alone
	rotate.AuthTokenUpdateStrategy = "SET"
	if _, err := s.ModifyReplicationGroup(t.Context(), rotate); err != nil {
		t.Fatal(err)
	}
	good(false, true, false)
	live, _, err := stack.Type("AWS::ElastiCache::ReplicationGroup").Read(t.Context(), "keyvex-redis")
	text, _ := json.Marshal(live)
	if err != nil || strings.Contains(string(text), next) || strings.Contains(string(text), token) {
		t.Errorf("a token is kept: %s %v", text, err)
	}
}

func TestRefusedGroups(t *testing.T) {
	_, _, stack, _ := deployed(t)
	for change, want := range map[string]string{
		`"NumCacheClusters":2|"NumCacheClusters":1`:                        "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
		`"AutomaticFailoverEnabled":true|"AutomaticFailoverEnabled":false`: "Cannot enable Multi-AZ without automatic failover.",
		`"TransitEncryptionEnabled":true|"TransitEncryptionEnabled":false`: "The AUTH token functionality is available only when encryption-in-transit is enabled.",
		token + `|short`:                       "Invalid AuthToken provided.",
		token + `|` + strings.Repeat("x", 129): "Invalid AuthToken provided.",
		token + `|0123456789abcdef@/`:          "Invalid AuthToken provided.",
		`cache.r6g.large|r6g.large`:            "Invalid cache node type: r6g.large",
		`"subnets"|"nope"`:                     "CacheSubnetGroup nope not found.",
		`sg-1|sg-2`:                            "Some security group id(s) cannot be found: [sg-2]",
		`keyvex-redis|keyvex--redis`:           "The parameter ReplicationGroupIdentifier is not a valid identifier.",
		`"Port"|"Prt"`:                         "#: extraneous key [Prt] is not permitted",
		`x|x`:                                  "Replication group already exists with same id.",
	} {
		from, to, _ := strings.Cut(change, "|")
		properties := strings.Replace(production, from, to, 1)
		if from != "keyvex-redis" && from != "x" {
			properties = strings.Replace(properties, `"keyvex-redis"`, `"other"`, 1)
		}
		if _, err := stack.Try("AWS::ElastiCache::ReplicationGroup", "Other", properties); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", change, err, want)
		}
	}
	for subnets, want := range map[string]string{`["subnet-a","subnet-x"]`: "different VPCs", `["nope"]`: "are invalid", `[]`: "must be provided"} {
		_, err := stack.Try("AWS::ElastiCache::SubnetGroup", "S", fmt.Sprintf(`{"Description":"d","SubnetIds":%s}`, subnets))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("subnets %s: got %v", subnets, err)
		}
	}
}

func TestGroupsInUseStay(t *testing.T) {
	_, s, stack, _ := deployed(t)
	for id, want := range map[string]bool{"subnet-a": true, "sg-1": true, "subnet-x": false} {
		if s.UsesNetwork(id) != want {
			t.Errorf("UsesNetwork(%s) is %v", id, !want)
		}
	}
	if err := stack.TryDelete("AWS::ElastiCache::SubnetGroup", "Subnets", "subnets", `{}`); err == nil {
		t.Error("a subnet group was deleted under its replication group")
	}
	stack.Delete("AWS::ElastiCache::ReplicationGroup", "Redis", "keyvex-redis", production)
	stack.Delete("AWS::ElastiCache::SubnetGroup", "Subnets", "subnets", `{}`)
	parameters := `{"CacheParameterGroupFamily":"redis7","Description":"d","Properties":{"maxmemory-policy":"allkeys-lru"}}`
	made := stack.Create("AWS::ElastiCache::ParameterGroup", "Parameters", parameters)
	stack.Delete("AWS::ElastiCache::ParameterGroup", "Parameters", made.PhysicalID, parameters)
}

func TestNodesAreDescribed(t *testing.T) {
	_, s, _, _ := deployed(t)
	client := elasticache.NewFromConfig(oracle.Config(s.Wire()))
	out, err := client.DescribeCacheClusters(t.Context(), &elasticache.DescribeCacheClustersInput{ShowCacheNodeInfo: new(true)})
	if err != nil || len(out.CacheClusters) != 2 {
		t.Fatal(out, err)
	}
	second := out.CacheClusters[1]
	if *second.CacheClusterId != "keyvex-redis-002" || *second.PreferredAvailabilityZone != "us-east-1b" || *second.EngineVersion != "7.1.0" ||
		!strings.HasPrefix(*second.CacheNodes[0].Endpoint.Address, "keyvex-redis-002.keyvex-redis.") || *second.SecurityGroups[0].SecurityGroupId != "sg-1" {
		t.Errorf("the second node is %+v", second)
	}
	tags, err := client.ListTagsForResource(t.Context(), &elasticache.ListTagsForResourceInput{ResourceName: new("arn:aws:elasticache:us-east-1:123456789012:replicationgroup:keyvex-redis")})
	if err != nil || len(tags.TagList) != 1 || *tags.TagList[0].Key != "aws:cloudformation:stack-name" {
		t.Errorf("tags are %+v %v", tags, err)
	}
	answer, err := oracle.AWS(t, s.Wire(), "elasticache", "describe-replication-groups")
	text, _ := json.Marshal(answer)
	if err != nil || !strings.Contains(string(text), `"MemberClusters":["keyvex-redis-001","keyvex-redis-002"]`) || !strings.Contains(string(text), `"CurrentRole":"primary"`) {
		t.Errorf("the CLI reads %s %v", text, err)
	}
}
