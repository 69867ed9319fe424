package sqs_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
)

func TestMetricsSayWhatHappened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sums := map[string]float64{}
		h := oracle.Host()
		h.Meter = func(data ...host.Datum) {
			for _, d := range data {
				if d.Namespace != "AWS/SQS" || len(d.Dimensions) != 1 || d.Dimensions[0] != (host.Dimension{Name: "QueueName", Value: "q"}) {
					t.Errorf("a metric of %+v", d)
				}
				sums[d.Name] += d.Value
			}
		}
		service := sqs.New(h)
		c := sdk.NewFromConfig(oracle.Config(service.Wire()))
		url := create(t, c, "q", nil)
		receive(t, c, url, 0)
		send(t, c, url, "12345", "6789")
		time.Sleep(90 * time.Second)
		one, err := c.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: &url})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.SendMessage(t.Context(), &sdk.SendMessageInput{QueueUrl: &url, MessageBody: aws.String("x"), DelaySeconds: 60}); err != nil {
			t.Fatal(err)
		}
		for _, gauge := range service.Gauges() {
			sums[gauge.Name] = gauge.Value
		}
		remove(t, c, url, one.Messages[0])
		for name, want := range map[string]float64{
			"NumberOfMessagesSent": 3, "SentMessageSize": 10, "NumberOfMessagesReceived": 1, "NumberOfEmptyReceives": 1, "NumberOfMessagesDeleted": 1,
			"ApproximateNumberOfMessagesVisible": 1, "ApproximateNumberOfMessagesNotVisible": 1, "ApproximateNumberOfMessagesDelayed": 1,
			"ApproximateAgeOfOldestMessage": 90,
		} {
			if sums[name] != want {
				t.Errorf("%s is %v, want %v", name, sums[name], want)
			}
		}
	})
}
