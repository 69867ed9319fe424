package platform

import "fmt"

// Tier decides the sizes, retention and protection of an environment.
type Tier string

// The two tiers of the seed's Cost Optimization section.
const (
	Development Tier = "development"
	Production  Tier = "production"
)

// Tiers lists all tiers, the smaller first.
var Tiers = []Tier{Development, Production}

// ParseTier reads a tier's name.
func ParseTier(name string) (Tier, error) {
	for _, t := range Tiers {
		if string(t) == name {
			return t, nil
		}
	}
	return "", fmt.Errorf("%q is not a tier: use %s or %s", name, Development, Production)
}

// DefaultTier is production for the environment of that name and development for
// every other, unless keyvex.toml says otherwise.
func DefaultTier(environment string) Tier {
	if environment == string(Production) {
		return Production
	}
	return Development
}

// TierSpec holds every number that differs between the tiers.
type TierSpec struct {
	// CacheNodeType is the ElastiCache node type.
	CacheNodeType string
	// CacheNodes is the number of nodes of the Redis replication group.
	CacheNodes int
	// CacheMultiAZ spreads the nodes over availability zones with automatic failover.
	CacheMultiAZ bool
	// CacheSnapshotDays is how long ElastiCache keeps daily snapshots; 0 takes none.
	CacheSnapshotDays int
	// PointInTimeRecovery and DeletionProtection guard the DynamoDB table.
	PointInTimeRecovery bool
	DeletionProtection  bool
	// PriceClass is CloudFront's: which edge locations serve.
	PriceClass string
	// LogRetentionDays is the retention of every log group, in days.
	LogRetentionDays int
	// Tracing is Lambda's X-Ray mode.
	Tracing string
	// Stage names the stages of both APIs.
	Stage string
	// CORSOrigins are the web application's origins until keyvex.toml names others.
	CORSOrigins string
	// EndpointSubnets is in how many subnets the Secrets Manager endpoint has an
	// interface, at about $7.30 each a month.
	EndpointSubnets int
	// Retain keeps the table, the buckets, the secrets and the cache's last
	// snapshot when their stack goes.
	Retain bool
	// TerminationProtection is switched on for all six stacks.
	TerminationProtection bool
	// AIConcurrency, AnalyticsConcurrency and EmailConcurrency bound how many
	// invocations an event source mapping runs at once (2 to 1000).
	AIConcurrency, AnalyticsConcurrency, EmailConcurrency int
	// RESTRate and RESTBurst throttle the REST API, in requests a second and requests.
	RESTRate, RESTBurst int
	// MessageRate and MessageBurst throttle the WebSocket API, in messages a
	// second and messages.
	MessageRate, MessageBurst int
	// RESTQuota bounds one API key's requests a day.
	RESTQuota int
}

var tierSpecs = map[Tier]TierSpec{
	Development: {
		CacheNodeType: "cache.t3.micro", CacheNodes: 1,
		PriceClass:       "PriceClass_100",
		LogRetentionDays: 14,
		Tracing:          "PassThrough",
		Stage:            "dev",
		CORSOrigins:      "http://localhost:3000",
		EndpointSubnets:  1,
		AIConcurrency:    5, AnalyticsConcurrency: 2, EmailConcurrency: 2,
		RESTRate: 50, RESTBurst: 100, MessageRate: 100, MessageBurst: 200,
		RESTQuota: 100_000,
	},
	Production: {
		CacheNodeType: "cache.r6g.large", CacheNodes: 2, CacheMultiAZ: true, CacheSnapshotDays: 7,
		PointInTimeRecovery: true, DeletionProtection: true,
		PriceClass:       "PriceClass_All",
		LogRetentionDays: 90,
		Tracing:          "Active",
		Stage:            "prod",
		EndpointSubnets:  2,
		Retain:           true, TerminationProtection: true,
		AIConcurrency: 50, AnalyticsConcurrency: 20, EmailConcurrency: 10,
		RESTRate: 500, RESTBurst: 1000, MessageRate: 1000, MessageBurst: 2000,
		RESTQuota: 5_000_000,
	},
}

// Spec gives the numbers of the tier.
func (t Tier) Spec() TierSpec { return tierSpecs[t] }

// Concurrency bounds how many invocations of a function its queue starts at once;
// 0 for a function without a queue.
func (t TierSpec) Concurrency(f Function) int {
	return map[Function]int{
		AIProcessor: t.AIConcurrency, AnalyticsProcessor: t.AnalyticsConcurrency, EmailProcessor: t.EmailConcurrency,
	}[f]
}
