// Package poller reads SQS queues for functions, as Lambda's event source mappings
// do:
//
//	https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
package poller

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/background"
)

// Queues is SQS.
type Queues interface {
	// VisibilityTimeout reports false for a queue that is not there.
	VisibilityTimeout(arn string) (time.Duration, bool)
	// QueueURL reports false for a queue that is not there.
	QueueURL(arn string) (string, bool)
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput) (*sqs.ReceiveMessageOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput) (*sqs.DeleteMessageBatchOutput, error)
	ChangeMessageVisibility(context.Context, *sqs.ChangeMessageVisibilityInput) (*sqs.ChangeMessageVisibilityOutput, error)
}

// Reply is what became of a batch.
type Reply struct {
	Payload []byte
	// Failed says that the function failed, so that the whole batch did.
	Failed bool
}

// Source is an event source mapping of a queue.
type Source struct {
	Clock  clock.Clock
	Queues Queues
	// Invoke gives a batch to the function. An error means that the function did not
	// see it: throttled, or not there.
	Invoke           func(ctx context.Context, event []byte) (Reply, error)
	QueueARN, Region string
	// Batch is the most messages of an invocation, Window how long to wait for them.
	Batch  int
	Window time.Duration
	// Concurrency is how many batches may be worked on at a time.
	Concurrency int
	// Filters are patterns of which a message must match one, if there are any; the
	// others are deleted unseen.
	Filters []Filter
	// ReportFailures lets the function say which messages of a batch failed.
	ReportFailures bool
}

// Lambda begins with five pollers, and adds up to 300 concurrent invocations a
// minute.
const (
	basePollers = 5
	growth      = time.Minute / 300
	defaultMost = 1000
)

// Poller works on a source until it is stopped.
type Poller struct {
	Source
	// polling ends with Stop: nothing is received after it. What was received is
	// worked on as long as life lasts.
	polling context.Context // the life of the pollers
	stop    context.CancelFunc
	life    *background.Group

	mu               sync.Mutex
	workers, waiting int
	mayGrow          time.Time
}

// Start begins to poll, until Stop or the end of life.
func Start(life *background.Group, s Source) *Poller {
	p := &Poller{Source: s, life: life}
	if p.Concurrency == 0 {
		p.Concurrency = defaultMost
	}
	p.polling, p.stop = context.WithCancel(life.Context())
	for range min(basePollers, p.Concurrency) {
		p.hire()
	}
	return p
}

// Stop ends receiving, and returns at once: batches under way are worked on to
// their end.
func (p *Poller) Stop() { p.stop() }

func (p *Poller) hire() {
	p.mu.Lock()
	p.workers++
	p.mu.Unlock()
	p.life.Go(p.work)
}

// work receives batches and gives them to the function, one after the other.
func (p *Poller) work(life context.Context) {
	for p.polling.Err() == nil {
		b, err := p.gather()
		switch {
		case err != nil:
			_ = clock.Sleep(p.polling, p.Clock, lostQueue) // its error ends the loop
		case len(b.messages) > 0:
			p.grow()
			p.deliver(life, b)
		case p.leave():
			return
		}
	}
}

// grow adds a poller when all others are at work.
func (p *Poller) grow() {
	now := p.Clock.Now()
	p.mu.Lock()
	more := p.waiting == 0 && p.workers < p.Concurrency && !now.Before(p.mayGrow)
	if more {
		p.mayGrow = now.Add(growth)
	}
	p.mu.Unlock()
	if more {
		p.hire()
	}
}

// leave lets a poller go that found nothing to do, down to the first ones.
func (p *Poller) leave() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.workers <= basePollers {
		return false
	}
	p.workers--
	return true
}

func (p *Poller) wait(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting += n
}
