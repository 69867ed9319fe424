package batch

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/keyvex/keyvex/internal/lazy"
)

// Receives is how often the message was received, this time included.
func Receives(m events.SQSMessage) int {
	n, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	return max(n, 1)
}

// Sent is when the queue took the message; zero if SQS did not say.
func Sent(m events.SQSMessage) time.Time { return moment(m, "SentTimestamp") }

// FirstReceived is when the message was first received; zero if SQS did not say.
func FirstReceived(m events.SQSMessage) time.Time {
	return moment(m, "ApproximateFirstReceiveTimestamp")
}

func moment(m events.SQSMessage, attribute string) time.Time {
	ms, err := strconv.ParseInt(m.Attributes[attribute], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// identity finds a body's own id without reading it as JSON: a body that no reader
// bears has to be found too. What is no id by the schemas is not logged.
var identity = lazy.Regexp(`"(jobId|interactionId|leadId)"\s*:\s*"([A-Za-z0-9_-]{1,64})"`)

// Identity is the member of a body that names it, and its value; empty without one.
func Identity(m events.SQSMessage) (name, id string) {
	found := identity().FindStringSubmatch(m.Body)
	if found == nil {
		return "", ""
	}
	return found[1], found[2]
}

// attributes name a record in every line of its log.
func attributes(ctx context.Context, m events.SQSMessage) []any {
	out := []any{"messageId", m.MessageId, "receiveCount", Receives(m)}
	if name, id := Identity(m); name != "" {
		out = append(out, name, id)
	}
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		out = append(out, "requestId", invocation.AwsRequestID)
	}
	return out
}
