package lambda

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// mappingProperties are the properties of AWS::Lambda::EventSourceMapping that an
// SQS event source can have.
type mappingProperties struct {
	BatchSize                      *int32
	Enabled                        *bool
	EventSourceArn                 *string `cfn:"required"`
	FilterCriteria                 *types.FilterCriteria
	FunctionName                   *string `cfn:"required"`
	FunctionResponseTypes          []types.FunctionResponseType
	KMSKeyArn                      *string `json:"KmsKeyArn"`
	MaximumBatchingWindowInSeconds *int32
	MetricsConfig                  *types.EventSourceMappingMetricsConfig
	ScalingConfig                  *types.ScalingConfig
	Tags                           []resource.Tag
}

func (s *Service) mappingType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::Lambda::EventSourceMapping", CreateOnly: []string{"EventSourceArn"},
		Attributes: []string{"Id", "EventSourceMappingArn"},
		Times:      resource.Times{Create: 20 * time.Second, Update: 20 * time.Second, Delete: 20 * time.Second},
	}, resource.Steps[mappingProperties]{
		Create: s.createMapping, Update: s.updateMapping, Delete: s.deleteMapping, Read: s.readMapping,
	})
}

func (s *Service) createMapping(ctx context.Context, r resource.Request, p *mappingProperties) (resource.Result, error) {
	in := new(lambda.CreateEventSourceMappingInput)
	copyFields(in, p)
	in.Tags = r.AllTags(p.Tags)
	out, err := s.CreateEventSourceMapping(ctx, in)
	if err != nil {
		return resource.Result{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, _ := s.mappings.Get(*out.UUID)
	m.Named = *p.FunctionName
	s.mappings.Set(*out.UUID, m)
	return s.mappingResult(*out.UUID), nil
}

func (s *Service) mappingResult(uuid string) resource.Result {
	return resource.Result{PhysicalID: uuid, Attributes: map[string]any{"Id": uuid, "EventSourceMappingArn": s.mappingARN(uuid)}}
}

// updateMapping takes the mapping to what the properties say, and back to Lambda's
// defaults where they say nothing.
func (s *Service) updateMapping(_ context.Context, r resource.Request, p *mappingProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.findMapping(&r.PhysicalID)
	if err != nil {
		return resource.Result{}, err
	}
	m.BatchSize, m.MaximumBatchingWindowInSeconds, m.State = new(int32(defaultBatch)), new(int32(0)), new(enabled)
	m.FilterCriteria, m.FunctionResponseTypes, m.KMSKeyArn, m.MetricsConfig, m.ScalingConfig = nil, nil, nil, nil, nil
	m.Tags, m.Named = r.AllTags(p.Tags), *p.FunctionName
	change := new(lambda.UpdateEventSourceMappingInput)
	copyFields(change, p)
	if err := s.changeMapping(&m, change); err != nil {
		return resource.Result{}, err
	}
	s.mappings.Set(*m.UUID, m)
	s.poll(m)
	return s.mappingResult(*m.UUID), nil
}

func (s *Service) deleteMapping(ctx context.Context, r resource.Request, _ *mappingProperties) error {
	_, err := s.DeleteEventSourceMapping(ctx, &lambda.DeleteEventSourceMappingInput{UUID: &r.PhysicalID})
	return err
}

// readMapping names the function the way the stack did, as long as it still is that
// function.
func (s *Service) readMapping(_ context.Context, physicalID string) (*mappingProperties, bool) {
	m, ok := s.mappings.Get(physicalID)
	if !ok {
		return nil, false
	}
	p := new(mappingProperties)
	copyFields(p, m.EventSourceMappingConfiguration)
	p.FunctionName, p.Enabled, p.Tags = m.FunctionArn, new(aws.ToString(m.State) == enabled), resource.OwnTags(m.Tags)
	name, qualifier := parseName(&m.Named)
	if now, is := parseName(m.FunctionArn); name == now && qualifier == is {
		p.FunctionName = &m.Named
	}
	return p, true
}
