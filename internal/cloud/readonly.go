package cloud

import (
	"context"
	"slices"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/keyvex/keyvex/internal/problem"
)

// reads lists the operations that change nothing, by SDK service id. An operation
// that is not here is refused in a read-only session, whatever its name.
var reads = map[string][]string{
	"API Gateway": {"GetAccount", "GetApiKeys"},
	"CloudFormation": {
		"DescribeChangeSet", "DescribeEvents", "DescribeStackDriftDetectionStatus", "DescribeStackEvents",
		"DescribeStackResource", "DescribeStackResourceDrifts", "DescribeStackResources", "DescribeStacks",
		"GetStackPolicy", "GetTemplate", "GetTemplateSummary", "ListChangeSets", "ListStackResources",
		"ListStacks", "ValidateTemplate",
	},
	"CloudTrail": {"LookupEvents"},
	"CloudWatch": {
		"DescribeAlarmHistory", "DescribeAlarms", "DescribeAlarmsForMetric", "GetAlarmMuteRule", "GetMetricData", "GetMetricStatistics",
		"ListAlarmMuteRules", "ListMetrics",
	},
	// A query of Logs Insights costs by what it scans, but changes nothing.
	"CloudWatch Logs": {
		"DescribeLogGroups", "DescribeLogStreams", "DescribeQueries", "FilterLogEvents", "GetLogEvents", "GetQueryResults",
		"StartLiveTail", "StartQuery", "StopQuery", "TestMetricFilter",
	},
	"ElastiCache": {"DescribeCacheClusters", "DescribeReplicationGroups"},
	"Lambda":      {"GetEventSourceMapping", "GetFunction", "GetFunctionConfiguration", "GetPolicy", "ListEventSourceMappings", "ListFunctions"},
	// A receive hides messages for a while and counts: that is a write.
	"SQS": {"GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "ListMessageMoveTasks", "ListQueues"},
	// Reading a value is a read; nothing but a command that asks for one does it.
	"Secrets Manager": {"DescribeSecret", "GetSecretValue", "ListSecretVersionIds", "ListSecrets"},
	"IAM":             {"GetRole", "GetUser", "ListAccountAliases"},
	"S3":              {"GetBucketLocation", "GetObject", "HeadBucket", "HeadObject", "ListBuckets", "ListObjectVersions", "ListObjectsV2"},
	"SSM":             {"DescribeParameters", "GetParameter", "GetParameters", "GetParametersByPath"},
	"STS":             {"GetCallerIdentity"},
}

func refuseWrites(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("keyvexReadOnly", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		service, operation := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
		if slices.Contains(reads[service], operation) {
			return next.HandleInitialize(ctx, in)
		}
		return middleware.InitializeOutput{}, middleware.Metadata{},
			problem.New(problem.Refused, "read-only: %s %s was not sent", service, operation).
				WithHint("leave out --read-only, or change read_only in keyvex.toml")
	}), middleware.After)
}
