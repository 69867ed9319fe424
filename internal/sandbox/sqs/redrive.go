package sqs

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// redrivePolicy sends a message to another queue after so many receives.
// maxReceiveCount may be a number or a string of one.
type redrivePolicy struct {
	DeadLetterTargetARN string `json:"deadLetterTargetArn"`
	MaxReceiveCount     any    `json:"maxReceiveCount"`
}

func (p redrivePolicy) receives() (int, bool) {
	switch v := p.MaxReceiveCount.(type) {
	case float64:
		return int(v), v == float64(int(v)) && v >= 1 && v <= 1000
	case string:
		n, err := strconv.Atoi(v)
		return n, err == nil && n >= 1 && n <= 1000
	}
	return 0, false
}

// checkRedrive holds a RedrivePolicy of q against the queues there are.
func (s *Service) checkRedrive(q queue, text string) error {
	if text == "" {
		return nil
	}
	refuse := func(reason string, args ...any) error {
		return invalidParameter("Value " + text + " for parameter RedrivePolicy is invalid. Reason: " + fmt.Sprintf(reason, args...))
	}
	var policy redrivePolicy
	if json.Unmarshal([]byte(text), &policy) != nil {
		return refuse("Redrive policy is not a valid JSON map.")
	}
	if policy.MaxReceiveCount == nil {
		return refuse("Redrive policy does not contain mandatory attribute: maxReceiveCount.")
	}
	if policy.DeadLetterTargetARN == "" {
		return refuse("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
	}
	if _, ok := policy.receives(); !ok {
		return refuse("Invalid value for maxReceiveCount: %v, valid values are from 1 to 1000 both inclusive.", policy.MaxReceiveCount)
	}
	target, ok := s.byARN(policy.DeadLetterTargetARN)
	switch {
	case !ok:
		return refuse("Dead letter target does not exist.")
	case target.fifo() != q.fifo():
		return refuse("Dead-letter queue must be same type of queue as the source.")
	case !target.allowsSource(s.arn(q.Name)):
		return refuse("Queue %s is not allowed by the redrive allow policy of the dead-letter queue.", s.arn(q.Name))
	}
	return nil
}

// redriveAllowPolicy says which queues may use this one as their dead-letter queue.
type redriveAllowPolicy struct {
	Permission string   `json:"redrivePermission"`
	Sources    []string `json:"sourceQueueArns"`
}

func checkRedriveAllow(text string) error {
	if text == "" {
		return nil
	}
	refuse := func(reason string) error {
		return invalidParameter("Value " + text + " for parameter RedriveAllowPolicy is invalid. Reason: " + reason)
	}
	var policy redriveAllowPolicy
	if json.Unmarshal([]byte(text), &policy) != nil {
		return refuse("Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.")
	}
	switch policy.Permission {
	case "allowAll", "denyAll":
		if len(policy.Sources) > 0 {
			return refuse("Amazon SQS can't create the redrive allow policy. sourceQueueArns can only be specified when redrivePermission is byQueue.")
		}
	case "byQueue":
		if len(policy.Sources) == 0 || len(policy.Sources) > 10 {
			return refuse("Amazon SQS can't create the redrive allow policy. You must specify 1 to 10 sourceQueueArns for byQueue.")
		}
	default:
		return refuse("Amazon SQS can't create the redrive allow policy, as the redrivePermission is invalid.")
	}
	return nil
}

func (q queue) allowsSource(arn string) bool {
	var policy redriveAllowPolicy
	if json.Unmarshal([]byte(q.Attributes["RedriveAllowPolicy"]), &policy) != nil {
		return true
	}
	switch policy.Permission {
	case "denyAll":
		return false
	case "byQueue":
		for _, source := range policy.Sources {
			if source == arn {
				return true
			}
		}
		return false
	}
	return true
}

// deadLetterTarget is the ARN of q's dead-letter queue, empty without one.
func (q queue) deadLetterTarget() string {
	var policy redrivePolicy
	if json.Unmarshal([]byte(q.Attributes["RedrivePolicy"]), &policy) != nil {
		return ""
	}
	return policy.DeadLetterTargetARN
}

// ListDeadLetterSourceQueues lists the queues whose dead-letter queue this one is.
func (s *Service) ListDeadLetterSourceQueues(_ context.Context, in *sqs.ListDeadLetterSourceQueuesInput) (*sqs.ListDeadLetterSourceQueuesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	target, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	var urls []string
	for _, q := range s.queues.All() {
		if q.deadLetterTarget() == s.arn(target.Name) {
			urls = append(urls, s.url(q.Name))
		}
	}
	size, err := pageSize(in.MaxResults)
	if err != nil {
		return nil, err
	}
	some, next, ok := page.Of(urls, identity, aws.ToString(in.NextToken), size)
	if !ok {
		return nil, invalidParameter("Invalid or expired next token.")
	}
	return &sqs.ListDeadLetterSourceQueuesOutput{QueueUrls: append([]string{}, some...), NextToken: nonEmpty(next)}, nil
}

// VisibilityTimeout is that of the queue with the ARN; Lambda's event source
// mappings want it. It reports false for a queue that is not there.
func (s *Service) VisibilityTimeout(arn string) (time.Duration, bool) {
	q, ok := s.byARN(arn)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(q.Attributes["VisibilityTimeout"])
	return time.Duration(n) * time.Second, err == nil
}
