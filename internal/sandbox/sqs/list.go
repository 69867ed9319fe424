package sqs

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// maxPage is how many queues a list holds at most.
const maxPage = 1000

// GetQueueUrl gives the URL of a queue of this account.
func (s *Service) GetQueueUrl(_ context.Context, in *sqs.GetQueueUrlInput) (*sqs.GetQueueUrlOutput, error) {
	name := aws.ToString(in.QueueName)
	owner := aws.ToString(in.QueueOwnerAWSAccountId)
	if _, ok := s.queues.Get(name); !ok || (owner != "" && owner != s.host.Account) {
		return nil, doesNotExist()
	}
	return &sqs.GetQueueUrlOutput{QueueUrl: new(s.url(name))}, nil
}

// ListQueues lists queues by name. As with AWS there is a next page only for
// callers that say how long a page is to be.
func (s *Service) ListQueues(_ context.Context, in *sqs.ListQueuesInput) (*sqs.ListQueuesOutput, error) {
	size, err := pageSize(in.MaxResults)
	if err != nil {
		return nil, err
	}
	var urls []string
	for name := range s.queues.All() {
		if strings.HasPrefix(name, aws.ToString(in.QueueNamePrefix)) {
			urls = append(urls, s.url(name))
		}
	}
	some, next, ok := page.Of(urls, identity, aws.ToString(in.NextToken), size)
	if !ok {
		return nil, invalidParameter("Invalid or expired next token.")
	}
	out := &sqs.ListQueuesOutput{QueueUrls: some}
	if in.MaxResults != nil {
		out.NextToken = nonEmpty(next)
	}
	return out, nil
}

func pageSize(wanted *int32) (int, error) {
	if wanted == nil {
		return maxPage, nil
	}
	if *wanted < 1 || *wanted > maxPage {
		return 0, invalidParameter("Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 1000.")
	}
	return int(*wanted), nil
}

func identity(s string) string { return s }

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
