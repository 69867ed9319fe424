// Package queues looks into Keyvex's queues and their dead-letter queues, and moves
// messages without losing or doubling one.
//
// It knows no terminal: results are values, long work is a stream of values that
// must all be taken or ended by the context. What AWS answers badly is a
// *problem.Error already when it comes here (package cloud).
package queues

import (
	"context"
	"io"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
)

// Receiver takes messages for a while and gives them back.
type Receiver interface {
	ReceiveMessage(context.Context, *sqs.ReceiveMessageInput, ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error)
	ChangeMessageVisibilityBatch(context.Context, *sqs.ChangeMessageVisibilityBatchInput, ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error)
}

// Mover sends and removes messages.
type Mover interface {
	SendMessageBatch(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error)
	DeleteMessageBatch(context.Context, *sqs.DeleteMessageBatchInput, ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error)
	PurgeQueue(context.Context, *sqs.PurgeQueueInput, ...func(*sqs.Options)) (*sqs.PurgeQueueOutput, error)
}

// Tasks are SQS's own way from a dead-letter queue back.
type Tasks interface {
	StartMessageMoveTask(context.Context, *sqs.StartMessageMoveTaskInput, ...func(*sqs.Options)) (*sqs.StartMessageMoveTaskOutput, error)
	ListMessageMoveTasks(context.Context, *sqs.ListMessageMoveTasksInput, ...func(*sqs.Options)) (*sqs.ListMessageMoveTasksOutput, error)
	CancelMessageMoveTask(context.Context, *sqs.CancelMessageMoveTaskInput, ...func(*sqs.Options)) (*sqs.CancelMessageMoveTaskOutput, error)
}

// SQS is what is needed of the queues.
type SQS interface {
	Receiver
	Mover
	Tasks
	GetQueueUrl(context.Context, *sqs.GetQueueUrlInput, ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error) //nolint:revive // the SDK's name
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

// Logs finds what the functions said of a message.
type Logs interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

// Metrics give what only CloudWatch knows: ages and rates.
type Metrics interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
}

// Consumers are the functions and their event source mappings.
type Consumers interface {
	GetFunctionConfiguration(context.Context, *lambda.GetFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error)
	ListEventSourceMappings(context.Context, *lambda.ListEventSourceMappingsInput, ...func(*lambda.Options)) (*lambda.ListEventSourceMappingsOutput, error)
}

// Clients are the ways to AWS.
type Clients struct {
	SQS       SQS
	Logs      Logs
	Metrics   Metrics
	Consumers Consumers
}

// Settings say where and with what the domain works.
type Settings struct {
	Environment platform.Environment
	Clock       clock.Clock
	Random      io.Reader
	// Folder is where journals of redrives and notes about peeks are kept; it is
	// made when it is needed. One folder serves one account and region.
	Folder string
	// By is who uses it, for the journals; empty where nobody knows.
	By string
}

// Queues are an environment's queues.
type Queues struct {
	Clients
	Settings

	mu   sync.Mutex
	urls map[string]string
}

// New puts the domain together.
func New(clients Clients, settings Settings) *Queues {
	return &Queues{Clients: clients, Settings: settings, urls: map[string]string{}}
}

// url finds a queue's address by its physical name, once.
func (q *Queues) url(ctx context.Context, name string) (string, error) {
	q.mu.Lock()
	url, ok := q.urls[name]
	q.mu.Unlock()
	if ok {
		return url, nil
	}
	out, err := q.SQS.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return "", err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.urls[name] = *out.QueueUrl
	return *out.QueueUrl, nil
}
