package sqs

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// nameBlocked is how long the name of a deleted queue cannot be used again.
const nameBlocked = 60 * time.Second

var nameGrammar = lazy.Regexp(`^[A-Za-z0-9_-]{1,80}$`)

// CreateQueue makes a queue. One of the same name and the same attributes is
// given back as it is.
func (s *Service) CreateQueue(_ context.Context, in *sqs.CreateQueueInput) (*sqs.CreateQueueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.newQueue(aws.ToString(in.QueueName), in.Attributes, in.Tags)
	if err != nil {
		return nil, err
	}
	if known, ok := s.queues.Get(q.Name); ok {
		if err := sameAttributes(known, in.Attributes); err != nil {
			return nil, err
		}
		return &sqs.CreateQueueOutput{QueueUrl: new(s.url(q.Name))}, nil
	}
	if at, ok := s.deleted.Get(q.Name); ok && s.host.Clock.Now().Sub(at) < nameBlocked {
		return nil, &types.QueueDeletedRecently{Message: new(
			"You must wait 60 seconds after deleting a queue before you can create another with the same name.")}
	}
	s.deleted.Delete(q.Name)
	s.queues.Set(q.Name, q)
	return &sqs.CreateQueueOutput{QueueUrl: new(s.url(q.Name))}, nil
}

// newQueue checks what a queue is to be made of.
func (s *Service) newQueue(name string, attributes, tags map[string]string) (queue, error) {
	if !nameGrammar().MatchString(strings.TrimSuffix(name, fifoSuffix)) || len(name) > 80 {
		return queue{}, invalidParameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	now := s.host.Clock.Now()
	q := queue{Name: name, Tags: maps.Clone(tags), Created: now, Modified: now}
	if wanted := attributes["FifoQueue"] == "true"; wanted != q.fifo() {
		if wanted {
			return queue{}, invalidParameter("The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.")
		}
		return queue{}, invalidParameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
	}
	if err := s.checkAttributes(q, attributes, onCreate); err != nil {
		return queue{}, err
	}
	q.Attributes = defaults(q.fifo())
	apply(q.Attributes, attributes)
	return q, nil
}

// sameAttributes refuses a second CreateQueue that would need another queue.
func sameAttributes(known queue, wanted map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if known.Attributes[name] != wanted[name] {
			return &types.QueueNameExists{Message: new(
				"A queue already exists with the same name and a different value for attribute " + name)}
		}
	}
	return nil
}

// DeleteQueue removes a queue with its messages, and blocks its name for a minute.
func (s *Service) DeleteQueue(_ context.Context, in *sqs.DeleteQueueInput) (*sqs.DeleteQueueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	s.drop(q, s.deleted.Put(q.Name, s.host.Clock.Now()))
	return &sqs.DeleteQueueOutput{}, nil
}

// PurgeQueue empties a queue, once a minute at most.
func (s *Service) PurgeQueue(_ context.Context, in *sqs.PurgeQueueInput) (*sqs.PurgeQueueOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	now := s.host.Clock.Now()
	if now.Sub(q.Purged) < time.Minute {
		return nil, &types.PurgeQueueInProgress{Message: new(
			"Only one PurgeQueue operation on " + q.Name + " is allowed every 60 seconds.")}
	}
	q.Purged = now
	s.host.State.Commit(append(s.empty(q), s.queues.Put(q.Name, q))...)
	return &sqs.PurgeQueueOutput{}, nil
}

func invalidParameter(message string) error {
	return &wire.Error{Code: "InvalidParameterValue", Message: message}
}
