package elasticache

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// groupProperties are those of AWS::ElastiCache::ReplicationGroup.
type groupProperties struct {
	AtRestEncryptionEnabled     *bool
	AuthToken                   *string
	AutoMinorVersionUpgrade     *bool
	AutomaticFailoverEnabled    *bool
	CacheNodeType               *string
	CacheParameterGroupName     *string
	CacheSecurityGroupNames     []string
	CacheSubnetGroupName        *string
	ClusterMode                 *string
	DataTieringEnabled          *bool
	Engine                      *string
	EngineVersion               *string
	IpDiscovery                 *string
	KmsKeyId                    *string
	LogDeliveryConfigurations   []any
	MultiAZEnabled              *bool
	NetworkType                 *string
	NodeGroupConfiguration      []any
	NotificationTopicArn        *string
	NumCacheClusters            *int32
	NumNodeGroups               *int32
	Port                        *int32
	PreferredCacheClusterAZs    []string
	PreferredMaintenanceWindow  *string
	PrimaryClusterId            *string
	ReplicasPerNodeGroup        *int32
	ReplicationGroupDescription string `cfn:"required"`
	ReplicationGroupId          *string
	SecurityGroupIds            []string
	SnapshotArns                []string
	SnapshotName                *string
	SnapshotRetentionLimit      *int32
	SnapshotWindow              *string
	SnapshottingClusterId       *string
	Tags                        []resource.Tag
	TransitEncryptionEnabled    *bool
	TransitEncryptionMode       *string
	UserGroupIds                []string
}

// replicationGroup is a primary Redis node with its replicas.
type replicationGroup struct {
	ID      string
	Created time.Time
	// Properties never hold the AUTH token.
	Properties groupProperties
	AllTags    map[string]string
	// Tokens are the hashes of the AUTH tokens that are good: one, or two while a
	// rotation is under way.
	Tokens       []string
	TokenChanged *time.Time
	// Label is the part of the addresses that AWS makes up.
	Label string
	// Primary is the index of the node that is the primary.
	Primary int
}

const defaultPort = 6379

func (g replicationGroup) port() int32 { return or(g.Properties.Port, defaultPort) }

// nodes is the number of nodes, the primary included.
func (p groupProperties) nodes() int {
	if p.NumCacheClusters != nil {
		return int(*p.NumCacheClusters)
	}
	return 1 + int(or(p.ReplicasPerNodeGroup, 0))
}

// members are the ids of the nodes: CloudWatch knows them by these.
func (g replicationGroup) members() []string {
	out := make([]string, g.Properties.nodes())
	for i := range out {
		out[i] = fmt.Sprintf("%s-%03d", g.ID, i+1)
	}
	return out
}

func (g replicationGroup) encrypted() bool { return isTrue(g.Properties.TransitEncryptionEnabled) }

// at is where a role ("master", "replica") or a node of the group answers: one port
// of this machine for all of them or, in process, a name of AWS's that leads
// nowhere: with TLS the role stands in front, without it behind the id.
func (s *Service) at(g replicationGroup, role string) (address string, port int32) {
	if port := s.servers.port(g.ID); port != 0 {
		return loopback, port
	}
	domain := g.Label + "." + shortRegion(s.host.Region) + ".cache.amazonaws.com"
	switch {
	case g.encrypted():
		return role + "." + g.ID + "." + domain, g.port()
	case role == "master":
		return g.ID + "." + strings.Replace(domain, ".", ".ng.0001.", 1), g.port()
	case role == "replica":
		return g.ID + "-ro." + strings.Replace(domain, ".", ".ng.0001.", 1), g.port()
	}
	return role + "." + strings.Replace(domain, ".", ".0001.", 1), g.port()
}

// shortRegion is a region as ElastiCache's addresses have it, "use1".
func shortRegion(region string) string {
	parts := strings.Split(region, "-")
	if len(parts) < 3 {
		return region
	}
	direction := parts[1][:1]
	for _, long := range []string{"north", "south"} {
		if rest, ok := strings.CutPrefix(parts[1], long); ok && rest != "" {
			direction = long[:1] + rest[:1]
		}
	}
	return parts[0] + direction + parts[len(parts)-1]
}

func (s *Service) groupResult(g replicationGroup) resource.Result {
	primary, port := s.at(g, "master")
	reader, _ := s.at(g, "replica")
	text := strconv.Itoa(int(port))
	var addresses, ports []string
	for _, node := range g.members() {
		address, _ := s.at(g, node)
		addresses, ports = append(addresses, address), append(ports, text)
	}
	return resource.Result{PhysicalID: g.ID, Attributes: map[string]any{
		"PrimaryEndPoint.Address": primary, "PrimaryEndPoint.Port": text,
		"ReaderEndPoint.Address": reader, "ReaderEndPoint.Port": text,
		"ConfigurationEndPoint.Address": primary, "ConfigurationEndPoint.Port": text,
		"ReadEndPoint.Addresses": strings.Join(addresses, ","), "ReadEndPoint.Ports": strings.Join(ports, ","),
		"ReadEndPoint.Addresses.List": anyList(addresses), "ReadEndPoint.Ports.List": anyList(ports),
	}}
}

func anyList(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
