package sqs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// at is the queue's address at either server: both look at its path alone.
func at(name string) *string { return aws.String("http://localhost/123456789012/" + name) }

func TestAnswersAreMotosToo(t *testing.T) {
	theirs := sdk.NewFromConfig(oracle.Moto(t))
	ours, _ := client(t)
	ctx := t.Context()
	type step = oracle.Step[*sdk.Client]
	createQueue := func(name string, attributes map[string]string) step {
		return step{Name: "create " + name, Call: func(c *sdk.Client) (any, error) {
			out, err := c.CreateQueue(ctx, &sdk.CreateQueueInput{QueueName: &name, Attributes: attributes, Tags: map[string]string{"a": "1"}})
			if err != nil {
				return nil, err
			}
			return strings.HasSuffix(*out.QueueUrl, "/123456789012/"+name), nil
		}}
	}
	set := func(name, attribute, value string) step {
		return step{Name: "set " + attribute + " of " + name, Call: func(c *sdk.Client) (any, error) {
			_, err := c.SetQueueAttributes(ctx, &sdk.SetQueueAttributesInput{QueueUrl: at(name), Attributes: map[string]string{attribute: value}})
			return nil, err
		}}
	}
	get := func(name string, names ...types.QueueAttributeName) step {
		return step{Name: "attributes of " + name, Call: func(c *sdk.Client) (any, error) {
			out, err := c.GetQueueAttributes(ctx, &sdk.GetQueueAttributesInput{QueueUrl: at(name), AttributeNames: names})
			if err != nil {
				return nil, err
			}
			return out.Attributes, nil
		}}
	}
	oracle.Compare(t, ours, theirs, []step{
		createQueue("dlq", nil),
		createQueue("main", map[string]string{"VisibilityTimeout": "90", "RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dlq","maxReceiveCount":5}`}),
		createQueue("main", map[string]string{"VisibilityTimeout": "91"}),
		createQueue("dlq", nil),
		createQueue("not a name", nil),
		createQueue("q.fifo", map[string]string{"FifoQueue": "true"}),
		get("main", "VisibilityTimeout", "DelaySeconds", "MessageRetentionPeriod", "QueueArn", "ApproximateNumberOfMessages"),
		get("main", "Colour"),
		get("nowhere", "All"),
		set("main", "DelaySeconds", "10"),
		set("nowhere", "DelaySeconds", "10"),
		get("main", "DelaySeconds"),
		{Name: "tags", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListQueueTags(ctx, &sdk.ListQueueTagsInput{QueueUrl: at("main")})
			if err != nil {
				return nil, err
			}
			return out.Tags, nil
		}},
		{Name: "url of a missing queue", Call: func(c *sdk.Client) (any, error) {
			return c.GetQueueUrl(ctx, &sdk.GetQueueUrlInput{QueueName: aws.String("nowhere")})
		}},
		{Name: "list by prefix", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListQueues(ctx, &sdk.ListQueuesInput{QueueNamePrefix: aws.String("m")})
			if err != nil {
				return nil, err
			}
			return len(out.QueueUrls), nil
		}},
		{Name: "sources", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListDeadLetterSourceQueues(ctx, &sdk.ListDeadLetterSourceQueuesInput{QueueUrl: at("dlq")})
			if err != nil {
				return nil, err
			}
			return len(out.QueueUrls), nil
		}},
		{Name: "purge", Call: func(c *sdk.Client) (any, error) {
			_, err := c.PurgeQueue(ctx, &sdk.PurgeQueueInput{QueueUrl: at("main")})
			return nil, err
		}},
		{Name: "delete", Call: func(c *sdk.Client) (any, error) {
			_, err := c.DeleteQueue(ctx, &sdk.DeleteQueueInput{QueueUrl: at("main")})
			return nil, err
		}},
		get("main", "All"),
	})
}
