package lambda

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// reserved is the concurrency reserved for functions other than the one named.
func (s *Service) reserved(but string) int32 {
	var sum int32
	for name, f := range s.functions.All() {
		if name != but {
			sum += aws.ToInt32(f.Reserved)
		}
	}
	return sum
}

// PutFunctionConcurrency reserves concurrency; 0 stops the function.
func (s *Service) PutFunctionConcurrency(_ context.Context, in *lambda.PutFunctionConcurrencyInput) (*lambda.PutFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := s.reserve(&f, in.ReservedConcurrentExecutions); err != nil {
		return nil, err
	}
	s.keep(f)
	return &lambda.PutFunctionConcurrencyOutput{ReservedConcurrentExecutions: f.Reserved}, nil
}

// reserve sets a function's concurrency if enough stays for the others.
func (s *Service) reserve(f *function, wanted *int32) error {
	if aws.ToInt32(wanted) < 0 {
		return constraint(*wanted, "reservedConcurrentExecutions", "have value greater than or equal to 0")
	}
	if aws.ToInt32(wanted)+s.reserved(f.name()) > quotaConcurrent-minUnreserved {
		return invalid("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", minUnreserved)
	}
	f.Reserved = wanted
	return nil
}

// GetFunctionConcurrency gives the reserved concurrency, absent for none.
func (s *Service) GetFunctionConcurrency(_ context.Context, in *lambda.GetFunctionConcurrencyInput) (*lambda.GetFunctionConcurrencyOutput, error) {
	f, err := s.find(in.FunctionName)
	if err != nil {
		return nil, err
	}
	return &lambda.GetFunctionConcurrencyOutput{ReservedConcurrentExecutions: f.Reserved}, nil
}

// DeleteFunctionConcurrency gives the reserved concurrency back.
func (s *Service) DeleteFunctionConcurrency(_ context.Context, in *lambda.DeleteFunctionConcurrencyInput) (*lambda.DeleteFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(in.FunctionName)
	if err != nil {
		return nil, err
	}
	f.Reserved = nil
	s.keep(f)
	return &lambda.DeleteFunctionConcurrencyOutput{}, nil
}

// TagResource adds tags to a function or a mapping, by ARN.
func (s *Service) TagResource(_ context.Context, in *lambda.TagResourceInput) (*lambda.TagResourceOutput, error) {
	return &lambda.TagResourceOutput{}, s.changeTags(in.Resource, func(tags map[string]string) { maps.Copy(tags, in.Tags) })
}

// UntagResource removes tags; a key that is not there is no error.
func (s *Service) UntagResource(_ context.Context, in *lambda.UntagResourceInput) (*lambda.UntagResourceOutput, error) {
	return &lambda.UntagResourceOutput{}, s.changeTags(in.Resource, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
}

func (s *Service) changeTags(arn *string, change func(map[string]string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags := map[string]string{}
	if m, ok := s.mappingByARN(arn); ok {
		maps.Copy(tags, m.Tags)
		change(tags)
		m.Tags = tags
		s.mappings.Set(*m.UUID, m)
		return nil
	}
	f, err := s.find(arn)
	if err != nil {
		return err
	}
	maps.Copy(tags, f.Tags)
	change(tags)
	f.Tags = tags
	s.keep(f)
	return nil
}

// ListTags gives the tags of a function or a mapping.
func (s *Service) ListTags(_ context.Context, in *lambda.ListTagsInput) (*lambda.ListTagsOutput, error) {
	if m, ok := s.mappingByARN(in.Resource); ok {
		return &lambda.ListTagsOutput{Tags: maps.Clone(m.Tags)}, nil
	}
	f, err := s.find(in.Resource)
	if err != nil {
		return nil, err
	}
	return &lambda.ListTagsOutput{Tags: maps.Clone(f.Tags)}, nil
}
