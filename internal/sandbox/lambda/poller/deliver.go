package poller

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/clock"
)

// The pauses before a batch that the function did not take is offered again.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// deliver gives a batch to the function, in as many events as its size needs, and
// deletes what the function has done with.
func (p *Poller) deliver(life context.Context, b batch) {
	for _, part := range p.split(b.messages) {
		reply, ok := p.offer(life, part.event, b.until)
		switch {
		case ok && !reply.Failed:
			p.remove(life, p.done(part.messages, reply.Payload))
		case life.Err() != nil:
			p.handBack(context.WithoutCancel(life), part.messages)
		}
	}
}

// offer invokes the function until it takes the event, or until the messages can be
// received by others. So a throttled function costs messages no receive that they
// would not have lost anyway.
func (p *Poller) offer(life context.Context, event []byte, until time.Time) (Reply, bool) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		reply, err := p.Invoke(life, event)
		if err == nil {
			return reply, true
		}
		if p.Clock.Now().Add(pause).After(until) || clock.Sleep(p.polling, p.Clock, pause) != nil {
			return Reply{}, false
		}
	}
}

// done are the messages that the function's answer lets be deleted.
func (p *Poller) done(messages []types.Message, payload []byte) []types.Message {
	if !p.ReportFailures {
		return messages
	}
	failed, ok := failures(payload)
	if !ok {
		return nil
	}
	var out []types.Message
	for _, m := range messages {
		if !failed[aws.ToString(m.MessageId)] {
			out = append(out, m)
		}
		delete(failed, aws.ToString(m.MessageId))
	}
	if len(failed) > 0 { // ids of no message: the whole batch has failed
		return nil
	}
	return out
}

// failures reads a partial batch response. It reports false for one that AWS takes
// as the failure of the whole batch: no JSON, and an id that is absent, null, empty
// or no text. Without the list, or with an empty or null one, all succeeded.
func failures(payload []byte) (map[string]bool, bool) {
	if len(payload) == 0 {
		return nil, true
	}
	var response *struct {
		BatchItemFailures []struct {
			ItemIdentifier *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if err := json.Unmarshal(payload, &response); err != nil {
		return nil, false
	}
	failed := map[string]bool{}
	if response == nil {
		return failed, true
	}
	for _, item := range response.BatchItemFailures {
		if aws.ToString(item.ItemIdentifier) == "" {
			return nil, false
		}
		failed[*item.ItemIdentifier] = true
	}
	return failed, true
}
