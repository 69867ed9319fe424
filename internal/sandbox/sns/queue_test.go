package sns_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sns"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sns"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
)

func TestAFIFOTopicFeedsAFIFOQueueOnce(t *testing.T) {
	h := oracle.Host()
	queues := sqs.New(h)
	c := sdk.NewFromConfig(oracle.Config(sns.New(h, queues).Wire()))
	queue, err := queues.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: aws.String("q.fifo"), Attributes: map[string]string{"FifoQueue": "true"}})
	if err != nil {
		t.Fatal(err)
	}
	topic, err := c.CreateTopic(t.Context(), &sdk.CreateTopicInput{Name: aws.String("t.fifo"), Attributes: map[string]string{"FifoTopic": "true", "ContentBasedDeduplication": "true"}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Subscribe(t.Context(), &sdk.SubscribeInput{
		TopicArn: topic.TopicArn, Protocol: aws.String("sqs"), Endpoint: aws.String(queueARN + "q.fifo"), Attributes: map[string]string{"RawMessageDelivery": "true"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Publish(t.Context(), &sdk.PublishInput{TopicArn: topic.TopicArn, Message: aws.String("x"), MessageGroupId: aws.String("g")}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := queues.ReceiveMessage(t.Context(), &awssqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, MaxNumberOfMessages: 10})
	if err != nil || len(got.Messages) != 1 || *got.Messages[0].Body != "x" {
		t.Errorf("%v, %v", got, err)
	}
}
