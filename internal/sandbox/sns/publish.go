package sns

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/keyvex/keyvex/internal/lazy"
)

// AWS's bounds on what is published (Publish in the API reference).
const (
	maxMessage = 256 << 10
	maxBatch   = 10
)

// Publish sends a message to a topic's subscribers. Those that it cannot reach
// fail nobody: they are counted.
func (s *Service) Publish(ctx context.Context, in *sns.PublishInput) (*sns.PublishOutput, error) {
	arn := in.TopicArn
	if arn == nil {
		arn = in.TargetArn
	}
	if arn == nil {
		return nil, invalid("TopicArn or TargetArn Reason: no value for required parameter")
	}
	n, err := s.publish(ctx, arn, &types.PublishBatchRequestEntry{
		Message: in.Message, MessageAttributes: in.MessageAttributes, MessageDeduplicationId: in.MessageDeduplicationId,
		MessageGroupId: in.MessageGroupId, MessageStructure: in.MessageStructure, Subject: in.Subject,
	})
	if err != nil {
		return nil, err
	}
	return &sns.PublishOutput{MessageId: &n.id, SequenceNumber: n.sequenceNumber()}, nil
}

// Notify publishes as AWS's own services do.
func (s *Service) Notify(topicARN, subject, message string) error {
	_, err := s.publish(context.Background(), &topicARN, &types.PublishBatchRequestEntry{Subject: &subject, Message: &message})
	return err
}

// PublishBatch publishes up to ten messages, some of which may fail.
func (s *Service) PublishBatch(ctx context.Context, in *sns.PublishBatchInput) (*sns.PublishBatchOutput, error) {
	if _, err := s.topicOf(in.TopicArn); err != nil {
		return nil, err
	}
	if err := checkBatch(in.PublishBatchRequestEntries); err != nil {
		return nil, err
	}
	out := &sns.PublishBatchOutput{Successful: []types.PublishBatchResultEntry{}, Failed: []types.BatchResultErrorEntry{}}
	for _, entry := range in.PublishBatchRequestEntries {
		n, err := s.publish(ctx, in.TopicArn, &entry)
		if err != nil {
			out.Failed = append(out.Failed, failed(entry.Id, err))
			continue
		}
		out.Successful = append(out.Successful, types.PublishBatchResultEntry{Id: entry.Id, MessageId: &n.id, SequenceNumber: n.sequenceNumber()})
	}
	return out, nil
}

var entryID = lazy.Regexp(`^[A-Za-z0-9_-]{1,80}$`)

func checkBatch(entries []types.PublishBatchRequestEntry) error {
	switch {
	case len(entries) == 0:
		return &types.EmptyBatchRequestException{Message: new("The batch request doesn't contain any entries.")}
	case len(entries) > maxBatch:
		return &types.TooManyEntriesInBatchRequestException{Message: new("The batch request contains more entries than permissible.")}
	}
	seen, size := map[string]bool{}, 0
	for _, e := range entries {
		id := aws.ToString(e.Id)
		if !entryID().MatchString(id) {
			return &types.InvalidBatchEntryIdException{Message: new("The Id of a batch entry in a batch request doesn't abide by the specification.")}
		}
		if seen[id] {
			return &types.BatchEntryIdsNotDistinctException{Message: new("Two or more batch entries in the request have the same Id.")}
		}
		seen[id] = true
		size += len(aws.ToString(e.Message))
	}
	if size > maxMessage {
		return &types.BatchRequestTooLongException{Message: new("The length of all the batch messages put together is more than the limit.")}
	}
	return nil
}

func failed(id *string, err error) types.BatchResultErrorEntry {
	entry := types.BatchResultErrorEntry{Id: id, Code: new("InternalError"), Message: new(err.Error())}
	if known, ok := errors.AsType[interface {
		error
		ErrorCode() string
		ErrorMessage() string
	}](err); ok {
		entry.Code, entry.Message, entry.SenderFault = new(known.ErrorCode()), new(known.ErrorMessage()), true
	}
	return entry
}

func (s *Service) topicOf(arn *string) (topic, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(arn)
}

// publish checks a message and hands it to each subscriber.
func (s *Service) publish(ctx context.Context, arn *string, e *types.PublishBatchRequestEntry) (*notification, error) {
	t, err := s.topicOf(arn)
	if err == nil {
		err = t.check(e)
	}
	if err != nil {
		return nil, err
	}
	now := s.host.Clock.Now()
	n := &notification{
		id: s.uuid(), topic: t, arn: *arn, at: now, subject: aws.ToString(e.Subject), message: aws.ToString(e.Message), attributes: e.MessageAttributes,
		group: aws.ToString(e.MessageGroupId), deduplication: aws.ToString(e.MessageDeduplicationId),
	}
	if strings.HasSuffix(t.Name, fifoSuffix) && n.deduplication == "" {
		sum := sha256.Sum256([]byte(n.message))
		n.deduplication = hex.EncodeToString(sum[:])
	}
	if aws.ToString(e.MessageStructure) == "json" {
		_ = json.Unmarshal([]byte(n.message), &n.byProtocol) // check has done it
	}
	s.measure(t.Name, "NumberOfMessagesPublished", 1, "Count")
	s.measure(t.Name, "PublishSize", float64(len(n.message)), "Bytes")
	for _, sub := range s.subscribers(*arn) {
		s.deliver(ctx, n, sub)
	}
	return n, nil
}

func (s *Service) subscribers(arn string) (out []subscription) {
	for _, sub := range s.subscriptions.All() {
		if sub.TopicARN == arn {
			out = append(out, sub)
		}
	}
	return out
}

// subjectGrammar: up to 100 characters of ASCII in one line.
var subjectGrammar = lazy.Regexp(`^[!-~][ -~]{0,99}$`)

func (t topic) check(e *types.PublishBatchRequestEntry) error {
	message := aws.ToString(e.Message)
	switch {
	case message == "":
		return invalid("Empty message")
	case len(message) > maxMessage:
		return invalid("Message too long")
	case e.Subject != nil && !subjectGrammar().MatchString(*e.Subject):
		return invalid("Subject")
	case strings.HasSuffix(t.Name, fifoSuffix) && aws.ToString(e.MessageGroupId) == "":
		return invalid("The MessageGroupId parameter is required for FIFO topics")
	case strings.HasSuffix(t.Name, fifoSuffix) && aws.ToString(e.MessageDeduplicationId) == "" && t.Attributes["ContentBasedDeduplication"] != "true":
		return invalid("The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
	}
	for name, value := range e.MessageAttributes {
		if aws.ToString(value.DataType) == "" || (aws.ToString(value.StringValue) == "" && len(value.BinaryValue) == 0) {
			return &types.InvalidParameterValueException{Message: new(fmt.Sprintf(
				"The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, aws.ToString(value.DataType)))}
		}
	}
	return checkStructure(aws.ToString(e.MessageStructure), message)
}

func checkStructure(structure, message string) error {
	if structure == "" {
		return nil
	}
	var byProtocol map[string]string
	if structure != "json" {
		return invalid("MessageStructure")
	}
	if json.Unmarshal([]byte(message), &byProtocol) != nil {
		return invalid("Message Structure - JSON message body failed to parse")
	}
	if _, ok := byProtocol["default"]; !ok {
		return invalid("Message Structure - No default entry in JSON message body")
	}
	return nil
}
