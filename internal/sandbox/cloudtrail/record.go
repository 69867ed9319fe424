package cloudtrail

import (
	"reflect"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// reading begins the names of operations that only read.
var reading = []string{"Get", "List", "Describe", "BatchGet", "Lookup", "Head", "Test", "Validate", "Filter", "Detect", "Estimate"}

// unrecorded are operations that are no writes in CloudTrail's eyes although their
// names do not say so, or data events, which the event history does not have.
var unrecorded = []string{
	"AssumeRole", "Query", "Scan", "TransactGetItems", "StartQuery", "StopQuery", "StartLiveTail",
	"SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch",
	"ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "Publish", "PublishBatch", "Invoke",
	"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems",
	"PutLogEvents", "PutMetricData", "PostToConnection", "DeleteConnection",
}

// recorded reports whether a call is a management event that writes. Those of S3 have no
// operation here.
func recorded(c *wire.Call) bool {
	return c.Operation != "" && !slices.Contains(unrecorded, c.Operation) &&
		!slices.ContainsFunc(reading, func(prefix string) bool { return strings.HasPrefix(c.Operation, prefix) })
}

// versioned are Lambda's operations, whose events bear a version of its API.
var versioned = map[string]string{
	"AddPermission": "20150331v2", "RemovePermission": "20150331v2", "CreateEventSourceMapping": "20150331",
	"UpdateEventSourceMapping": "20150331", "DeleteEventSourceMapping": "20150331", "CreateFunction": "20150331",
	"DeleteFunction": "20150331", "UpdateFunctionCode": "20150331v2", "UpdateFunctionConfiguration": "20150331v2",
	"PublishVersion": "20150331", "PutFunctionConcurrency": "20171031", "DeleteFunctionConcurrency": "20171031",
	"TagResource": "20170331v2", "UntagResource": "20170331v2",
}

func eventName(c *wire.Call) string {
	if c.Service == "lambda" {
		return c.Operation + versioned[c.Operation]
	}
	return c.Operation
}

// naming are the members that name a resource, and its type where there is one.
// Name is the member of several services.
var naming = []struct{ member, service, resource string }{
	{"SecretId", "", "AWS::SecretsManager::Secret"}, {"FunctionName", "", "AWS::Lambda::Function"},
	{"StackName", "", "AWS::CloudFormation::Stack"}, {"QueueUrl", "", "AWS::SQS::Queue"}, {"TableName", "", "AWS::DynamoDB::Table"},
	{"Name", "secretsmanager", "AWS::SecretsManager::Secret"}, {"Name", "ssm", "AWS::SSM::Parameter"}, {"Name", "sns", "AWS::SNS::Topic"},
	{"RoleName", "", "AWS::IAM::Role"}, {"UserName", "", "AWS::IAM::User"}, {"AlarmName", "", "AWS::CloudWatch::Alarm"},
	{"LogGroupName", "", "AWS::Logs::LogGroup"}, {"TopicArn", "", "AWS::SNS::Topic"}, {"ReplicationGroupId", "", "AWS::ElastiCache::ReplicationGroup"},
}

// telling are further members that say what was asked for, none of which can hold a
// value of anybody's.
var telling = []string{
	"UUID", "Enabled", "EventSourceArn", "ChangeSetName", "ChangeSetType", "ClientRequestToken", "EnableTerminationProtection",
	"VersionStage", "VersionStages", "MoveToVersionId", "RemoveFromVersionId", "QueueName", "SourceArn", "DestinationArn",
	"MaxNumberOfMessagesPerSecond", "AlarmNames", "AlarmMuteRuleName", "PolicyArn", "KeyId", "ResourceArn", "ReservedConcurrentExecutions",
}

// parameters are the members of an input that name things or say what was asked for, by
// CloudTrail's names.
func parameters(input any) map[string]any {
	out := map[string]any{}
	v := reflect.ValueOf(input)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return out
	}
	take := func(member string) {
		field := v.Elem().FieldByName(member)
		if field.Kind() == reflect.Pointer {
			field = field.Elem() // of a nil pointer it is no value
		}
		switch {
		case !field.IsValid() || field.IsZero() && field.Kind() != reflect.Bool:
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.String, field.Kind() == reflect.String,
			field.Kind() == reflect.Bool, field.CanInt():
			out[lower(member)] = field.Interface()
		}
	}
	for _, named := range naming {
		take(named.member)
	}
	for _, member := range telling {
		take(member)
	}
	return out
}

// lower is a member's name in CloudTrail: with a small first letter, "uUID" too.
func lower(member string) string { return strings.ToLower(member[:1]) + member[1:] }
