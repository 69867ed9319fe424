package assembly_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

var monitoringClaims = map[requirement]func(*testing.T, estate){
	{"CloudWatch Dashboard", "- Lambda function metrics (errors, duration, invocations)"}: draws(
		"AWS/Lambda Errors", "AWS/Lambda Duration", "AWS/Lambda Invocations"),
	{"CloudWatch Dashboard", "- DynamoDB metrics (read/write capacity, throttling)"}: draws(
		"AWS/DynamoDB ConsumedReadCapacityUnits", "AWS/DynamoDB ConsumedWriteCapacityUnits", "AWS/DynamoDB ReadThrottleEvents", "AWS/DynamoDB WriteThrottleEvents"),
	{"CloudWatch Dashboard", "- SQS metrics (message counts, age)"}: draws(
		"AWS/SQS ApproximateNumberOfMessagesVisible", "AWS/SQS ApproximateAgeOfOldestMessage"),
	{"CloudWatch Dashboard", "- ElastiCache metrics (CPU, memory, connections)"}: draws(
		"AWS/ElastiCache CPUUtilization", "AWS/ElastiCache DatabaseMemoryUsagePercentage", "AWS/ElastiCache CurrConnections"),

	{"SNS Alerts", "- Lambda function errors"}: func(t *testing.T, e estate) {
		for _, f := range []string{"ai-processor", "analytics-processor", "websocket-handler", "email-processor"} {
			e.judges(t, f+"-errors-degraded", "AWS/Lambda Errors FunctionName=keyvex-"+f+"-"+e.env.Name)
		}
	},
	{"SNS Alerts", "- DynamoDB throttling"}: func(t *testing.T, e estate) {
		for _, metric := range []string{"ReadThrottleEvents", "WriteThrottleEvents"} {
			table := "AWS/DynamoDB " + metric + " TableName=keyvex-main-table-" + e.env.Name
			for _, where := range []string{"", " GlobalSecondaryIndexName=GSI1", " GlobalSecondaryIndexName=GSI2"} {
				e.judges(t, "table-throttled-degraded", table+where)
				e.judges(t, "table-throttled-broken", table+where)
			}
		}
	},
	{"SNS Alerts", "- SQS message age exceeding thresholds"}: func(t *testing.T, e estate) {
		for _, q := range []string{"ai-processing", "analytics", "email"} {
			for _, state := range []string{"degraded", "broken"} {
				e.judges(t, q+"-oldest-message-"+state, "AWS/SQS ApproximateAgeOfOldestMessage QueueName=keyvex-"+q+"-queue-"+e.env.Name)
			}
		}
	},
	{"SNS Alerts", "- High error rates"}: func(t *testing.T, e estate) {
		for _, f := range []string{"ai-processor", "analytics-processor", "websocket-handler", "email-processor"} {
			e.judges(t, f+"-errors-broken", "AWS/Lambda Errors FunctionName=keyvex-"+f+"-"+e.env.Name)
			e.judges(t, f+"-errors-broken", "AWS/Lambda Invocations FunctionName=keyvex-"+f+"-"+e.env.Name)
		}
		stage := " ApiName=keyvex-rest-" + e.env.Name + " Stage=" + e.env.Spec().Stage
		e.judges(t, "rest-errors-broken", "AWS/ApiGateway 5XXError"+stage)
		e.judges(t, "rest-errors-broken", "AWS/ApiGateway Count"+stage)
	},
}

// draws demands that the dashboard has a line for each metric.
func draws(metrics ...string) func(*testing.T, estate) {
	return func(t *testing.T, e estate) {
		var body struct {
			Widgets []struct {
				Properties struct{ Metrics [][]any }
			}
		}
		text := e.get(t, platform.Monitoring, "Dashboard", "DashboardBody").(string)
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatalf("the dashboard is no JSON: %v", err)
		}
		drawn := map[string]bool{}
		for _, widget := range body.Widgets {
			for _, line := range widget.Properties.Metrics {
				drawn[fmt.Sprint(line[0], " ", line[1])] = true
			}
		}
		for _, metric := range metrics {
			if !drawn[metric] {
				t.Errorf("the dashboard does not draw %s", metric)
			}
		}
	}
}

// watched lists what an alarm judges: "Namespace Metric Dimension=value ...".
func (e estate) watched(t *testing.T, path string) []string {
	describe := func(metric any) string {
		line := fmt.Sprint(dig(metric, "Namespace"), " ", dig(metric, "MetricName"))
		for _, dimension := range dig(metric, "Dimensions").([]any) {
			line += fmt.Sprint(" ", dig(dimension, "Name"), "=", dig(dimension, "Value"))
		}
		return line
	}
	alarm := e.get(t, platform.Monitoring, path, "")
	queries, _ := dig(alarm, "Metrics").([]any)
	if len(queries) == 0 {
		return []string{describe(alarm)}
	}
	var list []string
	for _, query := range queries {
		if metric := dig(query, "MetricStat.Metric"); metric != nil {
			list = append(list, describe(metric))
		}
	}
	return list
}

// alarm finds the alarm of that name.
func (e estate) alarm(t *testing.T, what string) string {
	t.Helper()
	for _, path := range e.typed(platform.Monitoring, "AWS::CloudWatch::Alarm") {
		if e.get(t, platform.Monitoring, path, "AlarmName") == "keyvex-"+what+"-"+e.env.Name {
			return path
		}
	}
	t.Fatalf("no alarm is named %s", what)
	return ""
}

// judges demands that the alarm of that name looks at the metric and tells the topic.
func (e estate) judges(t *testing.T, what, metric string) {
	t.Helper()
	path := e.alarm(t, what)
	if got := e.watched(t, path); !slices.Contains(got, metric) {
		t.Errorf("%s judges %v, not %s", what, got, metric)
	}
	e.want(t, platform.Monitoring, path, "AlarmActions", "[<Monitoring.Alerts>]")
}

var costClaims = map[requirement]func(*testing.T, estate){
	{"Development Environment", "- **DynamoDB**: On-demand billing"}: onDemand,
	{"Development Environment", "- **ElastiCache**: t3.micro instance"}: func(t *testing.T, e estate) {
		e.want(t, platform.Database, "Redis", "CacheNodeType", "cache.t3.micro")
		e.want(t, platform.Database, "Redis", "NumCacheClusters", 1)
	},
	{"Development Environment", "- **Lambda**: Minimal memory allocation"}: memoryOfTheSeed,
	{"Development Environment", "- **CloudFront**: Price class 100 (US, Canada, Europe)"}: func(t *testing.T, e estate) {
		e.want(t, platform.Storage, "Cdn", "DistributionConfig.PriceClass", "PriceClass_100")
	},
	// On demand scales by itself; an auto-scaling of provisioned capacity would be the
	// opposite of on demand.
	{"Production Environment", "- **DynamoDB**: On-demand with auto-scaling"}: onDemand,
	{"Production Environment", "- **ElastiCache**: r6g.large with Multi-AZ"}: func(t *testing.T, e estate) {
		e.want(t, platform.Database, "Redis", "CacheNodeType", "cache.r6g.large")
		e.want(t, platform.Database, "Redis", "NumCacheClusters", 2)
		e.want(t, platform.Database, "Redis", "MultiAZEnabled", true)
		e.want(t, platform.Database, "Redis", "AutomaticFailoverEnabled", true)
	},
	{"Production Environment", "- **Lambda**: Optimized memory allocation"}: memoryOfTheSeed,
	{"Production Environment", "- **CloudFront**: Price class all"}: func(t *testing.T, e estate) {
		// CloudFront's default, which the template leaves out, is all edge locations.
		if got := e.get(t, platform.Storage, "Cdn", "DistributionConfig.PriceClass"); got != nil && got != "PriceClass_All" {
			t.Errorf("price class %v", got)
		}
	},
}

func onDemand(t *testing.T, e estate) {
	e.want(t, platform.Database, "MainTable", "BillingMode", "PAY_PER_REQUEST")
	e.want(t, platform.Database, "MainTable", "ProvisionedThroughput", nil)
	e.want(t, platform.Database, "MainTable", "OnDemandThroughput", nil)
}

// memoryOfTheSeed demands that neither tier has more or less than the functions'
// own chapter gives them.
func memoryOfTheSeed(t *testing.T, e estate) {
	for path, memory := range map[string]int{"AiProcessor": 1024, "AnalyticsProcessor": 512, "WebsocketHandler": 256, "EmailProcessor": 256} {
		e.want(t, platform.Compute, path, "MemorySize", memory)
	}
}

var safetyClaims = map[requirement]func(*testing.T, estate){
	{"Security Features", "- **IAM Roles**: Least-privilege access for all services"}: func(t *testing.T, e estate) {
		for path, name := range map[string]string{"AiProcessor": "ai-processor", "AnalyticsProcessor": "analytics-processor", "WebsocketHandler": "websocket-handler", "EmailProcessor": "email-processor"} {
			role := "keyvex-" + name + "-role-" + e.env.Name
			e.want(t, platform.Compute, path, "Role", "arn:aws:iam::"+account+":role/"+role)
			e.want(t, platform.Security, path+"Role", "RoleName", role)
			e.want(t, platform.Security, path+"Role", "ManagedPolicyArns", nil)
		}
	},
	{"Security Features", "- **Secrets Manager**: Secure storage of API keys and sensitive data"}: func(t *testing.T, e estate) {
		for path, name := range map[string]string{"AiSecret": "ai", "IntegrationsSecret": "integrations", "DatabaseSecret": "database"} {
			e.want(t, platform.Security, path, "Name", "keyvex/"+name+"/"+e.env.Name)
			e.want(t, platform.Security, path, "SecretString", nil)
		}
		e.want(t, platform.Security, "DatabaseSecret", "GenerateSecretString",
			"map[ExcludePunctuation:true GenerateStringKey:redis_auth_token PasswordLength:64 SecretStringTemplate:{}]")
	},
	{"Security Features", "- **VPC**: ElastiCache deployed in private subnets"}: func(t *testing.T, e estate) {
		subnets := e.typed(platform.Database, "AWS::EC2::Subnet")
		if got := len(e.get(t, platform.Database, "RedisSubnets", "SubnetIds").([]any)); got != len(subnets) || got < 2 {
			t.Errorf("Redis is in %d of %d subnets", got, len(subnets))
		}
		for _, subnet := range subnets {
			e.want(t, platform.Database, subnet, "MapPublicIpOnLaunch", false)
		}
		for _, kind := range []string{"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route"} {
			if found := e.typed(platform.Database, kind); len(found) != 0 {
				t.Errorf("%s leads out of the VPC", found)
			}
		}
	},
	{"Security Features", "- **Encryption**: At-rest and in-transit encryption for all data"}: func(t *testing.T, e estate) {
		encryptedAtRest(t, e)
		encryptedInTransit(t, e)
	},
	{"Security Features", "- **CORS**: Properly configured for web application access"}: func(t *testing.T, e estate) {
		split := "map[Fn::Split:[, " + e.env.Spec().CORSOrigins + "]]"
		for _, bucket := range []string{"UserUploads", "PublicAssets", "ToolAssets"} {
			e.want(t, platform.Storage, bucket, "CorsConfiguration.CorsRules.0.AllowedOrigins", split)
		}
		e.want(t, platform.Storage, "SecurityHeaders", "ResponseHeadersPolicyConfig.CorsConfig.AccessControlAllowOrigins.Items", split)
		e.want(t, platform.Compute, "WebsocketHandler", "Environment.Variables.KEYVEX_CORS_ORIGINS", e.env.Spec().CORSOrigins)
		stage := e.typed(platform.API, "AWS::ApiGateway::Stage")[0]
		e.want(t, platform.API, stage, "Variables.corsOrigins", e.env.Spec().CORSOrigins)
	},
}

func encryptedAtRest(t *testing.T, e estate) {
	e.want(t, platform.Database, "MainTable", "SSESpecification.SSEEnabled", true)
	e.want(t, platform.Database, "Redis", "AtRestEncryptionEnabled", true)
	for _, queue := range e.typed(platform.Database, "AWS::SQS::Queue") {
		e.want(t, platform.Database, queue, "SqsManagedSseEnabled", true)
	}
	for _, bucket := range e.typed(platform.Storage, "AWS::S3::Bucket") {
		e.want(t, platform.Storage, bucket, "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm", "AES256")
	}
	e.want(t, platform.Monitoring, "Alerts", "KmsMasterKeyId", "<Monitoring.AlertsKey>")
}

func encryptedInTransit(t *testing.T, e estate) {
	e.want(t, platform.Database, "Redis", "TransitEncryptionEnabled", true)
	e.want(t, platform.Database, "Redis", "AuthToken", "{{resolve:secretsmanager:keyvex/database/"+e.env.Name+":SecretString:redis_auth_token}}")
	for stack, kind := range map[platform.Stack]string{platform.Database: "AWS::SQS::QueuePolicy", platform.Storage: "AWS::S3::BucketPolicy"} {
		policies := e.typed(stack, kind)
		if want := map[platform.Stack]int{platform.Database: 6, platform.Storage: 3}[stack]; len(policies) != want {
			t.Errorf("%d of %s, want %d", len(policies), kind, want)
		}
		for _, policy := range policies {
			refusesPlainText(t, e, stack, policy)
		}
	}
	for _, behavior := range []string{"DefaultCacheBehavior", "CacheBehaviors.0"} {
		e.want(t, platform.Storage, "Cdn", "DistributionConfig."+behavior+".ViewerProtocolPolicy", "redirect-to-https")
	}
}

func refusesPlainText(t *testing.T, e estate, stack platform.Stack, policy string) {
	for _, statement := range statements(e.get(t, stack, policy, "PolicyDocument")) {
		if statement["Effect"] == "Deny" && fmt.Sprint(dig(statement, "Condition.Bool")) == "map[aws:SecureTransport:false]" &&
			strings.HasSuffix(fmt.Sprint(statement["Action"]), ":*") {
			return
		}
	}
	t.Errorf("%s %s lets requests without TLS in", stack, policy)
}
