package queues

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Message is a message as a receive shows it.
type Message struct {
	ID   string
	Body string
	// Sent is when it was first sent, to the source queue; FirstReceived when it was
	// first received, which is where its tries in the logs begin.
	Sent, FirstReceived time.Time
	// Receives counts this receive as well.
	Receives int
	// Group is the message group of a FIFO queue, Trace the X-Ray trace header.
	Group, Trace string
	// Attributes are the message attributes.
	Attributes map[string]Attribute
	// Autopsy is what became of its tries, where that was asked for.
	Autopsy *Autopsy

	// now is when it was received, for its age.
	now time.Time
	// decoded is the body as JSON, once Field has looked into it.
	decoded *any

	handle string
	// until is when it becomes visible again by itself.
	until time.Time
}

// Attribute is a message attribute; Binary where its type begins with Binary.
type Attribute struct {
	Type   string `json:"type"`
	String string `json:"string,omitempty"`
	Binary []byte `json:"binary,omitempty"`
}

func newMessage(m types.Message, now, until time.Time) *Message {
	out := &Message{
		ID: aws.ToString(m.MessageId), Body: aws.ToString(m.Body), handle: aws.ToString(m.ReceiptHandle), now: now, until: until,
		Sent:          moment(m.Attributes["SentTimestamp"]),
		FirstReceived: moment(m.Attributes["ApproximateFirstReceiveTimestamp"]),
		Group:         m.Attributes["MessageGroupId"], Trace: m.Attributes["AWSTraceHeader"],
		Attributes: map[string]Attribute{},
	}
	out.Receives, _ = strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	for name, value := range m.MessageAttributes {
		out.Attributes[name] = Attribute{aws.ToString(value.DataType), aws.ToString(value.StringValue), value.BinaryValue}
	}
	return out
}

// moment reads SQS's milliseconds since 1970.
func moment(text string) time.Time {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Size is the message's size as SQS counts it, in bytes: body and attributes (Amazon
// SQS message quotas).
func (m *Message) Size() int { return sizeOf(m.Body, m.Attributes) }

func sizeOf(body string, attributes map[string]Attribute) int {
	size := len(body)
	for name, a := range attributes {
		size += len(name) + len(a.Type) + len(a.String) + len(a.Binary)
	}
	return size
}

// Age is the time since it was first sent, as of its receive.
func (m *Message) Age() time.Duration { return m.now.Sub(m.Sent) }

// Field is for package filter.
func (m *Message) Field(name string) (any, bool) {
	switch name {
	case "id":
		return m.ID, true
	case "body":
		return m.Body, true
	case "size":
		return float64(m.Size()), true
	case "age":
		return m.Age(), true
	case "sent":
		return m.Sent, true
	case "receives":
		return float64(m.Receives), true
	case "group":
		return m.Group, m.Group != ""
	case "error":
		if m.Autopsy == nil || m.Autopsy.Error() == "" {
			return nil, false
		}
		return m.Autopsy.Error(), true
	}
	if attribute, ok := strings.CutPrefix(name, "attr."); ok {
		a, ok := m.Attributes[attribute]
		return a.String, ok
	}
	path, _ := strings.CutPrefix(name, "body.")
	return m.inBody(path)
}

func (m *Message) inBody(path string) (any, bool) {
	if m.decoded == nil {
		m.decoded = new(any)
		_ = json.Unmarshal([]byte(m.Body), m.decoded)
	}
	value := *m.decoded
	for part := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			inner, ok := v[part]
			if !ok {
				return nil, false
			}
			value = inner
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	switch v := value.(type) {
	case string, float64, bool:
		return v, true
	case nil:
		return "null", true
	}
	text, err := json.Marshal(value)
	return string(text), err == nil
}
