package lambda

import (
	"context"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// maxPage is how many entries a page of a list holds at most, and without a wish.
const maxPage = 50

// GetFunction gives a function's configuration, tags, concurrency, and the address
// of its deployment package where that came from S3.
func (s *Service) GetFunction(_ context.Context, in *lambda.GetFunctionInput) (*lambda.GetFunctionOutput, error) {
	f, v, err := s.findVersion(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	out := &lambda.GetFunctionOutput{
		Configuration: &v.FunctionConfiguration, Code: &types.FunctionCodeLocation{RepositoryType: new("S3")}, Tags: maps.Clone(f.Tags),
	}
	if v.Code.Key != "" {
		out.Code.Location = new(s.host.Endpoint + "/" + v.Code.Bucket + "/" + v.Code.Key)
	}
	if f.Reserved != nil {
		out.Concurrency = &types.Concurrency{ReservedConcurrentExecutions: f.Reserved}
	}
	return out, nil
}

// GetFunctionConfiguration gives a function's configuration.
func (s *Service) GetFunctionConfiguration(_ context.Context, in *lambda.GetFunctionConfigurationInput) (*lambda.GetFunctionConfigurationOutput, error) {
	_, v, err := s.findVersion(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return answer[lambda.GetFunctionConfigurationOutput](v.FunctionConfiguration), nil
}

// ListFunctions lists functions by name, with their versions when asked.
func (s *Service) ListFunctions(_ context.Context, in *lambda.ListFunctionsInput) (*lambda.ListFunctionsOutput, error) {
	var all []types.FunctionConfiguration
	for _, f := range s.functions.All() {
		all = append(all, f.Latest)
		if in.FunctionVersion == types.FunctionVersionAll {
			for _, v := range f.Versions {
				all = append(all, v.FunctionConfiguration)
			}
		}
	}
	order := func(c types.FunctionConfiguration) string { return *c.FunctionName + ":" + versionOrder(c) }
	some, next, err := cut(all, order, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	for i := range some {
		some[i] = listed(some[i])
	}
	return &lambda.ListFunctionsOutput{Functions: some, NextMarker: next}, nil
}

// listed is a configuration as lists have it: without the state, the last update's
// status and the runtime's version (ListFunctions in the API reference).
func listed(c types.FunctionConfiguration) types.FunctionConfiguration {
	c.State, c.StateReason, c.StateReasonCode = "", nil, ""
	c.LastUpdateStatus, c.LastUpdateStatusReason, c.LastUpdateStatusReasonCode = "", nil, ""
	c.RuntimeVersionConfig = nil
	return c
}

// cut gives a page of items that stand in the order of their keys.
func cut[T any](all []T, key func(T) string, marker *string, size *int32) ([]T, *string, error) {
	limit := maxPage
	if size != nil {
		if limit = min(int(*size), maxPage); limit < 1 {
			return nil, nil, constraint(*size, "maxItems", "have value greater than or equal to 1")
		}
	}
	some, next, ok := page.Of(all, key, aws.ToString(marker), limit)
	if !ok {
		return nil, nil, invalid("Invalid pagination token.")
	}
	if next == "" {
		return append([]T{}, some...), nil, nil
	}
	return some, &next, nil
}

// The account's quotas in a region: bytes, and executions at a time.
const (
	quotaUnzipped   = 262144000
	quotaZipped     = 52428800
	quotaStorage    = 80530636800
	quotaConcurrent = 1000
	minUnreserved   = 100
)

// GetAccountSettings gives the account's quotas and what is used of them.
func (s *Service) GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput) (*lambda.GetAccountSettingsOutput, error) {
	usage := &types.AccountUsage{}
	for _, f := range s.functions.All() {
		usage.FunctionCount++
		usage.TotalCodeSize += f.Latest.CodeSize
		for _, v := range f.Versions {
			usage.TotalCodeSize += v.CodeSize
		}
	}
	return &lambda.GetAccountSettingsOutput{AccountUsage: usage, AccountLimit: &types.AccountLimit{
		CodeSizeUnzipped: quotaUnzipped, CodeSizeZipped: quotaZipped, TotalCodeSize: quotaStorage,
		ConcurrentExecutions: quotaConcurrent, UnreservedConcurrentExecutions: new(quotaConcurrent - s.reserved("")),
	}}, nil
}
