package elasticache_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/redis/go-redis/v9"

	"github.com/keyvex/keyvex/internal/sandbox/authority"
	service "github.com/keyvex/keyvex/internal/sandbox/elasticache"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestAGroupIsReachedWhereItsEndpointsSayUntilItIsDeleted(t *testing.T) {
	h := oracle.Host()
	port := 0
	h.Listen = func(name string) (net.Listener, error) {
		if name != "redis/keyvex-redis" {
			return nil, fmt.Errorf("asked for %s", name)
		}
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			port = l.Addr().(*net.TCPAddr).Port
		}
		return l, err
	}
	signer, err := authority.Open("", h.Clock)
	if err != nil {
		t.Fatal(err)
	}
	s := service.New(h, network{}, signer)
	defer s.Close()
	stack := oracle.NewStack(t, s.Resources())
	stack.Create("AWS::ElastiCache::SubnetGroup", "Subnets", `{"CacheSubnetGroupName":"subnets","Description":"d","SubnetIds":["subnet-a","subnet-b"]}`)
	made := stack.Create("AWS::ElastiCache::ReplicationGroup", "Redis", production)
	address := fmt.Sprint(made.Attributes["PrimaryEndPoint.Address"], ":", made.Attributes["PrimaryEndPoint.Port"])
	if address != fmt.Sprintf("127.0.0.1:%d", port) || made.Attributes["ReaderEndPoint.Address"] != "127.0.0.1" {
		t.Fatalf("endpoints are %v, the port is %d", made.Attributes, port)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(signer.CAPEM())
	connect := func(token string) error {
		c := redis.NewClient(&redis.Options{Addr: address, Password: token, MaxRetries: -1, TLSConfig: &tls.Config{RootCAs: pool}})
		defer c.Close()
		return c.Set(t.Context(), "k", "v", 0).Err()
	}
	next := strings.Repeat("n", 20)
	good := func(step string, old, new, none bool) {
		t.Helper()
		for token, want := range map[string]bool{token: old, next: new, "": none} {
			if err := connect(token); (err == nil) != want {
				t.Errorf("%s: token %q gives %v", step, token, err)
			}
		}
	}
	good("created", true, false, false)
	for _, how := range []string{"ROTATE", "SET", "DELETE"} {
		in := &elasticache.ModifyReplicationGroupInput{ReplicationGroupId: new("keyvex-redis"), AuthToken: &next}
		if in.AuthTokenUpdateStrategy = "ROTATE"; how != "ROTATE" {
			in.AuthTokenUpdateStrategy = "SET"
		}
		if how == "DELETE" {
			in.AuthToken, in.AuthTokenUpdateStrategy = nil, "DELETE"
		}
		if _, err := s.ModifyReplicationGroup(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		switch how {
		case "ROTATE":
			good(how, true, true, false)
		case "SET":
			good(how, false, true, false)
		default:
			good(how, true, true, true) // Redis without a password takes any, from go-redis's HELLO
		}
	}
	data := map[string]float64{}
	for _, d := range s.Gauges() {
		data[d.Name+" "+d.Dimensions[0].Value+fmt.Sprint(len(d.Dimensions))] = d.Value
	}
	if data["CurrItems keyvex-redis-0011"] != 1 || data["CurrItems keyvex-redis-0022"] != 1 || data["SetTypeCmds keyvex-redis-0012"] < 3 || data["SetTypeCmds keyvex-redis-0022"] != 0 {
		t.Errorf("gauges are %v", data)
	}
	if out, err := s.TestFailover(t.Context(), &elasticache.TestFailoverInput{ReplicationGroupId: new("keyvex-redis"), NodeGroupId: new("0001")}); err != nil ||
		*out.ReplicationGroup.NodeGroups[0].NodeGroupMembers[1].CurrentRole != "primary" {
		t.Errorf("%+v %v", out, err)
	}
	stack.Delete("AWS::ElastiCache::ReplicationGroup", "Redis", "keyvex-redis", production)
	if c, err := net.Dial("tcp", address); err == nil {
		c.Close()
		t.Error("a deleted group still answers")
	}
}
