package sqs

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// queue is what is kept of a queue.
type queue struct {
	Name string
	// Attributes are those that can be set, the defaults included, without those
	// that were unset or are computed.
	Attributes map[string]string
	Tags       map[string]string
	Created    time.Time
	Modified   time.Time
	Purged     time.Time
}

// fifoSuffix ends the name of each FIFO queue and of no other.
const fifoSuffix = ".fifo"

func (q queue) fifo() bool { return strings.HasSuffix(q.Name, fifoSuffix) }

func (s *Service) arn(name string) string { return s.host.ARN("sqs", name) }

func (s *Service) url(name string) string {
	return s.host.Endpoint + "/" + s.host.Account + "/" + name
}

// nameOf takes the queue's name off its URL. The host part is not looked at:
// clients reach the sandbox by several addresses.
func nameOf(url *string) string {
	if url == nil {
		return ""
	}
	return (*url)[strings.LastIndex(*url, "/")+1:]
}

// find gives the queue of that URL or AWS's error.
func (s *Service) find(url *string) (queue, error) {
	if url == nil || *url == "" {
		return queue{}, &wire.Error{Code: "MissingParameter", Message: "The request must contain the parameter QueueUrl."}
	}
	q, ok := s.queues.Get(nameOf(url))
	if !ok {
		return queue{}, doesNotExist()
	}
	return q, nil
}

func doesNotExist() error {
	return &types.QueueDoesNotExist{Message: new("The specified queue does not exist.")}
}

// byARN finds a queue of this account and region.
func (s *Service) byARN(arn string) (queue, bool) {
	name, ok := strings.CutPrefix(arn, s.arn(""))
	if !ok {
		return queue{}, false
	}
	return s.queues.Get(name)
}

// QueueURL is the URL of the queue with the ARN. It reports false for a queue that
// is not there.
func (s *Service) QueueURL(arn string) (string, bool) {
	q, ok := s.byARN(arn)
	return s.url(q.Name), ok
}
