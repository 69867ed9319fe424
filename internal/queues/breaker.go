package queues

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

const (
	// breakerEvery is how often the logs are asked, breakerOverlap how far back, since
	// lines arrive late.
	breakerEvery   = 2 * time.Second
	breakerOverlap = 10 * time.Second
	// It breaks at so many failures, if they are half of what was finished.
	breakerFailures = 5
	// breakerRecent is how many of the messages that were sent last are watched.
	breakerRecent = 20_000
)

// breaker stops a redrive whose messages fail again. It counts failed invocations:
// the dead-letter queue's count lags by hours.
type breaker struct {
	queues *Queues
	name   Name
	// all watches whatever the consumer is given for the first time, since which of it
	// SQS moved, nobody knows. What failed before then is not what a move brought.
	all bool
	// recent are the new ids of what was sent, sent the same as a set.
	recent []string
	sent   map[string]bool
	// counted are the tries that were, by message and receive; open are those that have
	// begun and not ended, with their requests.
	counted      map[string]bool
	open         map[string]string
	failed, done int
	why          string
	// asked is when the logs were asked last, last when they answered.
	from, asked, last time.Time
	// blind is why they did not answer; nil where they did.
	blind error
}

func newBreaker(q *Queues, name Name) *breaker {
	now := q.Clock.Now()
	return &breaker{queues: q, name: name, sent: map[string]bool{}, counted: map[string]bool{}, open: map[string]string{}, from: now, asked: now, last: now}
}

// watch adds messages that were sent.
func (b *breaker) watch(ids []string) {
	b.recent = append(b.recent, ids...)
	for _, id := range ids {
		b.sent[id] = true
	}
	if over := len(b.recent) - breakerRecent; over > 0 {
		for _, id := range b.recent[:over] {
			delete(b.sent, id)
		}
		b.recent = slices.Delete(b.recent, 0, over)
	}
}

// check asks the logs, when it is time again, and fails when too much has failed. That it
// cannot see that is no failure, and stands in blind.
func (b *breaker) check(ctx context.Context) error {
	now := b.queues.Clock.Now()
	if now.Sub(b.asked) < breakerEvery {
		return nil
	}
	b.asked = now
	pattern := `?"` + strings.Join([]string{platform.Received, platform.HandedBack, platform.Done, timedOut, exited}, `" ?"`) + `"`
	since := b.from
	if overlapped := b.last.Add(-breakerOverlap); overlapped.After(since) {
		since = overlapped
	}
	for event, err := range b.queues.events(ctx, b.name.Queue.Spec().Consumer, pattern, since) {
		if err != nil {
			b.blind = err
			return nil
		}
		b.count(aws.ToString(event.Message))
	}
	b.last, b.blind = now, nil
	return b.verdict()
}

// verdict fails when too much has failed.
func (b *breaker) verdict() error {
	if b.failed < breakerFailures || b.failed < b.done {
		return nil
	}
	consumer := b.name.Queue.Spec().Consumer
	what := "redriven messages failed again"
	if b.all {
		what = fmt.Sprintf("tries of %s since then failed", consumer)
	}
	return problem.New(problem.Failed, "stopped: %d of %d %s, the last with %q", b.failed, b.failed+b.done, what, b.why).
		WithHint("keyvex functions pause %s stops the tries; nothing is lost, the same redrive carries on later", consumer)
}

func (b *breaker) count(text string) {
	var line logLine
	if json.Unmarshal([]byte(text), &line) != nil {
		b.died(text)
		return
	}
	if b.all && line.ReceiveCount == 1 && !b.sent[line.MessageID] {
		b.watch([]string{line.MessageID})
	}
	try := fmt.Sprint(line.MessageID, " ", line.ReceiveCount)
	switch {
	case !b.sent[line.MessageID] || b.counted[try]:
	case line.Message == platform.HandedBack:
		b.fail(try, line.Error)
	case line.Message == platform.Done:
		b.end(try)
		b.done++
	case line.RequestID != "":
		b.open[try] = line.RequestID
	}
}

// died counts the tries of an invocation that ended as a whole.
func (b *breaker) died(text string) {
	why := howItEnded(text)
	for try, request := range b.open {
		if why != "" && strings.Contains(text, request) {
			b.fail(try, why)
		}
	}
}

func (b *breaker) fail(try, why string) {
	b.end(try)
	b.failed++
	b.why = why
}

func (b *breaker) end(try string) {
	b.counted[try] = true
	delete(b.open, try)
}
