package sqs_test

import (
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
)

func client(t *testing.T) (*sdk.Client, *sqs.Service) {
	t.Helper()
	service := sqs.New(oracle.Host())
	return sdk.NewFromConfig(oracle.Config(service.Wire())), service
}

func create(t *testing.T, c *sdk.Client, name string, attributes map[string]string) string {
	t.Helper()
	out, err := c.CreateQueue(t.Context(), &sdk.CreateQueueInput{QueueName: &name, Attributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	return *out.QueueUrl
}

func attributes(t *testing.T, c *sdk.Client, url string, names ...types.QueueAttributeName) map[string]string {
	t.Helper()
	out, err := c.GetQueueAttributes(t.Context(), &sdk.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: names})
	if err != nil {
		t.Fatal(err)
	}
	return out.Attributes
}

func TestANewQueueHasAWSsDefaults(t *testing.T) {
	c, _ := client(t)
	got := attributes(t, c, create(t, c, "q", map[string]string{"VisibilityTimeout": "90"}), types.QueueAttributeNameAll)
	maps.DeleteFunc(got, func(name, _ string) bool { return name == "CreatedTimestamp" || name == "LastModifiedTimestamp" })
	want := map[string]string{
		"QueueArn": "arn:aws:sqs:us-east-1:123456789012:q", "VisibilityTimeout": "90", "DelaySeconds": "0", "MaximumMessageSize": "1048576",
		"MessageRetentionPeriod": "345600", "ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true",
		"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0", "ApproximateNumberOfMessagesDelayed": "0",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAttributesOutOfTheirBoundsAreRefused(t *testing.T) {
	c, _ := client(t)
	url := create(t, c, "q", nil)
	for name, tc := range map[string]struct{ value, code string }{
		"DelaySeconds":                  {"901", "InvalidAttributeValue"},
		"VisibilityTimeout":             {"43201", "InvalidAttributeValue"},
		"MessageRetentionPeriod":        {"59", "InvalidAttributeValue"},
		"MaximumMessageSize":            {"1023", "InvalidAttributeValue"},
		"ReceiveMessageWaitTimeSeconds": {"x", "InvalidAttributeValue"},
		"Policy":                        {"{", "InvalidAttributeValue"},
		"FifoQueue":                     {"true", "InvalidAttributeName"},
		"ContentBasedDeduplication":     {"true", "InvalidAttributeName"},
		"Colour":                        {"red", "InvalidAttributeName"},
	} {
		_, err := c.SetQueueAttributes(t.Context(), &sdk.SetQueueAttributesInput{QueueUrl: &url, Attributes: map[string]string{name: tc.value}})
		if oracle.Code(err) != tc.code {
			t.Errorf("%s=%s: got %v, want %s", name, tc.value, err, tc.code)
		}
	}
}

func TestARedrivePolicyIsHeldAgainstItsTarget(t *testing.T) {
	c, _ := client(t)
	create(t, c, "dlq", map[string]string{"RedriveAllowPolicy": `{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:123456789012:main"]}`})
	create(t, c, "dlq.fifo", map[string]string{"FifoQueue": "true"})
	policy := func(target, count string) map[string]string {
		return map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:` + target + `","maxReceiveCount":` + count + `}`}
	}
	main := create(t, c, "main", policy("dlq", `"5"`))
	for name, wrong := range map[string]map[string]string{
		"missing target": policy("nowhere", "5"), "no receives": policy("dlq", "0"), "too many": policy("dlq", "1001"),
		"other kind": policy("dlq.fifo", "5"), "no JSON": {"RedrivePolicy": "5"}, "no count": {"RedrivePolicy": `{"deadLetterTargetArn":"x"}`},
	} {
		_, err := c.SetQueueAttributes(t.Context(), &sdk.SetQueueAttributesInput{QueueUrl: &main, Attributes: wrong})
		if oracle.Code(err) != "InvalidParameterValue" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := c.CreateQueue(t.Context(), &sdk.CreateQueueInput{QueueName: aws.String("other"), Attributes: policy("dlq", "5")}); err == nil {
		t.Error("a queue that the dead-letter queue does not allow could use it")
	}
	dlq := "http://x/123456789012/dlq"
	out, err := c.ListDeadLetterSourceQueues(t.Context(), &sdk.ListDeadLetterSourceQueuesInput{QueueUrl: &dlq})
	if err != nil || !slices.Equal(out.QueueUrls, []string{main}) {
		t.Errorf("sources of the dead-letter queue: %v, %v", out, err)
	}
}

func TestADeletedNameIsBlockedForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := create(t, c, "q", nil)
		if _, err := c.DeleteQueue(t.Context(), &sdk.DeleteQueueInput{QueueUrl: &url}); err != nil {
			t.Fatal(err)
		}
		in := &sdk.CreateQueueInput{QueueName: aws.String("q")}
		time.Sleep(59 * time.Second)
		if _, err := c.CreateQueue(t.Context(), in); oracle.Code(err) != "AWS.SimpleQueueService.QueueDeletedRecently" {
			t.Errorf("after 59 s: %v", err)
		}
		time.Sleep(time.Second)
		if _, err := c.CreateQueue(t.Context(), in); err != nil {
			t.Errorf("after 60 s: %v", err)
		}
	})
}

func TestAQueueIsPurgedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		in := &sdk.PurgeQueueInput{QueueUrl: aws.String(create(t, c, "q", nil))}
		for _, step := range []struct {
			after time.Duration
			ok    bool
		}{{0, true}, {59 * time.Second, false}, {time.Second, true}} {
			time.Sleep(step.after)
			if _, err := c.PurgeQueue(t.Context(), in); (err == nil) != step.ok {
				t.Errorf("after %v more: %v", step.after, err)
			}
		}
	})
}

func TestListQueuesPages(t *testing.T) {
	c, _ := client(t)
	for _, name := range []string{"b", "a1", "a3", "a2"} {
		create(t, c, name, nil)
	}
	pages := sdk.NewListQueuesPaginator(c, &sdk.ListQueuesInput{QueueNamePrefix: aws.String("a"), MaxResults: aws.Int32(2)})
	var sizes []int
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(out.QueueUrls))
	}
	if !slices.Equal(sizes, []int{2, 1}) {
		t.Errorf("pages of %v", sizes)
	}
}
