package platform

import "time"

// Queue is the short name of a source queue; its dead-letter queue is named by
// DeadLetter.
type Queue string

// The three queues of the seed's SQS variables.
const (
	AIProcessing Queue = "ai-processing"
	Analytics    Queue = "analytics"
	Email        Queue = "email"
)

// Queues lists the three source queues.
var Queues = []Queue{AIProcessing, Analytics, Email}

// DeadLetterRetention is how long dead messages are kept: SQS's maximum.
const DeadLetterRetention = 14 * 24 * time.Hour

// QueueSpec is how a queue delivers to its function.
type QueueSpec struct {
	// Consumer reads the queue.
	Consumer Function
	// BatchSize is the largest number of messages of one invocation.
	BatchSize int
	// BatchWindow is how long the poller waits to fill a batch.
	BatchWindow time.Duration
	// MaxReceiveCount is after how many receives a message goes to the DLQ.
	MaxReceiveCount int
	// Retention is how long an unread message is kept.
	Retention time.Duration
	// OldestWarn and OldestFail are the ages of the oldest message at which the
	// verdict is degraded and broken.
	OldestWarn, OldestFail time.Duration
}

var queueSpecs = map[Queue]QueueSpec{
	AIProcessing: {
		Consumer: AIProcessor, BatchSize: 1, MaxReceiveCount: 5,
		Retention:  4 * 24 * time.Hour,
		OldestWarn: 5 * time.Minute, OldestFail: 30 * time.Minute,
	},
	Analytics: {
		Consumer: AnalyticsProcessor, BatchSize: 10, BatchWindow: 5 * time.Second, MaxReceiveCount: 5,
		Retention:  4 * 24 * time.Hour,
		OldestWarn: 2 * time.Minute, OldestFail: 15 * time.Minute,
	},
	Email: {
		Consumer: EmailProcessor, BatchSize: 5, MaxReceiveCount: 5,
		Retention:  4 * 24 * time.Hour,
		OldestWarn: 2 * time.Minute, OldestFail: 15 * time.Minute,
	},
}

// Spec says how the queue delivers.
func (q Queue) Spec() QueueSpec { return queueSpecs[q] }

// VisibilityTimeout is six times the consumer's timeout, as AWS advises for
// event source mappings.
func (q Queue) VisibilityTimeout() time.Duration { return 6 * q.Spec().Consumer.Spec().Timeout }

// DeadLetter is the short name of the queue's dead-letter queue, "email-dlq".
func (q Queue) DeadLetter() string { return string(q) + "-dlq" }

// FindQueue finds a queue by its short name, in any case of letters.
func FindQueue(name string) (Queue, bool) { return findFold(Queues, name) }

// QueueName is the queue's physical name, "keyvex-email-queue-{env}".
func (e Environment) QueueName(q Queue) string { return e.named(string(q) + "-queue") }

// DeadLetterQueueName is the physical name of q's dead-letter queue.
func (e Environment) DeadLetterQueueName(q Queue) string { return e.named(q.DeadLetter()) }
