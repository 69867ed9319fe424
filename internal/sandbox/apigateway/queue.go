package apigateway

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
)

// callQueue is a call of SQS in its query protocol, at the queue's path
// "ACCOUNT/NAME", answered in JSON as SQS does for "Accept: application/json".
func (s *Service) callQueue(ctx context.Context, path string, form url.Values) reply {
	account, name, _ := strings.Cut(path, "/")
	address, ok := "", false
	if s.siblings.Queues != nil {
		address, ok = s.siblings.Queues.QueueURL("arn:aws:sqs:" + s.host.Region + ":" + account + ":" + name)
	}
	switch {
	case form.Get("Action") != "SendMessage":
		return s.queueError("InvalidAction", "The action "+form.Get("Action")+" is not valid for this endpoint.")
	case !ok:
		return s.queueError(noQueue, "The specified queue does not exist.")
	}
	in, err := messageOf(form)
	if err != nil {
		return s.queueError("InvalidParameterValue", err.Error())
	}
	in.QueueUrl = &address
	out, err := s.siblings.Queues.SendMessage(ctx, in)
	if err != nil {
		return s.queueFailure(err)
	}
	return jsonReply(http.StatusOK, vtl.NewMap("SendMessageResponse", vtl.NewMap(
		"ResponseMetadata", vtl.NewMap("RequestId", requestID(s.host)),
		"SendMessageResult", vtl.NewMap(
			"MD5OfMessageAttributes", textOrNull(out.MD5OfMessageAttributes), "MD5OfMessageBody", textOrNull(out.MD5OfMessageBody),
			"MD5OfMessageSystemAttributes", textOrNull(out.MD5OfMessageSystemAttributes), "MessageId", textOrNull(out.MessageId), "SequenceNumber", textOrNull(out.SequenceNumber),
		),
	)))
}

// noQueue is the query protocol's code for it.
const noQueue = "AWS.SimpleQueueService.NonExistentQueue"

// messageOf reads SendMessage's parameters as the query protocol has them.
func messageOf(form url.Values) (*sqs.SendMessageInput, error) {
	in := &sqs.SendMessageInput{MessageBody: optional(form, "MessageBody"), MessageGroupId: optional(form, "MessageGroupId"), MessageDeduplicationId: optional(form, "MessageDeduplicationId")}
	if delay := form.Get("DelaySeconds"); delay != "" {
		seconds, err := strconv.ParseInt(delay, 10, 32)
		if err != nil {
			return nil, errors.New("Value " + delay + " for parameter DelaySeconds is invalid.")
		}
		in.DelaySeconds = int32(seconds)
	}
	for n := 1; ; n++ {
		prefix := "MessageAttribute." + strconv.Itoa(n) + "."
		name := form.Get(prefix + "Name")
		if name == "" {
			return in, nil
		}
		if in.MessageAttributes == nil {
			in.MessageAttributes = map[string]sqstypes.MessageAttributeValue{}
		}
		in.MessageAttributes[name] = sqstypes.MessageAttributeValue{DataType: optional(form, prefix+"Value.DataType"), StringValue: optional(form, prefix+"Value.StringValue")}
	}
}

func optional(form url.Values, name string) *string {
	if !form.Has(name) {
		return nil
	}
	return new(form.Get(name))
}

func textOrNull(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// queueFailure is an error of SQS: the caller's fault, or else its own.
func (s *Service) queueFailure(err error) reply {
	if _, gone := errors.AsType[*sqstypes.QueueDoesNotExist](err); gone {
		return s.queueError(noQueue, "The specified queue does not exist.")
	}
	coded, ok := errors.AsType[interface {
		error
		ErrorCode() string
		ErrorMessage() string
	}](err)
	if !ok {
		return s.queueReply(http.StatusInternalServerError, "InternalFailure", "We encountered an internal error. Please try again.", "Receiver")
	}
	return s.queueError(coded.ErrorCode(), coded.ErrorMessage())
}

func (s *Service) queueError(code, message string) reply {
	return s.queueReply(http.StatusBadRequest, code, message, "Sender")
}

func (s *Service) queueReply(status int, code, message, fault string) reply {
	return jsonReply(status, vtl.NewMap("Error", vtl.NewMap("Code", code, "Message", message, "Type", fault), "RequestId", requestID(s.host)))
}

func jsonReply(status int, v *vtl.Map) reply {
	return reply{status: status, header: http.Header{"Content-Type": {jsonType}}, body: []byte(vtl.JSON(v))}
}
