package sns_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sns"
)

// queues keeps what was sent, by the queue's name.
type queues struct {
	sent map[string][]*sqs.SendMessageInput
}

func (q *queues) QueueURL(arn string) (string, bool) {
	name := arn[strings.LastIndex(arn, ":")+1:]
	_, ok := q.sent[name]
	return "http://localhost/123456789012/" + name, ok
}

func (q *queues) SendMessage(_ context.Context, in *sqs.SendMessageInput) (*sqs.SendMessageOutput, error) {
	name := (*in.QueueUrl)[strings.LastIndex(*in.QueueUrl, "/")+1:]
	if name == "full" {
		return nil, errors.New("no room")
	}
	q.sent[name] = append(q.sent[name], in)
	return &sqs.SendMessageOutput{}, nil
}

// bench is a topic with queues behind it.
type bench struct {
	t       *testing.T
	client  *sdk.Client
	service *sns.Service
	queues  *queues
	topic   *string
	metrics map[string]float64
}

func newBench(t *testing.T, names ...string) *bench {
	t.Helper()
	b := &bench{t: t, queues: &queues{map[string][]*sqs.SendMessageInput{}}, metrics: map[string]float64{}}
	for _, name := range names {
		b.queues.sent[name] = nil
	}
	h := oracle.Host()
	h.Meter = func(data ...host.Datum) {
		for _, d := range data {
			b.metrics[d.Name] += d.Value
		}
	}
	b.service = sns.New(h, b.queues)
	b.client = sdk.NewFromConfig(oracle.Config(b.service.Wire()))
	b.topic = create(t, b.client, "alerts")
	return b
}

func (b *bench) subscribe(protocol, endpoint string, attributes map[string]string) {
	b.t.Helper()
	_, err := b.client.Subscribe(b.t.Context(), &sdk.SubscribeInput{TopicArn: b.topic, Protocol: &protocol, Endpoint: &endpoint, Attributes: attributes})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) publish(in *sdk.PublishInput) error {
	in.TopicArn = b.topic
	_, err := b.client.Publish(b.t.Context(), in)
	return err
}

const queueARN = "arn:aws:sqs:us-east-1:123456789012:"

func TestQueuesGetAnEnvelopeOrTheMessageItself(t *testing.T) {
	b := newBench(t, "wrapped", "raw")
	b.subscribe("sqs", queueARN+"wrapped", nil)
	b.subscribe("sqs", queueARN+"raw", map[string]string{"RawMessageDelivery": "true"})
	in := &sdk.PublishInput{Subject: aws.String("Alarm"), Message: aws.String("<it> burns"), MessageAttributes: map[string]types.MessageAttributeValue{
		"kind": {DataType: aws.String("String"), StringValue: aws.String("alarm")},
	}}
	if err := b.publish(in); err != nil {
		t.Fatal(err)
	}
	raw := b.queues.sent["raw"][0]
	if *raw.MessageBody != "<it> burns" || *raw.MessageAttributes["kind"].StringValue != "alarm" {
		t.Errorf("raw: %v", raw)
	}
	var got struct {
		Type, TopicArn, Subject, Message, MessageId, Timestamp string
		MessageAttributes                                      map[string]struct{ Type, Value string }
	}
	if err := json.Unmarshal([]byte(*b.queues.sent["wrapped"][0].MessageBody), &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "Notification" || got.TopicArn != *b.topic || got.Subject != "Alarm" || got.Message != "<it> burns" || got.MessageAttributes["kind"].Value != "alarm" {
		t.Errorf("envelope %+v", got)
	}
	if b.metrics["NumberOfMessagesPublished"] != 1 || b.metrics["NumberOfNotificationsDelivered"] != 2 {
		t.Errorf("metrics %v", b.metrics)
	}
}

func TestWhatWouldBeMailedIsKept(t *testing.T) {
	b := newBench(t)
	b.subscribe("email", "ops@example.com", nil)
	if err := b.service.Notify(*b.topic, "ALARM: errors", "too many"); err != nil {
		t.Fatal(err)
	}
	mails := b.service.Mails()
	if len(mails) != 1 || mails[0].To != "ops@example.com" || mails[0].Subject != "ALARM: errors" || mails[0].Body != "too many" || !mails[0].Pending {
		t.Errorf("mails %+v", mails)
	}
	for range 200 {
		_ = b.service.Notify(*b.topic, "again", "x")
	}
	if got := len(b.service.Mails()); got != 100 {
		t.Errorf("%d mails are kept", got)
	}
}

func TestAnUndeliverableNotificationGoesToItsDeadLetterQueue(t *testing.T) {
	b := newBench(t, "full", "dlq")
	b.subscribe("sqs", queueARN+"full", map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"` + queueARN + `dlq"}`})
	b.subscribe("sqs", queueARN+"gone", nil)
	if err := b.publish(&sdk.PublishInput{Message: aws.String("x")}); err != nil {
		t.Fatal(err)
	}
	if len(b.queues.sent["dlq"]) != 1 || b.metrics["NumberOfNotificationsFailed"] != 2 || b.metrics["NumberOfNotificationsDelivered"] != 0 {
		t.Errorf("dlq %v, metrics %v", b.queues.sent["dlq"], b.metrics)
	}
}

// The policies and what they take are from "Amazon SNS subscription filter policies".
func TestFilterPoliciesChooseMessages(t *testing.T) {
	for policy, want := range map[string][]string{
		`{"store":["example_corp"]}`:                                             {"full"},
		`{"store":[{"anything-but":"example_corp"}]}`:                            {"other"},
		`{"store":[{"prefix":"example"}]}`:                                       {"full"},
		`{"store":[{"suffix":"shop"}]}`:                                          {"other"},
		`{"price_usd":[{"numeric":[">=",100]}]}`:                                 {"full"},
		`{"price_usd":[{"numeric":[">",0,"<",100]}]}`:                            {"other"},
		`{"price_usd":[210.75]}`:                                                 {"full"},
		`{"interests":["rugby"]}`:                                                {"full"},
		`{"interests":[{"exists":false}]}`:                                       {"other"},
		`{"store":["example_corp","coffee_shop"]}`:                               {"full", "other"},
		`{"store":["example_corp"],"interests":["basket"]}`:                      nil,
		`{"store":[{"equals-ignore-case":"COFFEE_SHOP"}]}`:                       {"other"},
		`{"store":[{"anything-but":["coffee_shop","x"]}]}`:                       {"full"},
		`{"store":[{"anything-but":{"prefix":"coffee"}}]}`:                       {"full"},
		`{"store":[{"unheard-of":true}]}`:                                        nil,
		`{"interests":[{"exists":true}],"price_usd":[{"numeric":["=",210.75]}]}`: {"full"},
	} {
		b := newBench(t, "q")
		b.subscribe("sqs", queueARN+"q", map[string]string{"FilterPolicy": policy, "RawMessageDelivery": "true"})
		value := func(kind, text string) types.MessageAttributeValue {
			return types.MessageAttributeValue{DataType: &kind, StringValue: &text}
		}
		for body, attributes := range map[string]map[string]types.MessageAttributeValue{
			"full":  {"store": value("String", "example_corp"), "price_usd": value("Number", "210.75"), "interests": value("String.Array", `["soccer","rugby"]`)},
			"other": {"store": value("String", "coffee_shop"), "price_usd": value("Number", "4")},
		} {
			if err := b.publish(&sdk.PublishInput{Message: &body, MessageAttributes: attributes}); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for _, in := range b.queues.sent["q"] {
			got = append(got, *in.MessageBody)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s takes %v, want %v", policy, got, want)
		}
	}
}

func TestAFilterPolicyCanBeAboutTheBody(t *testing.T) {
	b := newBench(t, "q")
	b.subscribe("sqs", queueARN+"q", map[string]string{"FilterPolicy": `{"order":{"state":["paid"]}}`, "FilterPolicyScope": "MessageBody"})
	for _, body := range []string{`{"order":{"state":"paid"}}`, `{"order":{"state":"new"}}`, `no JSON`, `{"order":[[1]]}`} {
		if err := b.publish(&sdk.PublishInput{Message: &body}); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(b.queues.sent["q"]); got != 1 {
		t.Errorf("%d messages were delivered", got)
	}
}

func TestWhatCannotBePublishedIsRefused(t *testing.T) {
	b := newBench(t)
	for name, in := range map[string]*sdk.PublishInput{
		"empty":             {Message: aws.String("")},
		"too long":          {Message: aws.String(strings.Repeat("x", 256<<10+1))},
		"subject":           {Message: aws.String("x"), Subject: aws.String("two\nlines")},
		"structure":         {Message: aws.String("x"), MessageStructure: aws.String("json")},
		"no default":        {Message: aws.String(`{"sqs":"x"}`), MessageStructure: aws.String("json")},
		"unknown structure": {Message: aws.String("x"), MessageStructure: aws.String("xml")},
	} {
		if err := b.publish(in); oracle.Code(err) != "InvalidParameter" {
			t.Errorf("%s: %v", name, err)
		}
	}
	entry := func(id, message string) types.PublishBatchRequestEntry {
		return types.PublishBatchRequestEntry{Id: &id, Message: &message}
	}
	out, err := b.client.PublishBatch(t.Context(), &sdk.PublishBatchInput{TopicArn: b.topic, PublishBatchRequestEntries: []types.PublishBatchRequestEntry{entry("a", "x"), entry("b", "")}})
	if err != nil || len(out.Successful) != 1 || len(out.Failed) != 1 || *out.Failed[0].Id != "b" {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = b.client.PublishBatch(t.Context(), &sdk.PublishBatchInput{TopicArn: b.topic, PublishBatchRequestEntries: []types.PublishBatchRequestEntry{entry("a", "x"), entry("a", "y")}})
	if oracle.Code(err) != "BatchEntryIdsNotDistinct" {
		t.Errorf("two entries of one id: %v", err)
	}
}

func TestSubscribersGetTheMessageOfTheirProtocol(t *testing.T) {
	b := newBench(t, "q")
	b.subscribe("sqs", queueARN+"q", map[string]string{"RawMessageDelivery": "true"})
	b.subscribe("email", "ops@example.com", nil)
	err := b.publish(&sdk.PublishInput{Message: aws.String(`{"default":"for all","sqs":"for queues"}`), MessageStructure: aws.String("json")})
	if err != nil || *b.queues.sent["q"][0].MessageBody != "for queues" || b.service.Mails()[0].Body != "for all" {
		t.Errorf("%v, %v, %v", b.queues.sent["q"], b.service.Mails(), err)
	}
}
