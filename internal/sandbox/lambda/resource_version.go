package lambda

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// versionProperties are the properties of AWS::Lambda::Version.
type versionProperties struct {
	FunctionName *string `cfn:"required"`
	CodeSha256   *string
	Description  *string
}

func (s *Service) versionType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::Lambda::Version", CreateOnly: []string{"FunctionName", "CodeSha256", "Description"},
		Attributes: []string{"FunctionArn", "Version"}, Times: resource.Times{Create: 10 * time.Second, Delete: 5 * time.Second},
	}, resource.Steps[versionProperties]{
		Create: func(ctx context.Context, _ resource.Request, p *versionProperties) (resource.Result, error) {
			out, err := s.PublishVersion(ctx, &lambda.PublishVersionInput{
				FunctionName: p.FunctionName, CodeSha256: p.CodeSha256, Description: p.Description,
			})
			if err != nil {
				return resource.Result{}, err
			}
			return resource.Result{PhysicalID: *out.FunctionArn, Attributes: map[string]any{
				"FunctionArn": *out.FunctionArn, "Version": *out.Version,
			}}, nil
		},
		Delete: func(ctx context.Context, r resource.Request, _ *versionProperties) error {
			_, err := s.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &r.PhysicalID})
			return err
		},
		Read: func(_ context.Context, physicalID string) (*versionProperties, bool) {
			f, v, err := s.findVersion(&physicalID, nil)
			if err != nil || aws.ToString(v.Version) == latest {
				return nil, false
			}
			return &versionProperties{FunctionName: new(f.name()), CodeSha256: v.CodeSha256, Description: v.Description}, true
		},
	})
}

// invokeConfigProperties are the properties of AWS::Lambda::EventInvokeConfig.
type invokeConfigProperties struct {
	FunctionName             *string `cfn:"required"`
	Qualifier                *string `cfn:"required"`
	DestinationConfig        *types.DestinationConfig
	MaximumEventAgeInSeconds *int32
	MaximumRetryAttempts     *int32
}

func (s *Service) invokeConfigType() resource.Type {
	put := func(ctx context.Context, _ resource.Request, p *invokeConfigProperties) (resource.Result, error) {
		in := new(lambda.PutFunctionEventInvokeConfigInput)
		copyFields(in, p)
		out, err := s.PutFunctionEventInvokeConfig(ctx, in)
		if err != nil {
			return resource.Result{}, err
		}
		return resource.Result{PhysicalID: *out.FunctionArn}, nil
	}
	return resource.Typed(resource.Type{
		Name: "AWS::Lambda::EventInvokeConfig", CreateOnly: []string{"FunctionName", "Qualifier"},
		Times: resource.Times{Create: 5 * time.Second, Update: 5 * time.Second, Delete: 5 * time.Second},
	}, resource.Steps[invokeConfigProperties]{
		Create: put, Update: put,
		Delete: func(ctx context.Context, r resource.Request, _ *invokeConfigProperties) error {
			_, err := s.DeleteFunctionEventInvokeConfig(ctx, &lambda.DeleteFunctionEventInvokeConfigInput{FunctionName: &r.PhysicalID})
			return err
		},
		Read: func(_ context.Context, physicalID string) (*invokeConfigProperties, bool) {
			f, qualifier, err := s.findInvokeConfig(&physicalID, nil)
			if err != nil {
				return nil, false
			}
			p := new(invokeConfigProperties)
			copyFields(p, f.InvokeConfigs[qualifier])
			p.FunctionName, p.Qualifier = new(f.name()), &qualifier
			return p, true
		},
	})
}
