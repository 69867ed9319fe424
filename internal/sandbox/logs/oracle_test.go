package logs_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestAnswersAreMotosToo(t *testing.T) {
	theirs := cloudwatchlogs.NewFromConfig(oracle.Moto(t))
	ours, _ := client(t)
	ctx, g := t.Context(), aws.String("/aws/lambda/f")
	type step = oracle.Step[*cloudwatchlogs.Client]
	call := func(name string, f func(c *cloudwatchlogs.Client) error) step {
		return step{Name: name, Call: func(c *cloudwatchlogs.Client) (any, error) { return nil, f(c) }}
	}
	newGroup := call("create", func(c *cloudwatchlogs.Client) error {
		_, err := c.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: g, Tags: map[string]string{"a": "1"}})
		return err
	})
	newStream := call("stream", func(c *cloudwatchlogs.Client) error {
		_, err := c.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: g, LogStreamName: aws.String("s")})
		return err
	})
	remove := call("delete", func(c *cloudwatchlogs.Client) error {
		_, err := c.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: g})
		return err
	})
	oracle.Compare(t, ours, theirs, []step{
		remove,
		newStream,
		newGroup,
		newGroup,
		newStream,
		newStream,
		call("retention", func(c *cloudwatchlogs.Client) error {
			_, err := c.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: g, RetentionInDays: aws.Int32(7)})
			return err
		}),
		call("retention of nothing", func(c *cloudwatchlogs.Client) error {
			_, err := c.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String("x"), RetentionInDays: aws.Int32(7)})
			return err
		}),
		{Name: "groups", Call: func(c *cloudwatchlogs.Client) (any, error) {
			out, err := c.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/aws/")})
			if err != nil {
				return nil, err
			}
			one := out.LogGroups[0]
			return []any{len(out.LogGroups), one.LogGroupName, one.Arn, one.RetentionInDays, one.MetricFilterCount, one.StoredBytes}, nil
		}},
		{Name: "streams", Call: func(c *cloudwatchlogs.Client) (any, error) {
			out, err := c.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: g, LogStreamNamePrefix: aws.String("s")})
			if err != nil {
				return nil, err
			}
			return []any{len(out.LogStreams), out.LogStreams[0].LogStreamName, out.LogStreams[0].Arn}, nil
		}},
		{Name: "tags", Call: func(c *cloudwatchlogs.Client) (any, error) {
			out, err := c.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:logs:us-east-1:123456789012:log-group:" + *g)})
			if err != nil {
				return nil, err
			}
			return out.Tags, nil
		}},
		call("filter", func(c *cloudwatchlogs.Client) error {
			_, err := c.PutMetricFilter(ctx, &cloudwatchlogs.PutMetricFilterInput{
				LogGroupName: g, FilterName: aws.String("f"), FilterPattern: aws.String("ERROR"),
				MetricTransformations: []types.MetricTransformation{{MetricName: aws.String("m"), MetricNamespace: aws.String("n"), MetricValue: aws.String("1")}},
			})
			return err
		}),
		{Name: "filters", Call: func(c *cloudwatchlogs.Client) (any, error) {
			out, err := c.DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{LogGroupName: g})
			if err != nil {
				return nil, err
			}
			f := out.MetricFilters[0]
			return []any{len(out.MetricFilters), f.FilterName, f.FilterPattern, f.MetricTransformations[0].MetricName}, nil
		}},
		remove,
		remove,
	})
}
