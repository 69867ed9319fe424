package sns_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sns"
)

func client(t *testing.T) (*sdk.Client, *sns.Service) {
	t.Helper()
	service := sns.New(oracle.Host(), nil)
	return sdk.NewFromConfig(oracle.Config(service.Wire())), service
}

func create(t *testing.T, c *sdk.Client, name string) *string {
	t.Helper()
	out, err := c.CreateTopic(t.Context(), &sdk.CreateTopicInput{Name: &name})
	if err != nil {
		t.Fatal(err)
	}
	return out.TopicArn
}

func attributes(t *testing.T, c *sdk.Client, arn string) map[string]string {
	t.Helper()
	out, err := c.GetTopicAttributes(t.Context(), &sdk.GetTopicAttributesInput{TopicArn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes
}

func TestATopicWithoutAPolicyLetsItsAccountIn(t *testing.T) {
	c, _ := client(t)
	arn := *create(t, c, "alerts")
	set := func(value string) {
		_, err := c.SetTopicAttributes(t.Context(), &sdk.SetTopicAttributesInput{TopicArn: &arn, AttributeName: aws.String("Policy"), AttributeValue: &value})
		if err != nil {
			t.Fatal(err)
		}
	}
	first := attributes(t, c, arn)["Policy"]
	var policy struct {
		Statement []struct{ Resource string }
	}
	if err := json.Unmarshal([]byte(first), &policy); err != nil || policy.Statement[0].Resource != arn {
		t.Errorf("%s: %v", first, err)
	}
	set(`{"Statement":[]}`)
	if got := attributes(t, c, arn)["Policy"]; got != `{"Statement":[]}` {
		t.Errorf("policy %s", got)
	}
	set("")
	if got := attributes(t, c, arn)["Policy"]; got != first {
		t.Errorf("without a policy again: %s", got)
	}
}

func TestEndpointsMustFitTheirProtocol(t *testing.T) {
	c, _ := client(t)
	topic := create(t, c, "alerts")
	for _, tc := range []struct{ protocol, endpoint, want, code string }{
		{"email", "ops@example.com", "pending confirmation", ""},
		{"https", "https://example.com/hook", "pending confirmation", ""},
		{"email", "ops", "", "InvalidParameter"},
		{"https", "http://example.com", "", "InvalidParameter"},
		{"sqs", "http://localhost/q", "", "InvalidParameter"},
		{"pigeon", "ops@example.com", "", "InvalidParameter"},
	} {
		out, err := c.Subscribe(t.Context(), &sdk.SubscribeInput{TopicArn: topic, Protocol: &tc.protocol, Endpoint: &tc.endpoint})
		if oracle.Code(err) != tc.code || (err == nil && *out.SubscriptionArn != tc.want) {
			t.Errorf("%s %s: %v, %v", tc.protocol, tc.endpoint, out, err)
		}
	}
	if got := attributes(t, c, *topic); got["SubscriptionsPending"] != "2" || got["SubscriptionsConfirmed"] != "0" {
		t.Errorf("counts: %v", got)
	}
}

func TestASubscriptionIsMadeOnceAndGoesWithItsTopic(t *testing.T) {
	c, _ := client(t)
	topic := create(t, c, "alerts")
	in := &sdk.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:123456789012:q")}
	one, err := c.Subscribe(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	two, err := c.Subscribe(t.Context(), in)
	if err != nil || *one.SubscriptionArn != *two.SubscriptionArn {
		t.Errorf("%v and %v, %v", one, two, err)
	}
	if _, err := c.DeleteTopic(t.Context(), &sdk.DeleteTopicInput{TopicArn: topic}); err != nil {
		t.Fatal(err)
	}
	out, err := c.ListSubscriptions(t.Context(), &sdk.ListSubscriptionsInput{})
	if err != nil || len(out.Subscriptions) != 0 {
		t.Errorf("%v, %v", out, err)
	}
}

func TestATopicLivesThroughItsStack(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	topic := func(name, address string) string {
		return `{"TopicName": "alerts", "DisplayName": "` + name + `", "Subscription": [{"Protocol": "email", "Endpoint": "` + address + `"}]}`
	}
	made := stack.Create("AWS::SNS::Topic", "Alerts", topic("One", "a@example.com"))
	if made.PhysicalID != "arn:aws:sns:us-east-1:123456789012:alerts" || made.Attributes["TopicName"] != "alerts" {
		t.Errorf("made %+v", made)
	}
	policy := `{"Topics": ["` + made.PhysicalID + `"], "PolicyDocument": {"Version": "2012-10-17", "Statement": []}}`
	attached := stack.Create("AWS::SNS::TopicPolicy", "Policy", policy)
	stack.Update("AWS::SNS::Topic", "Alerts", made.PhysicalID, topic("One", "a@example.com"), topic("Two", "b@example.com"))
	if got := attributes(t, c, made.PhysicalID); got["DisplayName"] != "Two" || got["Policy"] != `{"Statement":[],"Version":"2012-10-17"}` {
		t.Errorf("attributes %v", got)
	}
	out, err := c.ListSubscriptionsByTopic(t.Context(), &sdk.ListSubscriptionsByTopicInput{TopicArn: &made.PhysicalID})
	if err != nil || len(out.Subscriptions) != 1 || *out.Subscriptions[0].Endpoint != "b@example.com" || *out.Subscriptions[0].SubscriptionArn != "PendingConfirmation" {
		t.Errorf("%v, %v", out, err)
	}
	stack.Delete("AWS::SNS::TopicPolicy", "Policy", attached.PhysicalID, policy)
	stack.Delete("AWS::SNS::Topic", "Alerts", made.PhysicalID, topic("Two", "b@example.com"))
}

func TestASubscriptionLivesThroughItsStack(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	base := `{"TopicArn": "` + *create(t, c, "alerts") + `", "Protocol": "email", "Endpoint": "a@example.com"`
	made := stack.Create("AWS::SNS::Subscription", "Mail", base+`}`)
	stack.Update("AWS::SNS::Subscription", "Mail", made.PhysicalID, base+`}`, base+`, "FilterPolicy": {"kind": ["alarm"]}, "RawMessageDelivery": false}`)
	out, err := c.GetSubscriptionAttributes(t.Context(), &sdk.GetSubscriptionAttributesInput{SubscriptionArn: &made.PhysicalID})
	if err != nil || out.Attributes["FilterPolicy"] != `{"kind":["alarm"]}` || out.Attributes["PendingConfirmation"] != "true" {
		t.Errorf("%v, %v", out, err)
	}
	stack.Delete("AWS::SNS::Subscription", "Mail", made.PhysicalID, base+`}`)
}

func TestAnswersAreMotosToo(t *testing.T) {
	theirs := sdk.NewFromConfig(oracle.Moto(t))
	ours, _ := client(t)
	ctx := t.Context()
	arn := aws.String("arn:aws:sns:us-east-1:123456789012:alerts")
	missing := aws.String("arn:aws:sns:us-east-1:123456789012:nowhere")
	type step = oracle.Step[*sdk.Client]
	newTopic := func(name string) step {
		return step{Name: "create " + name, Call: func(c *sdk.Client) (any, error) {
			out, err := c.CreateTopic(ctx, &sdk.CreateTopicInput{
				Name: &name, Attributes: map[string]string{"DisplayName": "Alerts"}, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}},
			})
			if err != nil {
				return nil, err
			}
			return out.TopicArn, nil
		}}
	}
	get := func(arn *string) step {
		return step{Name: "attributes of " + *arn, Call: func(c *sdk.Client) (any, error) {
			out, err := c.GetTopicAttributes(ctx, &sdk.GetTopicAttributesInput{TopicArn: arn})
			if err != nil {
				return nil, err
			}
			a := out.Attributes
			return []any{a["TopicArn"], a["Owner"], a["DisplayName"], a["SubscriptionsPending"], a["SubscriptionsConfirmed"], a["SubscriptionsDeleted"]}, nil
		}}
	}
	subscribe := func(topic *string, protocol, endpoint string) step {
		return step{Name: "subscribe " + protocol, Call: func(c *sdk.Client) (any, error) {
			_, err := c.Subscribe(ctx, &sdk.SubscribeInput{TopicArn: topic, Protocol: &protocol, Endpoint: &endpoint})
			return nil, err
		}}
	}
	oracle.Compare(t, ours, theirs, []step{
		newTopic("alerts"),
		newTopic("alerts"),
		newTopic("not a name"),
		get(arn),
		get(missing),
		subscribe(arn, "sqs", "arn:aws:sqs:us-east-1:123456789012:q"),
		subscribe(missing, "sqs", "arn:aws:sqs:us-east-1:123456789012:q"),
		{Name: "subscriptions", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListSubscriptionsByTopic(ctx, &sdk.ListSubscriptionsByTopicInput{TopicArn: arn})
			if err != nil {
				return nil, err
			}
			return []any{len(out.Subscriptions), out.Subscriptions[0].Endpoint, out.Subscriptions[0].Protocol, out.Subscriptions[0].Owner}, nil
		}},
		{Name: "topics", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListTopics(ctx, &sdk.ListTopicsInput{})
			if err != nil {
				return nil, err
			}
			return out.Topics, nil
		}},
		{Name: "tags", Call: func(c *sdk.Client) (any, error) {
			out, err := c.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: arn})
			if err != nil {
				return nil, err
			}
			return out.Tags, nil
		}},
		{Name: "tags of nothing", Call: func(c *sdk.Client) (any, error) {
			return c.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: missing})
		}},
		{Name: "delete", Call: func(c *sdk.Client) (any, error) {
			_, err := c.DeleteTopic(ctx, &sdk.DeleteTopicInput{TopicArn: arn})
			return nil, err
		}},
		get(arn),
	})
}
