package lambda

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/lambda/poller"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// poll has a mapping polled as it is now, if it is enabled. The caller holds the
// lock.
func (s *Service) poll(m mapping) {
	s.stopPolling(*m.UUID)
	if aws.ToString(m.State) != enabled {
		return
	}
	source := poller.Source{
		Clock: s.host.Clock, Queues: s.siblings.Queues, QueueARN: aws.ToString(m.EventSourceArn), Region: s.host.Region,
		Invoke: func(ctx context.Context, event []byte) (poller.Reply, error) {
			return s.feed(ctx, m.FunctionArn, event)
		},
		Batch: int(aws.ToInt32(m.BatchSize)), Window: time.Duration(aws.ToInt32(m.MaximumBatchingWindowInSeconds)) * time.Second,
		ReportFailures: slices.Contains(m.FunctionResponseTypes, types.FunctionResponseTypeReportBatchItemFailures),
	}
	source.Filters, _ = filters(m) // checked before the mapping was kept
	if m.ScalingConfig != nil {
		source.Concurrency = int(aws.ToInt32(m.ScalingConfig.MaximumConcurrency))
	}
	s.pollers[*m.UUID] = poller.Start(s.life, source)
}

// filters are a mapping's filter patterns.
func filters(m mapping) ([]poller.Filter, error) {
	if m.FilterCriteria == nil {
		return nil, nil
	}
	var out []poller.Filter
	for _, f := range m.FilterCriteria.Filters {
		parsed, err := poller.ParseFilter(aws.ToString(f.Pattern))
		if err != nil {
			return nil, invalid("%v", err)
		}
		out = append(out, parsed)
	}
	return out, nil
}

// stopPolling ends a mapping's poller, if there is one; what it has received is
// worked on to its end.
func (s *Service) stopPolling(uuid string) {
	if p, ok := s.pollers[uuid]; ok {
		p.Stop()
		delete(s.pollers, uuid)
	}
}

// feed gives a function what came out of a queue.
func (s *Service) feed(ctx context.Context, functionARN *string, payload []byte) (poller.Reply, error) {
	f, v, err := s.findVersion(functionARN, nil)
	if err != nil {
		return poller.Reply{}, err
	}
	outcome, err := s.call(ctx, f, v, runner.Invocation{RequestID: s.uuid(), Payload: payload})
	return poller.Reply{Payload: outcome.Payload, Failed: outcome.Failed}, err
}
