package cloud

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/problem"
)

// ErrIncomplete is of an answer that lacks what was asked for: the next one will, too.
var ErrIncomplete = errors.New("the answer is not AWS's")

// incomplete refuses an answer that lacks what its operation is asked for. AWS gives
// none such, a server that is not AWS may; nobody beyond here has to look. An empty
// list is an answer, none at all is not: it would pass for an empty account.
func incomplete(answer any, service, operation string) error {
	missing := missingOf(answer)
	if missing == "" {
		missing = unlisted(answer)
	}
	if missing == "" {
		return nil
	}
	return problem.New(problem.Failed, "%s %s: the server's answer names no %s", service, operation, missing).WithHint(notAWS).WithCause(ErrIncomplete)
}

// missingOf is what an answer about one thing lacks.
func missingOf(answer any) string {
	switch out := answer.(type) {
	case *sts.GetCallerIdentityOutput:
		return without(out.Account, "account")
	case *sqs.GetQueueUrlOutput:
		return without(out.QueueUrl, "queue")
	case *sqs.GetQueueAttributesOutput:
		return absent(out.Attributes == nil, "attributes")
	case *iam.GetRoleOutput:
		return withoutRole(out.Role)
	case *iam.CreateRoleOutput:
		return withoutRole(out.Role)
	case *lambda.GetFunctionConfigurationOutput:
		return without(out.FunctionName, "function")
	case *secretsmanager.DescribeSecretOutput:
		return without(out.Name, "secret")
	case *secretsmanager.GetSecretValueOutput:
		return without(out.VersionId, "version")
	case *secretsmanager.ListSecretVersionIdsOutput:
		return without(out.Name, "secret")
	case *secretsmanager.PutSecretValueOutput:
		return without(out.VersionId, "version")
	case *cloudwatchlogs.StartQueryOutput:
		return without(out.QueryId, "query")
	case *cloudwatchlogs.GetQueryResultsOutput:
		return absent(out.Status == "", "status")
	}
	return ""
}

// unlisted is the list that an answer about several things lacks. CloudWatch's client
// gives an empty list as none: only what is never empty there can be missed.
func unlisted(answer any) string {
	switch out := answer.(type) {
	case *cloudformation.DescribeStacksOutput:
		return absent(out.Stacks == nil, "stacks")
	case *cloudformation.DescribeStackEventsOutput:
		return absent(out.StackEvents == nil, "events")
	case *cloudtrail.LookupEventsOutput:
		return absent(out.Events == nil, "events")
	case *cloudwatch.GetMetricDataOutput:
		return absent(out.MetricDataResults == nil, "metrics")
	case *cloudwatchlogs.DescribeLogGroupsOutput:
		return absent(out.LogGroups == nil, "log groups")
	case *cloudwatchlogs.FilterLogEventsOutput:
		return absent(out.Events == nil, "events")
	case *lambda.ListEventSourceMappingsOutput:
		return absent(out.EventSourceMappings == nil, "event source mappings")
	case *ssm.GetParametersOutput:
		return absent(out.Parameters == nil && out.InvalidParameters == nil, "parameters")
	}
	return ""
}

// without gives what is missing, if it is.
func without(value *string, what string) string {
	return absent(value == nil || *value == "", what)
}

func absent(missing bool, what string) string {
	if missing {
		return what
	}
	return ""
}

func withoutRole(role *iamtypes.Role) string {
	if role == nil {
		return "role"
	}
	return without(role.Arn, "role")
}
