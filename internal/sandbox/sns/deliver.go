package sns

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// Queues is what SNS asks of SQS.
type Queues interface {
	QueueURL(arn string) (string, bool)
	SendMessage(context.Context, *sqs.SendMessageInput) (*sqs.SendMessageOutput, error)
}

// notification is a published message.
type notification struct {
	id, arn          string
	topic            topic
	at               time.Time
	subject, message string
	// byProtocol has the message for each protocol, if the publisher wrote several.
	byProtocol           map[string]string
	attributes           map[string]types.MessageAttributeValue
	group, deduplication string
}

// sequenceNumber is what FIFO topics give, nil for a standard topic.
func (n *notification) sequenceNumber() *string {
	if !strings.HasSuffix(n.topic.Name, fifoSuffix) {
		return nil
	}
	return new(fmt.Sprintf("1%019d", n.at.UnixNano()))
}

// text is the message for subscribers of a protocol.
func (n *notification) text(protocol string) string {
	if own, ok := n.byProtocol[protocol]; ok {
		return own
	}
	if n.byProtocol != nil {
		return n.byProtocol["default"]
	}
	return n.message
}

// deliver hands a notification to one subscriber, or to the subscription's
// dead-letter queue.
func (s *Service) deliver(ctx context.Context, n *notification, sub subscription) {
	if !sub.wants(n) {
		s.measure(n.topic.Name, "NumberOfNotificationsFilteredOut", 1, "Count")
		return
	}
	var err error
	switch sub.Protocol {
	case "sqs":
		err = s.enqueue(ctx, n, sub, sub.Endpoint)
	case "email", "email-json":
		s.post(Mail{At: n.at, To: sub.Endpoint, TopicARN: n.arn, Subject: n.mailSubject(), Body: n.text(sub.Protocol), Pending: sub.Pending})
		if sub.Pending {
			return
		}
	default:
		err = errors.New("nobody delivers to " + sub.Protocol)
	}
	if err == nil {
		s.measure(n.topic.Name, "NumberOfNotificationsDelivered", 1, "Count")
		return
	}
	s.measure(n.topic.Name, "NumberOfNotificationsFailed", 1, "Count")
	var policy struct{ DeadLetterTargetARN string }
	if json.Unmarshal([]byte(sub.Attributes["RedrivePolicy"]), &policy) == nil && s.enqueue(ctx, n, sub, policy.DeadLetterTargetARN) == nil {
		s.measure(n.topic.Name, "NumberOfNotificationsRedrivenToDlq", 1, "Count")
	}
}

// enqueue sends a notification to a queue, in an envelope unless the subscription
// wants it raw.
func (s *Service) enqueue(ctx context.Context, n *notification, sub subscription, queueARN string) error {
	url, ok := "", false
	if s.queues != nil {
		url, ok = s.queues.QueueURL(queueARN)
	}
	if !ok {
		return errors.New("no queue " + queueARN)
	}
	in := &sqs.SendMessageInput{QueueUrl: &url, MessageGroupId: nonEmpty(n.group)}
	if strings.HasSuffix(queueARN, fifoSuffix) {
		in.MessageDeduplicationId = nonEmpty(n.deduplication)
	}
	if sub.Attributes["RawMessageDelivery"] == "true" {
		in.MessageBody = new(n.text("sqs"))
		in.MessageAttributes = map[string]sqstypes.MessageAttributeValue{}
		for name, value := range n.attributes {
			in.MessageAttributes[name] = sqstypes.MessageAttributeValue{DataType: value.DataType, StringValue: value.StringValue, BinaryValue: value.BinaryValue}
		}
	} else {
		in.MessageBody = new(s.envelope(n, sub))
	}
	_, err := s.queues.SendMessage(ctx, in)
	return err
}

// envelope is the JSON that a queue gets (Amazon SNS message formats). Its
// signature is none: nobody could fetch the certificate.
func (s *Service) envelope(n *notification, sub subscription) string {
	type attribute struct {
		Type  string
		Value any
	}
	body := struct {
		Type             string
		MessageID        string  `json:"MessageId"`
		SequenceNumber   *string `json:",omitempty"`
		TopicARN         string  `json:"TopicArn"`
		Subject          string  `json:",omitempty"`
		Message          string
		Timestamp        string
		SignatureVersion string `json:",omitempty"`
		Signature        string `json:",omitempty"`
		SigningCertURL   string `json:",omitempty"`
		UnsubscribeURL   string
		Attributes       map[string]attribute `json:"MessageAttributes,omitempty"`
	}{
		Type: "Notification", MessageID: n.id, SequenceNumber: n.sequenceNumber(), TopicARN: n.arn, Subject: n.subject, Message: n.text("sqs"),
		Timestamp: n.at.UTC().Format("2006-01-02T15:04:05.000Z"), UnsubscribeURL: s.unsubscribeURL(sub),
	}
	if n.sequenceNumber() == nil {
		body.SignatureVersion, body.Signature = "1", "EXAMPLE"
		body.SigningCertURL = "https://sns." + s.host.Region + ".amazonaws.com/SimpleNotificationService-0000000000000000000000.pem"
	}
	for name, value := range n.attributes {
		if body.Attributes == nil {
			body.Attributes = map[string]attribute{}
		}
		one := attribute{Type: aws.ToString(value.DataType), Value: aws.ToString(value.StringValue)}
		if len(value.BinaryValue) > 0 {
			one.Value = value.BinaryValue
		}
		body.Attributes[name] = one
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic("sns: an envelope: " + err.Error())
	}
	return string(text)
}

func (s *Service) unsubscribeURL(sub subscription) string {
	return s.host.Endpoint + "/?Action=Unsubscribe&SubscriptionArn=" + sub.ARN
}

// measure publishes a metric of a topic (Monitoring Amazon SNS topics using
// CloudWatch).
func (s *Service) measure(topic, name string, value float64, unit string) {
	s.host.Measure(host.Datum{Namespace: "AWS/SNS", Name: name, Dimensions: []host.Dimension{{Name: "TopicName", Value: topic}}, Value: value, Unit: unit})
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
