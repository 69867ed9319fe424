package dynamodb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestAnswersAreMotosToo(t *testing.T) {
	theirs := sdk.NewFromConfig(oracle.Moto(t))
	ours, _ := client(t)
	ctx := t.Context()
	type step = oracle.Step[*sdk.Client]
	create := func(name string, change func(*sdk.CreateTableInput)) step {
		return step{Name: "create " + name, Call: func(c *sdk.Client) (any, error) {
			_, err := c.CreateTable(ctx, table(name, change))
			return nil, err
		}}
	}
	describe := func(name string) step {
		return step{Name: "describe " + name, Call: func(c *sdk.Client) (any, error) {
			out, err := c.DescribeTable(ctx, &sdk.DescribeTableInput{TableName: &name})
			if err != nil {
				return nil, err
			}
			d := out.Table
			return []any{
				d.TableName, d.TableArn, d.TableStatus, d.KeySchema, d.AttributeDefinitions, d.BillingModeSummary.BillingMode, d.ItemCount,
				len(d.GlobalSecondaryIndexes), d.GlobalSecondaryIndexes[0].IndexStatus, d.DeletionProtectionEnabled,
			}, nil
		}}
	}
	ttl := func(attribute string, enabled bool) step {
		return step{Name: "set time to live", Call: func(c *sdk.Client) (any, error) {
			out, err := c.UpdateTimeToLive(ctx, &sdk.UpdateTimeToLiveInput{
				TableName: aws.String("main"), TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &attribute, Enabled: &enabled},
			})
			if err != nil {
				return nil, err
			}
			return out.TimeToLiveSpecification, nil
		}}
	}
	remove := func(name string) step {
		return step{Name: "delete " + name, Call: func(c *sdk.Client) (any, error) {
			_, err := c.DeleteTable(ctx, &sdk.DeleteTableInput{TableName: &name})
			return nil, err
		}}
	}
	oracle.Compare(t, ours, theirs, []step{
		create("main", nil),
		create("main", nil),
		create("unused", func(in *sdk.CreateTableInput) { in.AttributeDefinitions = text("PK", "SK", "GSI1PK", "GSI1SK", "X") }),
		create("undefined", func(in *sdk.CreateTableInput) { in.AttributeDefinitions = text("PK", "SK") }),
		create("throughput", func(in *sdk.CreateTableInput) { in.ProvisionedThroughput = throughput(1) }),
		create("guarded", func(in *sdk.CreateTableInput) { in.DeletionProtectionEnabled = aws.Bool(true) }),
		describe("main"),
		describe("guarded"),
		describe("nowhere"),
		ttl("ttl", true), // moto takes a second one too, AWS does not
		ttl("ttl", false),
		{Name: "list", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListTables(ctx, &sdk.ListTablesInput{Limit: aws.Int32(1)})
			if err != nil {
				return nil, err
			}
			return out.LastEvaluatedTableName != nil && *out.LastEvaluatedTableName == out.TableNames[0], nil
		}},
		{Name: "backups", Call: func(c *sdk.Client) (any, error) {
			out, err := c.DescribeContinuousBackups(ctx, &sdk.DescribeContinuousBackupsInput{TableName: aws.String("main")})
			if err != nil {
				return nil, err
			}
			return out.ContinuousBackupsDescription, nil
		}},
		{Name: "backups of a missing table", Call: func(c *sdk.Client) (any, error) {
			return c.DescribeContinuousBackups(ctx, &sdk.DescribeContinuousBackupsInput{TableName: aws.String("nowhere")})
		}},
		{Name: "tag", Call: func(c *sdk.Client) (any, error) {
			arn := aws.String("arn:aws:dynamodb:us-east-1:123456789012:table/main")
			_, err := c.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}}})
			if err != nil {
				return nil, err
			}
			out, err := c.ListTagsOfResource(ctx, &sdk.ListTagsOfResourceInput{ResourceArn: arn})
			if err != nil {
				return nil, err
			}
			return out.Tags, nil
		}},
		remove("guarded"),
		remove("main"),
		remove("main"),
	})
}
