package iam

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

const awsPolicyPrefix = "arn:aws:iam::aws:policy/"

// awsManaged are the policies that AWS itself provides and that a serverless
// back end attaches, by path and name, with the actions they allow on all
// resources (AWS managed policy reference).
var awsManaged = map[string][]string{
	"AdministratorAccess":                               {"*"},
	"AWSXRayDaemonWriteAccess":                          {"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"},
	"CloudWatchLambdaInsightsExecutionRolePolicy":       {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
	"service-role/AWSLambdaBasicExecutionRole":          {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
	"service-role/AWSLambdaSQSQueueExecutionRole":       {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"},
	"service-role/AWSLambdaVPCAccessExecutionRole":      {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"},
	"service-role/AmazonAPIGatewayPushToCloudWatchLogs": {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents", "logs:GetLogEvents", "logs:FilterLogEvents"},
}

func awsPolicies() []managedPolicy {
	var out []managedPolicy
	for _, name := range slices.Sorted(maps.Keys(awsManaged)) {
		p, _ := awsPolicy(awsPolicyPrefix + name)
		out = append(out, p)
	}
	return out
}

// awsPolicy gives one of AWS's own policies.
func awsPolicy(arn string) (managedPolicy, bool) {
	name, prefixed := strings.CutPrefix(arn, awsPolicyPrefix)
	actions, known := awsManaged[name]
	if !prefixed || !known {
		return managedPolicy{}, false
	}
	slash := strings.LastIndex(name, "/") + 1
	p := managedPolicy{Name: name[slash:], ARN: arn, Path: "/" + name[:slash], ID: "ANPA" + strings.ToUpper(name[slash:])}
	since := time.Date(2015, 2, 6, 18, 40, 0, 0, time.UTC)
	p.Created = since
	return p.withVersion(allowing(actions), since), true
}

func allowing(actions []string) string {
	document, err := json.Marshal(map[string]any{
		"Version":   "2012-10-17",
		"Statement": []any{map[string]any{"Effect": "Allow", "Action": actions, "Resource": "*"}},
	})
	if err != nil {
		panic("iam: a list of actions is no JSON: " + err.Error())
	}
	return string(document)
}
