package poller

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// maxEvent is the largest event, in bytes; a larger batch becomes several.
const maxEvent = 6 << 20

// record is one message as Lambda shows it to functions:
//
//	https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
type record struct {
	MessageID              *string              `json:"messageId"`
	ReceiptHandle          *string              `json:"receiptHandle"`
	Body                   *string              `json:"body"`
	Attributes             map[string]string    `json:"attributes"`
	MessageAttributes      map[string]attribute `json:"messageAttributes"`
	MD5OfMessageAttributes *string              `json:"md5OfMessageAttributes,omitempty"`
	MD5OfBody              *string              `json:"md5OfBody"`
	EventSource            string               `json:"eventSource"`
	EventSourceARN         string               `json:"eventSourceARN"`
	Region                 string               `json:"awsRegion"`
}

type attribute struct {
	StringValue      *string  `json:"stringValue,omitempty"`
	BinaryValue      []byte   `json:"binaryValue,omitempty"`
	StringListValues []string `json:"stringListValues"`
	BinaryListValues [][]byte `json:"binaryListValues"`
	DataType         *string  `json:"dataType"`
}

// part is the messages of one event.
type part struct {
	messages []types.Message
	event    []byte
}

// split makes events of messages, in their order.
func (p *Poller) split(messages []types.Message) []part {
	const opening, closing = `{"Records":[`, `]}`
	var parts []part
	current := part{event: []byte(opening)}
	finish := func() {
		if len(current.messages) > 0 {
			current.event = append(current.event, closing...)
			parts = append(parts, current)
		}
		current = part{event: []byte(opening)}
	}
	for _, m := range messages {
		text := p.record(m)
		if len(current.event)+len(text)+len(closing)+1 > maxEvent {
			finish()
		}
		if len(current.messages) > 0 {
			current.event = append(current.event, ',')
		}
		current.event = append(current.event, text...)
		current.messages = append(current.messages, m)
	}
	finish()
	return parts
}

func (p *Poller) record(m types.Message) []byte {
	r := record{
		MessageID: m.MessageId, ReceiptHandle: m.ReceiptHandle, Body: m.Body, MD5OfBody: m.MD5OfBody,
		MD5OfMessageAttributes: m.MD5OfMessageAttributes, Attributes: m.Attributes, MessageAttributes: map[string]attribute{},
		EventSource: "aws:sqs", EventSourceARN: p.QueueARN, Region: p.Region,
	}
	for name, v := range m.MessageAttributes {
		r.MessageAttributes[name] = attribute{
			StringValue: v.StringValue, BinaryValue: v.BinaryValue, DataType: v.DataType,
			StringListValues: []string{}, BinaryListValues: [][]byte{},
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic("poller: " + err.Error()) // strings and bytes only
	}
	return text
}
