package lambda

import (
	"context"
	"maps"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// CreateFunction makes a function. The answer says Pending, the next call Active.
func (s *Service) CreateFunction(ctx context.Context, in *lambda.CreateFunctionInput) (*lambda.CreateFunctionOutput, error) {
	name, _ := parseName(in.FunctionName)
	if !nameGrammar().MatchString(name) {
		return nil, constraint(name, "functionName", `satisfy regular expression pattern: `+
			`(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?`)
	}
	if in.PackageType == types.PackageTypeImage {
		return nil, invalid("Container images are not supported in this region.")
	}
	from, read, err := s.load(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.functions.Get(name); ok {
		return nil, conflict("Function already exist: " + name)
	}
	f := function{Latest: s.newConfiguration(name), Code: from, Tags: maps.Clone(in.Tags)}
	if len(in.Architectures) > 0 {
		f.Latest.Architectures = in.Architectures
	}
	settings := new(lambda.UpdateFunctionConfigurationInput)
	copyFields(settings, in)
	if err := s.configure(&f.Latest, settings); err != nil {
		return nil, err
	}
	read.describe(&f.Latest)
	shown := f.Latest
	if in.Publish {
		shown = s.publish(&f, nil)
	}
	s.keep(f)
	shown.State, shown.StateReason, shown.StateReasonCode = types.StatePending, new("The function is being created."), types.StateReasonCodeCreating
	shown.LastUpdateStatus = ""
	return answer[lambda.CreateFunctionOutput](shown), nil
}

// UpdateFunctionConfiguration changes what the input has members for.
func (s *Service) UpdateFunctionConfiguration(_ context.Context, in *lambda.UpdateFunctionConfigurationInput) (*lambda.UpdateFunctionConfigurationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := f.checkRevision(in.RevisionId); err != nil {
		return nil, err
	}
	if err := s.configure(&f.Latest, in); err != nil {
		return nil, err
	}
	s.keep(f)
	s.fleet.Retire(f.name())
	shown := f.Latest
	shown.LastUpdateStatus = types.LastUpdateStatusInProgress
	return answer[lambda.UpdateFunctionConfigurationOutput](shown), nil
}

// DeleteFunction removes a function with its versions, or one version. Its event
// source mappings stay, as they do with AWS.
func (s *Service) DeleteFunction(_ context.Context, in *lambda.DeleteFunctionInput) (*lambda.DeleteFunctionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, v, err := s.findVersion(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	_, qualifier := parseName(in.FunctionName)
	if in.Qualifier != nil {
		qualifier = *in.Qualifier
	}
	switch qualifier {
	case latest:
		return nil, invalid("$LATEST version cannot be deleted without deleting the function.")
	case "":
		s.functions.Delete(f.name())
		s.fleet.Retire(f.name())
	default:
		f.removeVersion(aws.ToString(v.Version))
		s.keep(f)
	}
	return &lambda.DeleteFunctionOutput{StatusCode: http.StatusNoContent}, nil
}
