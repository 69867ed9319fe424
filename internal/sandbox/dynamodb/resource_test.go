package dynamodb_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

const (
	keys = `"KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
		"BillingMode": "PAY_PER_REQUEST"`
	definitions = `{"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}`
	index       = `{"IndexName": "GSI1", "KeySchema": [{"AttributeName": "G1", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}`
	before      = `{"TableName": "main", ` + keys + `, "AttributeDefinitions": [` + definitions + `, {"AttributeName": "G1", "AttributeType": "S"}],
		"GlobalSecondaryIndexes": [` + index + `], "DeletionProtectionEnabled": false, "SSESpecification": {"SSEEnabled": true},
		"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true, "RecoveryPeriodInDays": 35},
		"TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": true}, "Tags": [{"Key": "a", "Value": "1"}]}`
)

func TestATableLivesThroughItsStack(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	made := stack.Create("AWS::DynamoDB::Table", "Main", before)
	if made.PhysicalID != "main" || made.Attributes["Arn"] != "arn:aws:dynamodb:us-east-1:123456789012:table/main" {
		t.Errorf("made %+v", made)
	}
	after := `{"TableName": "main", ` + keys + `, "AttributeDefinitions": [` + definitions + `], "StreamSpecification": {"StreamViewType": "KEYS_ONLY"}}`
	changed := stack.Update("AWS::DynamoDB::Table", "Main", "main", before, after)
	if arn, _ := changed.Attributes["StreamArn"].(string); !strings.HasPrefix(arn, "arn:aws:dynamodb:us-east-1:123456789012:table/main/stream/20") {
		t.Errorf("stream ARN %q", arn)
	}
	ttl, err := c.DescribeTimeToLive(t.Context(), &sdk.DescribeTimeToLiveInput{TableName: aws.String("main")})
	if err != nil || ttl.TimeToLiveDescription.TimeToLiveStatus != "DISABLED" {
		t.Errorf("time to live that the properties no longer have: %v, %v", ttl, err)
	}
	stack.Delete("AWS::DynamoDB::Table", "Main", "main", after)
}

func TestDeletionProtectionHoldsAgainstTheStackToo(t *testing.T) {
	_, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	protected := strings.Replace(before, `"DeletionProtectionEnabled": false`, `"DeletionProtectionEnabled": true`, 1)
	stack.Create("AWS::DynamoDB::Table", "Main", protected)
	if err := stack.TryDelete("AWS::DynamoDB::Table", "Main", "main", protected); err == nil {
		t.Error("a protected table was deleted")
	}
}

func TestAGlobalTableOfOneRegionIsATable(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	properties := func(region string) string {
		return `{"TableName": "global", ` + keys + `, "AttributeDefinitions": [` + definitions + `],
			"Replicas": [{"Region": "` + region + `", "DeletionProtectionEnabled": false,
			"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": false}}]}`
	}
	if _, err := stack.Try("AWS::DynamoDB::GlobalTable", "Main", properties("eu-west-1")); err == nil {
		t.Error("a replica in another region was made")
	}
	made := stack.Create("AWS::DynamoDB::GlobalTable", "Main", properties("us-east-1"))
	out, err := c.DescribeTable(t.Context(), &sdk.DescribeTableInput{TableName: &made.PhysicalID})
	if err != nil || made.Attributes["TableId"] != *out.Table.TableId {
		t.Errorf("%+v, %v", made, err)
	}
	stack.Delete("AWS::DynamoDB::GlobalTable", "Main", made.PhysicalID, properties("us-east-1"))
}

func TestOneIndexChangesAtATimeInAStack(t *testing.T) {
	_, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	stack.Create("AWS::DynamoDB::Table", "Main", before)
	request := `{"TableName": "main", ` + keys + `, "AttributeDefinitions": [` + definitions + `, {"AttributeName": "G1", "AttributeType": "S"}],
		"GlobalSecondaryIndexes": [` + strings.Replace(index, "GSI1", "GSI2", 1) + `]}`
	_, err := stack.Type("AWS::DynamoDB::Table").Update(t.Context(), resource.Request{PhysicalID: "main", Properties: oracle.Properties(t, request)})
	if err == nil || !strings.Contains(err.Error(), "more than one GSI") {
		t.Errorf("one index gone and another there: %v", err)
	}
}
