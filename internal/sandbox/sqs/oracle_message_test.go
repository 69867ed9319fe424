package sqs_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

type scenario struct {
	t       *testing.T
	handles map[*sdk.Client]map[string]*string
}

type step = oracle.Step[*sdk.Client]

func (s *scenario) create(name string, attributes map[string]string) step {
	return step{Name: "create " + name, Call: func(c *sdk.Client) (any, error) {
		_, err := c.CreateQueue(s.t.Context(), &sdk.CreateQueueInput{QueueName: &name, Attributes: attributes})
		return nil, err
	}}
}

func (s *scenario) send(name string, in sdk.SendMessageInput) step {
	in.QueueUrl = at(name)
	return step{Name: "send to " + name, Call: func(c *sdk.Client) (any, error) {
		out, err := c.SendMessage(s.t.Context(), &in)
		if err != nil {
			return nil, err
		}
		return []any{out.MD5OfMessageBody, out.MD5OfMessageAttributes, out.MD5OfMessageSystemAttributes, out.MessageId != nil}, nil
	}}
}

// receive remembers the handles by the bodies.
func (s *scenario) receive(name string, in sdk.ReceiveMessageInput) step {
	in.QueueUrl = at(name)
	return step{Name: "receive from " + name, Call: func(c *sdk.Client) (any, error) {
		out, err := c.ReceiveMessage(s.t.Context(), &in)
		if err != nil {
			return nil, err
		}
		var seen []any
		for _, m := range out.Messages {
			if s.handles[c] == nil {
				s.handles[c] = map[string]*string{}
			}
			s.handles[c][*m.Body] = m.ReceiptHandle
			seen = append(seen, []any{m.Body, m.MD5OfBody, m.MD5OfMessageAttributes, m.MessageAttributes, m.Attributes["ApproximateReceiveCount"], m.Attributes["MessageGroupId"], m.Attributes["MessageDeduplicationId"]})
		}
		return seen, nil
	}}
}

func (s *scenario) change(name, body string, timeout int32) step {
	return step{Name: "change visibility of " + body, Call: func(c *sdk.Client) (any, error) {
		_, err := c.ChangeMessageVisibility(s.t.Context(), &sdk.ChangeMessageVisibilityInput{QueueUrl: at(name), ReceiptHandle: s.handles[c][body], VisibilityTimeout: timeout})
		return nil, err
	}}
}

func (s *scenario) delete(name string, handle func(*sdk.Client) *string) step {
	return step{Name: "delete from " + name, Call: func(c *sdk.Client) (any, error) {
		_, err := c.DeleteMessage(s.t.Context(), &sdk.DeleteMessageInput{QueueUrl: at(name), ReceiptHandle: handle(c)})
		return nil, err
	}}
}

func (s *scenario) counts(name string) step {
	return step{Name: "counts of " + name, Call: func(c *sdk.Client) (any, error) { return counts(s.t, c, *at(name)), nil }}
}

func (s *scenario) batch(name string, entries ...types.SendMessageBatchRequestEntry) step {
	return step{Name: "batch to " + name, Call: func(c *sdk.Client) (any, error) {
		out, err := c.SendMessageBatch(s.t.Context(), &sdk.SendMessageBatchInput{QueueUrl: at(name), Entries: entries})
		if err != nil {
			return nil, err
		}
		var ids []any
		for _, e := range out.Successful {
			ids = append(ids, e.Id, e.MD5OfMessageBody)
		}
		for _, e := range out.Failed {
			ids = append(ids, "failed", e.Id)
		}
		return ids, nil
	}}
}

func entryOf(id, body string) types.SendMessageBatchRequestEntry {
	return types.SendMessageBatchRequestEntry{Id: &id, MessageBody: &body}
}

func TestMessagesFareAsAtMoto(t *testing.T) {
	theirs := sdk.NewFromConfig(oracle.Moto(t))
	ours, _ := client(t)
	s := &scenario{t: t, handles: map[*sdk.Client]map[string]*string{}}
	all := sdk.ReceiveMessageInput{
		MaxNumberOfMessages: 10, MessageAttributeNames: []string{"All"}, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	}
	body := func(text string) sdk.SendMessageInput { return sdk.SendMessageInput{MessageBody: &text} }
	inGroup := func(text, group, id string) sdk.SendMessageInput {
		return sdk.SendMessageInput{MessageBody: &text, MessageGroupId: &group, MessageDeduplicationId: &id}
	}
	tooMany := func(in sdk.ReceiveMessageInput) sdk.ReceiveMessageInput { in.MaxNumberOfMessages = 11; return in }
	oracle.Compare(t, ours, theirs, []step{
		s.create("dlq", nil), s.create("main", map[string]string{"RedrivePolicy": redriveTo("dlq", 1)}), s.create("q.fifo", map[string]string{"FifoQueue": "true"}),
		s.send("main", body("plain")),
		s.send("main", sdk.SendMessageInput{MessageBody: aws.String("typed ✓"), MessageAttributes: map[string]types.MessageAttributeValue{
			"text": {DataType: aws.String("String.kind"), StringValue: aws.String("ü")}, "number": {DataType: aws.String("Number"), StringValue: aws.String("1.5")},
			"bytes": {DataType: aws.String("Binary"), BinaryValue: []byte("\x00\xff")},
		}}),
		s.send("nowhere", body("x")),
		s.counts("main"),
		s.receive("main", all),
		s.counts("main"),
		s.receive("main", all),
		s.receive("main", tooMany(all)),
		s.change("main", "plain", 43201),
		s.change("main", "plain", 0),
		s.receive("main", all), // the second receive makes a dead letter of it
		s.counts("main"),
		s.counts("dlq"),
		s.delete("main", func(c *sdk.Client) *string { return s.handles[c]["typed ✓"] }),
		s.delete("main", func(*sdk.Client) *string { return aws.String("no handle") }),
		s.counts("main"),
		s.batch("main", entryOf("a", "1"), entryOf("b", "2")),
		s.batch("main"),
		s.batch("main", entryOf("a", "1"), entryOf("a", "2")),
		s.batch("main", entryOf("a!", "1")),
		s.batch("main", make([]types.SendMessageBatchRequestEntry, 0)...),
		s.batch("main", entryOf("a", strings.Repeat("x", 1<<20)), entryOf("b", "2")),
		s.send("q.fifo", body("no group")),
		s.send("q.fifo", inGroup("one", "g", "1")),
		s.send("q.fifo", inGroup("again", "g", "1")),
		s.send("q.fifo", inGroup("two", "g", "2")),
		s.counts("q.fifo"),
		s.receive("q.fifo", sdk.ReceiveMessageInput{MessageSystemAttributeNames: all.MessageSystemAttributeNames}),
		s.receive("q.fifo", all),
		s.delete("q.fifo", func(c *sdk.Client) *string { return s.handles[c]["one"] }),
		s.receive("q.fifo", all),
	})
}

func TestTheAWSCLISendsAndReceives(t *testing.T) {
	service := sqs.New(oracle.Host())
	c := sdk.NewFromConfig(oracle.Config(service.Wire()))
	url := create(t, c, "q", map[string]string{"ReceiveMessageWaitTimeSeconds": "20"})
	sent, err := oracle.AWS(t, service.Wire(), "sqs", "send-message", "--queue-url", url, "--message-body", "hello",
		"--message-attributes", `{"kind":{"DataType":"String","StringValue":"job"}}`)
	if err != nil || sent["MD5OfMessageBody"] != "5d41402abc4b2a76b9719d911017c592" {
		t.Fatalf("%v, %v", sent, err)
	}
	got, err := oracle.AWS(t, service.Wire(), "sqs", "receive-message", "--queue-url", url, "--message-attribute-names", "All", "--wait-time-seconds", "0")
	if err != nil {
		t.Fatal(err)
	}
	message := got["Messages"].([]any)[0].(map[string]any)
	if message["Body"] != "hello" || message["MessageId"] != sent["MessageId"] {
		t.Errorf("received %v", message)
	}
	// Zero is not absent: the queue would have this wait for twenty seconds.
	if _, err := oracle.AWS(t, service.Wire(), "sqs", "receive-message", "--queue-url", url, "--wait-time-seconds", "0"); err != nil {
		t.Error(err)
	}
	if _, err := oracle.AWS(t, service.Wire(), "sqs", "delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"].(string)); err != nil {
		t.Error(err)
	}
	if got := counts(t, c, url); got != [3]string{"0", "0", "0"} {
		t.Errorf("counts %v", got)
	}
}

// The query protocol as older clients write it: parameters in a form.
func TestTheQueryProtocolStillWorks(t *testing.T) {
	service := sqs.New(oracle.Host())
	router := &wire.Router{}
	router.Add(service.Wire())
	create(t, sdk.NewFromConfig(oracle.Config(service.Wire())), "q", nil)
	ask := func(parameters ...string) string {
		form := url.Values{"Version": {"2012-11-05"}, "QueueUrl": {*at("q")}}
		for i := 0; i < len(parameters); i += 2 {
			form.Set(parameters[i], parameters[i+1])
		}
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0")
		answer, err := wire.Transport{Handler: router}.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		return string(text)
	}
	for _, exchange := range []struct {
		parameters []string
		want       []string
	}{
		{[]string{"Action", "SendMessage", "MessageBody", "hello", "MessageAttribute.1.Name", "kind", "MessageAttribute.1.Value.DataType", "String", "MessageAttribute.1.Value.StringValue", "job"},
			[]string{"<SendMessageResult>", "<MD5OfMessageBody>5d41402abc4b2a76b9719d911017c592</MD5OfMessageBody>", "<MD5OfMessageAttributes>"}},
		{[]string{"Action", "SendMessageBatch", "SendMessageBatchRequestEntry.1.Id", "a", "SendMessageBatchRequestEntry.1.MessageBody", "x", "SendMessageBatchRequestEntry.2.Id", "b", "SendMessageBatchRequestEntry.2.MessageBody", ""},
			[]string{"<SendMessageBatchResultEntry><", "<Id>a</Id>", "<BatchResultErrorEntry>", "<Id>b</Id>"}},
		{[]string{"Action", "ReceiveMessage", "MaxNumberOfMessages", "10", "AttributeName.1", "All", "MessageAttributeName.1", "All"},
			[]string{"<Message>", "<Body>hello</Body>", "<Attribute><Name>SentTimestamp</Name>", "<MessageAttribute><Name>kind</Name><Value>"}},
		{[]string{"Action", "DeleteMessage", "ReceiptHandle", "x"}, []string{"<Code>ReceiptHandleIsInvalid</Code>", "<Type>Sender</Type>"}},
	} {
		got := ask(exchange.parameters...)
		for _, want := range exchange.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s is not in %s", exchange.parameters[1], want, got)
			}
		}
	}
}

func TestPermissionsAreWrittenIntoThePolicyAsAtMoto(t *testing.T) {
	theirs := sdk.NewFromConfig(oracle.Moto(t))
	ours, _ := client(t)
	s := &scenario{t: t}
	add := func(label string, actions ...string) step {
		return step{Name: "add " + label, Call: func(c *sdk.Client) (any, error) {
			_, err := c.AddPermission(t.Context(), &sdk.AddPermissionInput{QueueUrl: at("q"), Label: &label, Actions: actions, AWSAccountIds: []string{"111111111111"}})
			return nil, err
		}}
	}
	remove := func(label string) step {
		return step{Name: "remove " + label, Call: func(c *sdk.Client) (any, error) {
			_, err := c.RemovePermission(t.Context(), &sdk.RemovePermissionInput{QueueUrl: at("q"), Label: &label})
			return nil, err
		}}
	}
	policy := step{Name: "policy", Call: func(c *sdk.Client) (any, error) {
		var p struct{ Statement []map[string]any }
		err := json.Unmarshal([]byte(attributes(t, c, *at("q"), "Policy")["Policy"]), &p)
		return p.Statement, err
	}}
	oracle.Compare(t, ours, theirs, []step{
		s.create("q", nil), add("one", "SendMessage"), add("two", "ReceiveMessage", "DeleteMessage"), policy,
		add("one", "SendMessage"), remove("one"), remove("one"), policy,
	})
	// Moto answers 403, the status of the query protocol, in JSON too.
	if _, err := add("three", "a", "b", "c", "d", "e", "f", "g", "h").Call(ours); oracle.Code(err) != "OverLimit" {
		t.Errorf("eight actions: %v", err)
	}
}
