package platform

import "strings"

// named builds "keyvex-{what}-{env}", the form of nearly every physical name.
func (e Environment) named(what string) string { return "keyvex-" + what + "-" + e.Name }

// TableName is the DynamoDB table's name.
func (e Environment) TableName() string { return e.named("main-table") }

// CacheName is the id of the Redis replication group, and the stem of its nodes'.
func (e Environment) CacheName() string { return e.named("redis") }

// CacheNodeNames lists the ids of the replication group's nodes, "...-001" first:
// CloudWatch knows ElastiCache metrics by them.
func (e Environment) CacheNodeNames() []string {
	nodes := make([]string, e.Spec().CacheNodes)
	for i := range nodes {
		nodes[i] = e.CacheName() + "-00" + string(rune('1'+i))
	}
	return nodes
}

// CacheSubnetGroupName names the ElastiCache subnet group.
func (e Environment) CacheSubnetGroupName() string { return e.named("redis-subnets") }

// CachePort is Redis's port.
const CachePort = 6379

// VPCName is the Name tag of the VPC.
func (e Environment) VPCName() string { return e.named("vpc") }

// ApplicationRoleName and ApplicationUserName name the identity of the Next.js
// application: the user whose access keys its environment holds.
func (e Environment) ApplicationRoleName() string { return e.named("application-role") }

// ApplicationUserName names the IAM user of the Next.js application.
func (e Environment) ApplicationUserName() string { return e.named("application") }

// ApplicationPolicyName names the managed policy of the application's identity.
func (e Environment) ApplicationPolicyName() string { return e.named("application-policy") }

// ConnectionsPolicyName names the managed policy that lets functions send to
// WebSocket connections.
func (e Environment) ConnectionsPolicyName() string { return e.named("connections-policy") }

// GatewayRoleName is the role with which the REST API writes to the queues.
func (e Environment) GatewayRoleName() string { return e.named("rest-api-role") }

// WebSocketAPIName and RESTAPIName name the two APIs.
func (e Environment) WebSocketAPIName() string { return e.named("websocket") }

// RESTAPIName names the REST API; CloudWatch knows its metrics by this name.
func (e Environment) RESTAPIName() string { return e.named("rest") }

// APIKeyName names the API key of the application's server side.
func (e Environment) APIKeyName() string { return e.named("rest-key") }

// UsagePlanName names the REST API's usage plan.
func (e Environment) UsagePlanName() string { return e.named("rest-plan") }

// WebSocketLogGroup is the log group of the WebSocket API's access logs.
func (e Environment) WebSocketLogGroup() string { return "/aws/apigateway/" + e.WebSocketAPIName() }

// RESTLogGroup is the log group of the REST API's access logs.
func (e Environment) RESTLogGroup() string { return "/aws/apigateway/" + e.RESTAPIName() }

// DistributionComment describes the CloudFront distribution, which has no name.
func (e Environment) DistributionComment() string { return e.named("cdn") }

// OriginAccessControlName names the CloudFront origin access control.
func (e Environment) OriginAccessControlName() string { return e.named("cdn-access") }

// HeadersPolicyName names the CloudFront response headers policy.
func (e Environment) HeadersPolicyName() string { return e.named("cdn-headers") }

// TopicName names the SNS topic of the alarms.
func (e Environment) TopicName() string { return e.named("alerts") }

// DashboardName names the CloudWatch dashboard.
func (e Environment) DashboardName() string { return e.named("dashboard") }

// AlarmName names an alarm by what it watches, "keyvex-email-dlq-not-empty-{env}".
func (e Environment) AlarmName(what string) string { return e.named(what) }

// Bucket is the short name of an S3 bucket.
type Bucket string

// The three buckets of the seed.
const (
	UserUploads  Bucket = "user-uploads"
	PublicAssets Bucket = "public-assets"
	ToolAssets   Bucket = "tool-assets"
)

// Buckets lists the three.
var Buckets = []Bucket{UserUploads, PublicAssets, ToolAssets}

// BucketName is the bucket's physical name, "keyvex-user-uploads-{env}-{account}".
func (e Environment) BucketName(b Bucket, account string) string {
	return e.named(string(b)) + "-" + account
}

// AssetsBucketName is the bucket that holds the Lambda zips of all environments
// of an account and region.
func AssetsBucketName(account, region string) string {
	return strings.Join([]string{"keyvex-assets", account, region}, "-")
}

// GatewayLogsRoleName is the role of API Gateway's account-wide setting for
// CloudWatch logs in one region; roles are global, the setting is regional.
func GatewayLogsRoleName(region string) string { return "keyvex-apigateway-logs-" + region }
