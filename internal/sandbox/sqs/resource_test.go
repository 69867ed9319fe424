package sqs_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

const (
	queue  = "AWS::SQS::Queue"
	policy = "AWS::SQS::QueuePolicy"
)

func TestAQueueLivesThroughItsStack(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	dlq := stack.Create(queue, "DLQ", `{"QueueName": "dlq", "MessageRetentionPeriod": 1209600, "SqsManagedSseEnabled": true}`)
	redrive := `"RedrivePolicy": {"deadLetterTargetArn": "` + dlq.Attributes["Arn"].(string) + `", "maxReceiveCount": 5}`
	before := `{"QueueName": "main", "VisibilityTimeout": 5400, ` + redrive + `, "Tags": [{"Key": "a", "Value": "1"}]}`
	main := stack.Create(queue, "Main", before)
	if got := attributes(t, c, main.PhysicalID, "VisibilityTimeout"); got["VisibilityTimeout"] != "5400" {
		t.Errorf("visibility timeout is %v", got)
	}
	stack.Update(queue, "Main", main.PhysicalID, before, `{"QueueName": "main", "DelaySeconds": 7}`)
	got := attributes(t, c, main.PhysicalID, types.QueueAttributeNameAll)
	if got["VisibilityTimeout"] != "30" || got["RedrivePolicy"] != "" || got["DelaySeconds"] != "7" {
		t.Errorf("what the properties no longer say is still there: %v", got)
	}
	stack.Delete(queue, "Main", main.PhysicalID, before)
	stack.Create(queue, "Main", before) // the stack's own deletion has waited until the name was free
}

func TestNamesThatCloudFormationMakesUp(t *testing.T) {
	_, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	for logical, fifo := range map[string]bool{"Plain": false, strings.Repeat("Long", 20): true} {
		properties := `{}`
		if fifo {
			properties = `{"FifoQueue": true}`
		}
		got := stack.Create(queue, logical, properties)
		name := got.Attributes["QueueName"].(string)
		if len(name) > 80 || strings.HasSuffix(name, ".fifo") != fifo || !strings.HasPrefix(name, "Keyvex-test-") {
			t.Errorf("%s is called %s", logical, name)
		}
	}
}

func TestATakenNameAndAnUnknownPropertyFailTheStack(t *testing.T) {
	_, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	stack.Create(queue, "One", `{"QueueName": "q"}`)
	if _, err := stack.Try(queue, "Two", `{"QueueName": "q"}`); err == nil || !strings.Contains(err.Error(), "already exists") {
		t.Errorf("a second queue of the same name: %v", err)
	}
	if _, err := stack.Try(queue, "Three", `{"Colour": "red"}`); err == nil || !strings.Contains(err.Error(), "[Colour] is not permitted") {
		t.Errorf("an unknown property: %v", err)
	}
}

func TestAPolicyComesAndGoesWithItsQueues(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	one, two := create(t, c, "one", nil), create(t, c, "two", nil)
	document := `"PolicyDocument": {"Version": "2012-10-17", "Statement": []}`
	both := `{` + document + `, "Queues": ["` + one + `", "` + two + `"]}`
	made := stack.Create(policy, "Policy", both)
	stack.Update(policy, "Policy", made.PhysicalID, both, `{`+document+`, "Queues": ["`+one+`"]}`)
	if got := attributes(t, c, two, "Policy"); len(got) != 0 {
		t.Errorf("a queue that left the policy still has it: %v", got)
	}
	stack.Delete(policy, "Policy", made.PhysicalID, both)
	if got := attributes(t, c, one, "Policy"); len(got) != 0 {
		t.Errorf("the deleted policy is still there: %v", got)
	}
}
