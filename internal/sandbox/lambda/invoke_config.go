package lambda

import (
	"context"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// invokeConfig says how often and how long an asynchronous invocation is tried.
type invokeConfig struct {
	FunctionArn              *string
	DestinationConfig        *types.DestinationConfig
	MaximumEventAgeInSeconds *int32
	MaximumRetryAttempts     *int32
	LastModified             *time.Time
}

// AWS's bounds for asynchronous invocation: seconds and tries.
const (
	minEventAge = 60
	maxEventAge = 21600
	maxRetries  = 2
)

// PutFunctionEventInvokeConfig sets the configuration of asynchronous invocation.
func (s *Service) PutFunctionEventInvokeConfig(_ context.Context, in *lambda.PutFunctionEventInvokeConfigInput) (*lambda.PutFunctionEventInvokeConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, v, err := s.findVersion(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if age := in.MaximumEventAgeInSeconds; age != nil && (*age < minEventAge || *age > maxEventAge) {
		return nil, constraint(*age, "maximumEventAgeInSeconds", "have value between 60 and 21600")
	}
	if tries := in.MaximumRetryAttempts; tries != nil && (*tries < 0 || *tries > maxRetries) {
		return nil, constraint(*tries, "maximumRetryAttempts", "have value between 0 and 2")
	}
	qualifier := aws.ToString(v.Version)
	made := invokeConfig{
		FunctionArn: new(s.arn(f.name()) + ":" + qualifier), DestinationConfig: in.DestinationConfig,
		MaximumEventAgeInSeconds: in.MaximumEventAgeInSeconds, MaximumRetryAttempts: in.MaximumRetryAttempts,
		LastModified: new(s.host.Clock.Now()),
	}
	f.setInvokeConfig(qualifier, &made)
	s.keep(f)
	return answer[lambda.PutFunctionEventInvokeConfigOutput](made), nil
}

// setInvokeConfig keeps a configuration, or removes it when c is nil.
func (f *function) setInvokeConfig(qualifier string, c *invokeConfig) {
	configs := map[string]invokeConfig{}
	maps.Copy(configs, f.InvokeConfigs)
	delete(configs, qualifier)
	if c != nil {
		configs[qualifier] = *c
	}
	f.InvokeConfigs = configs
}

func (s *Service) findInvokeConfig(name, qualifier *string) (function, string, error) {
	f, v, err := s.findVersion(name, qualifier)
	if err != nil {
		return function{}, "", err
	}
	wanted := aws.ToString(v.Version)
	if _, ok := f.InvokeConfigs[wanted]; !ok {
		return function{}, "", notFound("The function " + s.arn(f.name()) + ":" + wanted + " doesn't have an EventInvokeConfig")
	}
	return f, wanted, nil
}

// GetFunctionEventInvokeConfig gives the configuration of asynchronous invocation.
func (s *Service) GetFunctionEventInvokeConfig(_ context.Context, in *lambda.GetFunctionEventInvokeConfigInput) (*lambda.GetFunctionEventInvokeConfigOutput, error) {
	f, qualifier, err := s.findInvokeConfig(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return answer[lambda.GetFunctionEventInvokeConfigOutput](f.InvokeConfigs[qualifier]), nil
}

// DeleteFunctionEventInvokeConfig takes the function back to Lambda's defaults.
func (s *Service) DeleteFunctionEventInvokeConfig(_ context.Context, in *lambda.DeleteFunctionEventInvokeConfigInput) (*lambda.DeleteFunctionEventInvokeConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, qualifier, err := s.findInvokeConfig(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	f.setInvokeConfig(qualifier, nil)
	s.keep(f)
	return &lambda.DeleteFunctionEventInvokeConfigOutput{}, nil
}
