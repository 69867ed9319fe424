package assembly_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

var overviewClaims = map[requirement]func(*testing.T, estate){
	{"Core Stacks", "- **SecurityStack**: IAM roles, policies, and AWS Secrets Manager for secure configuration"}: holds(platform.Security,
		"AWS::IAM::Role", 6, "AWS::IAM::ManagedPolicy", 1, "AWS::IAM::User", 1, "AWS::SecretsManager::Secret", 3),
	{"Core Stacks", "- **DatabaseStack**: DynamoDB single-table design, ElastiCache Redis, and SQS queues"}: holds(platform.Database,
		"AWS::DynamoDB::Table", 1, "AWS::ElastiCache::ReplicationGroup", 1, "AWS::SQS::Queue", 6),
	{"Core Stacks", "- **StorageStack**: S3 buckets for file uploads and CloudFront CDN for asset delivery"}: holds(platform.Storage,
		"AWS::S3::Bucket", 3, "AWS::CloudFront::Distribution", 1),
	{"Core Stacks", "- **ComputeStack**: Lambda functions for AI processing, analytics, WebSocket handling, and email processing"}: holds(platform.Compute,
		"AWS::Lambda::Function", 4, "AWS::Lambda::EventSourceMapping", 3, "AWS::Logs::LogGroup", 4),
	{"Core Stacks", "- **ApiStack**: API Gateway WebSocket API for real-time communication and REST API for external integrations"}: holds(platform.API,
		"AWS::ApiGatewayV2::Api", 1, "AWS::ApiGatewayV2::Route", 3, "AWS::ApiGateway::RestApi", 1, "AWS::ApiGateway::Method", 6, "AWS::ApiGateway::ApiKey", 1, "AWS::ApiGateway::UsagePlan", 1),
	{"Core Stacks", "- **MonitoringStack**: CloudWatch dashboards, alarms, and SNS alerts for comprehensive monitoring"}: holds(platform.Monitoring,
		"AWS::CloudWatch::Dashboard", 1, "AWS::CloudWatch::CompositeAlarm", 1, "AWS::SNS::Topic", 1),

	{"Key Features", "- **Single-table DynamoDB design** with GSIs for efficient querying"}: func(t *testing.T, e estate) {
		e.want(t, platform.Database, "MainTable", "GlobalSecondaryIndexes.0.IndexName", "GSI1")
		e.want(t, platform.Database, "MainTable", "GlobalSecondaryIndexes.1.IndexName", "GSI2")
		e.want(t, platform.Database, "MainTable", "GlobalSecondaryIndexes.2", nil)
	},
	{"Key Features", "- **ElastiCache Redis cluster** for high-performance caching and session storage"}: func(t *testing.T, e estate) {
		e.want(t, platform.Database, "Redis", "Engine", "redis")
		e.want(t, platform.Database, "Redis", "Port", 6379)
	},
	{"Key Features", "- **SQS queues with DLQs** for reliable background processing"}: func(t *testing.T, e estate) {
		for _, queue := range []string{"AiProcessing", "Analytics", "Email"} {
			dlq := "<Database." + e.id(t, platform.Database, queue+"Dlq") + ".Arn>"
			e.want(t, platform.Database, queue+"Queue", "RedrivePolicy.deadLetterTargetArn", dlq)
			e.want(t, platform.Database, queue+"Queue", "RedrivePolicy.maxReceiveCount", 5)
			e.want(t, platform.Database, queue+"Dlq", "MessageRetentionPeriod", 14*24*3600)
		}
	},
	{"Key Features", "- **Lambda functions** for AI processing, analytics, WebSocket handling, and email processing"}: func(t *testing.T, e estate) {
		want := []string{"AiProcessor", "AnalyticsProcessor", "EmailProcessor", "WebsocketHandler"}
		if got := e.typed(platform.Compute, "AWS::Lambda::Function"); !slices.Equal(got, want) {
			t.Errorf("functions are %v", got)
		}
	},
	{"Key Features", "- **S3 buckets with lifecycle policies** for user uploads, public assets, and tool-specific content"}: func(t *testing.T, e estate) {
		for path, name := range map[string]string{"UserUploads": "user-uploads", "PublicAssets": "public-assets", "ToolAssets": "tool-assets"} {
			e.want(t, platform.Storage, path, "BucketName", strings.Join([]string{"keyvex", name, e.env.Name, account}, "-"))
			e.want(t, platform.Storage, path, "LifecycleConfiguration.Rules.0.Status", "Enabled")
		}
	},
	{"Key Features", "- **CloudFront distribution** for global content delivery"}: func(t *testing.T, e estate) {
		e.want(t, platform.Storage, "Cdn", "DistributionConfig.Enabled", true)
		e.want(t, platform.Storage, "Cdn", "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy", "redirect-to-https")
		e.want(t, platform.Storage, "Cdn", "DistributionConfig.CacheBehaviors.0.PathPattern", "/tools/*")
	},
	{"Key Features", "- **Comprehensive monitoring** with CloudWatch dashboards and SNS alerts"}: func(t *testing.T, e estate) {
		topic := "[<Monitoring." + e.id(t, platform.Monitoring, "Alerts") + ">]"
		for _, alarm := range e.typed(platform.Monitoring, "AWS::CloudWatch::Alarm") {
			e.want(t, platform.Monitoring, alarm, "AlarmActions", topic)
			e.want(t, platform.Monitoring, alarm, "OKActions", topic)
		}
		e.want(t, platform.Monitoring, "AlarmEmailSubscription", "TopicArn", topic[1:len(topic)-1])
	},
}

// holds demands how many resources of which types a stack has.
func holds(stack platform.Stack, typesAndCounts ...any) func(*testing.T, estate) {
	return func(t *testing.T, e estate) {
		for i := 0; i < len(typesAndCounts); i += 2 {
			kind, want := typesAndCounts[i].(string), typesAndCounts[i+1].(int)
			if got := e.typed(stack, kind); len(got) != want {
				t.Errorf("%s has %d of %s, want %d: %v", stack, len(got), kind, want, got)
			}
		}
	}
}
