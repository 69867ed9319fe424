package lambda

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// mapping is what is kept of an event source mapping.
type mapping struct {
	types.EventSourceMappingConfiguration
	Tags map[string]string
	// Named is the function as the stack named it, for Read; FunctionArn is the
	// truth.
	Named string
}

// The states of a mapping.
const (
	enabled  = "Enabled"
	disabled = "Disabled"
)

// defaultBatch is the batch size of an SQS event source.
const defaultBatch = 10

func (s *Service) findMapping(uuid *string) (mapping, error) {
	m, ok := s.mappings.Get(aws.ToString(uuid))
	if !ok {
		return mapping{}, notFound("The resource you requested does not exist.")
	}
	return m, nil
}

func (s *Service) mappingARN(uuid string) string {
	return s.host.ARN("lambda", "event-source-mapping:"+uuid)
}

func (s *Service) mappingByARN(arn *string) (mapping, bool) {
	uuid, ok := strings.CutPrefix(aws.ToString(arn), s.mappingARN(""))
	if !ok {
		return mapping{}, false
	}
	return s.mappings.Get(uuid)
}

// CreateEventSourceMapping lets a function read a queue.
func (s *Service) CreateEventSourceMapping(_ context.Context, in *lambda.CreateEventSourceMappingInput) (*lambda.CreateEventSourceMappingOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	uuid := s.uuid()
	m := mapping{Tags: maps.Clone(in.Tags), EventSourceMappingConfiguration: types.EventSourceMappingConfiguration{
		UUID: &uuid, EventSourceMappingArn: new(s.mappingARN(uuid)), EventSourceArn: in.EventSourceArn,
		BatchSize: new(int32(defaultBatch)), MaximumBatchingWindowInSeconds: new(int32(0)), State: new(enabled),
		StateTransitionReason: new("USER_INITIATED"),
	}}
	change := new(lambda.UpdateEventSourceMappingInput)
	copyFields(change, in)
	if err := s.changeMapping(&m, change); err != nil {
		return nil, err
	}
	for _, known := range s.mappings.All() {
		if aws.ToString(known.EventSourceArn) == aws.ToString(m.EventSourceArn) && aws.ToString(known.FunctionArn) == aws.ToString(m.FunctionArn) {
			name, _ := parseName(m.FunctionArn)
			return nil, conflict(`The event source arn (" ` + *m.EventSourceArn + ` ") and function (" ` + name + ` ") provided mapping already exists. ` +
				`Please update or delete the existing mapping with UUID ` + *known.UUID)
		}
	}
	s.mappings.Set(uuid, m)
	s.poll(m)
	m.State = new("Creating")
	return answer[lambda.CreateEventSourceMappingOutput](m.EventSourceMappingConfiguration), nil
}

// UpdateEventSourceMapping changes what the input has members for.
func (s *Service) UpdateEventSourceMapping(_ context.Context, in *lambda.UpdateEventSourceMappingInput) (*lambda.UpdateEventSourceMappingOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.findMapping(in.UUID)
	if err != nil {
		return nil, err
	}
	if err := s.changeMapping(&m, in); err != nil {
		return nil, err
	}
	s.mappings.Set(*m.UUID, m)
	s.poll(m)
	m.State = new("Updating")
	return answer[lambda.UpdateEventSourceMappingOutput](m.EventSourceMappingConfiguration), nil
}

// changeMapping sets on m the members that in has, and checks the whole.
func (s *Service) changeMapping(m *mapping, in *lambda.UpdateEventSourceMappingInput) error {
	if in.FunctionName != nil {
		f, v, err := s.findVersion(in.FunctionName, nil)
		if err != nil {
			return err
		}
		m.FunctionArn = v.FunctionArn
		if _, qualifier := parseName(in.FunctionName); qualifier == "" {
			m.FunctionArn = new(s.arn(f.name()))
		}
	}
	m.BatchSize = or(in.BatchSize, m.BatchSize)
	m.MaximumBatchingWindowInSeconds = or(in.MaximumBatchingWindowInSeconds, m.MaximumBatchingWindowInSeconds)
	m.ScalingConfig = or(in.ScalingConfig, m.ScalingConfig)
	m.FilterCriteria = or(in.FilterCriteria, m.FilterCriteria)
	m.MetricsConfig = or(in.MetricsConfig, m.MetricsConfig)
	m.KMSKeyArn = or(in.KMSKeyArn, m.KMSKeyArn)
	if in.FunctionResponseTypes != nil {
		m.FunctionResponseTypes = in.FunctionResponseTypes
	}
	if in.Enabled != nil {
		m.State = new(disabled)
		if *in.Enabled {
			m.State = new(enabled)
		}
	}
	m.LastModified = new(s.host.Clock.Now())
	return s.checkMapping(m)
}

// AWS's bounds for an SQS event source.
const (
	maxBatch       = 10000
	maxBatchFIFO   = 10
	maxWindow      = 300
	minConcurrency = 2
	maxConcurrency = 1000
)

func (s *Service) checkMapping(m *mapping) error {
	arn, batch, window := aws.ToString(m.EventSourceArn), aws.ToInt32(m.BatchSize), aws.ToInt32(m.MaximumBatchingWindowInSeconds)
	if !strings.HasPrefix(arn, s.host.ARN("sqs", "")) {
		return invalid("Unrecognized event source, must be an SQS queue of this account and region.")
	}
	visibility, ok := s.siblings.Queues.VisibilityTimeout(arn)
	if !ok {
		return invalid("Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.")
	}
	f, err := s.find(m.FunctionArn)
	if err != nil {
		return err
	}
	timeout := time.Duration(aws.ToInt32(f.Latest.Timeout)) * time.Second
	fifo := strings.HasSuffix(arn, ".fifo")
	switch {
	case visibility < timeout:
		return invalid("Queue visibility timeout: %d seconds is less than Function timeout: %d seconds", int(visibility.Seconds()), int(timeout.Seconds()))
	case batch < 1 || batch > maxBatch:
		return constraint(batch, "batchSize", "have value between 1 and 10000")
	case fifo && batch > maxBatchFIFO:
		return invalid("Maximum batch size for FIFO queues is 10")
	case fifo && window > 0:
		return invalid("Batching window is not supported for FIFO queues")
	case batch > maxBatchFIFO && window < 1:
		return invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")
	case window < 0 || window > maxWindow:
		return constraint(window, "maximumBatchingWindowInSeconds", "have value between 0 and 300")
	}
	if _, err := filters(*m); err != nil {
		return err
	}
	if m.ScalingConfig != nil && m.ScalingConfig.MaximumConcurrency != nil {
		if n := *m.ScalingConfig.MaximumConcurrency; n < minConcurrency || n > maxConcurrency {
			return constraint(n, "scalingConfig.maximumConcurrency", "have value between 2 and 1000")
		}
	}
	return nil
}

// GetEventSourceMapping gives a mapping.
func (s *Service) GetEventSourceMapping(_ context.Context, in *lambda.GetEventSourceMappingInput) (*lambda.GetEventSourceMappingOutput, error) {
	m, err := s.findMapping(in.UUID)
	if err != nil {
		return nil, err
	}
	return answer[lambda.GetEventSourceMappingOutput](m.EventSourceMappingConfiguration), nil
}

// ListEventSourceMappings lists mappings, of one function or one queue if wanted.
func (s *Service) ListEventSourceMappings(_ context.Context, in *lambda.ListEventSourceMappingsInput) (*lambda.ListEventSourceMappingsOutput, error) {
	if in.FunctionName != nil {
		if _, err := s.find(in.FunctionName); err != nil {
			return nil, err
		}
	}
	wanted, _ := parseName(in.FunctionName)
	var all []types.EventSourceMappingConfiguration
	for _, m := range s.mappings.All() {
		name, _ := parseName(m.FunctionArn)
		if (in.FunctionName == nil || name == wanted) && (in.EventSourceArn == nil || *in.EventSourceArn == aws.ToString(m.EventSourceArn)) {
			all = append(all, m.EventSourceMappingConfiguration)
		}
	}
	some, next, err := cut(all, func(m types.EventSourceMappingConfiguration) string { return *m.UUID }, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &lambda.ListEventSourceMappingsOutput{EventSourceMappings: some, NextMarker: next}, nil
}

// DeleteEventSourceMapping removes a mapping.
func (s *Service) DeleteEventSourceMapping(_ context.Context, in *lambda.DeleteEventSourceMappingInput) (*lambda.DeleteEventSourceMappingOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.findMapping(in.UUID)
	if err != nil {
		return nil, err
	}
	s.mappings.Delete(*m.UUID)
	s.stopPolling(*m.UUID)
	m.State = new("Deleting")
	return answer[lambda.DeleteEventSourceMappingOutput](m.EventSourceMappingConfiguration), nil
}
