package lambda

import (
	"context"
	"maps"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// functionProperties are the properties of AWS::Lambda::Function for deployment
// packages. Where they have the API's own shape they are the SDK's types.
type functionProperties struct {
	FunctionName                 string
	Code                         *codeProperties `cfn:"required"`
	Role                         *string         `cfn:"required"`
	Architectures                []types.Architecture
	DeadLetterConfig             *types.DeadLetterConfig
	Description                  *string
	Environment                  *types.Environment
	EphemeralStorage             *types.EphemeralStorage
	Handler                      *string
	KMSKeyArn                    *string `json:"KmsKeyArn"`
	Layers                       []string
	LoggingConfig                *types.LoggingConfig
	MemorySize                   *int32
	PackageType                  types.PackageType
	ReservedConcurrentExecutions *int32
	Runtime                      types.Runtime
	SnapStart                    *types.SnapStart
	Tags                         []resource.Tag
	Timeout                      *int32
	TracingConfig                *types.TracingConfig
	VpcConfig                    *types.VpcConfig
}

type codeProperties struct {
	S3Bucket, S3Key, S3ObjectVersion *string
	// ZipFile is source text that CloudFormation packs.
	ZipFile *string
}

func (s *Service) functionType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::Lambda::Function", NameProperty: "FunctionName", CreateOnly: []string{"FunctionName", "PackageType"},
		WriteOnly: []string{"Code", "SnapStart"}, Attributes: []string{"Arn"},
		Times: resource.Times{Create: 25 * time.Second, Update: 15 * time.Second, Delete: 5 * time.Second},
	}, resource.Steps[functionProperties]{
		Create: s.createResource, Update: s.updateResource, Delete: s.deleteResource, Read: s.readResource,
	})
}

func (s *Service) createResource(ctx context.Context, r resource.Request, p *functionProperties) (resource.Result, error) {
	name := p.FunctionName
	if name == "" {
		name = r.GeneratedName(64)
	}
	if _, ok := s.functions.Get(name); ok {
		return resource.Result{}, &resource.Error{
			Code: "AlreadyExists", Message: "Resource of type 'AWS::Lambda::Function' with identifier '" + name + "' already exists.",
		}
	}
	code, err := p.Code.code(p.Runtime)
	if err != nil {
		return resource.Result{}, err
	}
	in := &lambda.CreateFunctionInput{FunctionName: &name, Code: code, Tags: r.AllTags(p.Tags)}
	tags := in.Tags
	copyFields(in, p)
	in.FunctionName, in.Code, in.Tags = &name, code, tags
	if _, err := s.CreateFunction(ctx, in); err != nil {
		return resource.Result{}, err
	}
	if p.ReservedConcurrentExecutions != nil {
		_, err = s.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{
			FunctionName: &name, ReservedConcurrentExecutions: p.ReservedConcurrentExecutions,
		})
	}
	return s.result(name), err
}

func (s *Service) result(name string) resource.Result {
	return resource.Result{PhysicalID: name, Attributes: map[string]any{"Arn": s.arn(name)}}
}

// updateResource takes the function to what the properties say, back to Lambda's
// defaults where they say nothing, and loads the code only if its place changed.
func (s *Service) updateResource(ctx context.Context, r resource.Request, p *functionProperties) (resource.Result, error) {
	before := new(functionProperties)
	if err := resource.Decode(r.Previous, before); err != nil {
		return resource.Result{}, err
	}
	if err := s.reconfigure(r, p); err != nil {
		return resource.Result{}, err
	}
	if reflect.DeepEqual(before.Code, p.Code) && reflect.DeepEqual(before.Architectures, p.Architectures) {
		return s.result(r.PhysicalID), nil
	}
	code, err := p.Code.code(p.Runtime)
	if err != nil {
		return resource.Result{}, err
	}
	_, err = s.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{
		FunctionName: &r.PhysicalID, Architectures: p.Architectures, ZipFile: code.ZipFile,
		S3Bucket: code.S3Bucket, S3Key: code.S3Key, S3ObjectVersion: code.S3ObjectVersion,
	})
	return s.result(r.PhysicalID), err
}

func (s *Service) reconfigure(r resource.Request, p *functionProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(&r.PhysicalID)
	if err != nil {
		return err
	}
	fresh := s.newConfiguration(f.name())
	fresh.CodeSha256, fresh.CodeSize, fresh.Architectures = f.Latest.CodeSha256, f.Latest.CodeSize, f.Latest.Architectures
	settings := new(lambda.UpdateFunctionConfigurationInput)
	copyFields(settings, p)
	settings.FunctionName = &r.PhysicalID
	if err := s.configure(&fresh, settings); err != nil {
		return err
	}
	f.Latest, f.Tags = fresh, r.AllTags(p.Tags)
	if err := s.reserve(&f, p.ReservedConcurrentExecutions); err != nil {
		return err
	}
	s.keep(f)
	s.fleet.Retire(f.name())
	return nil
}

func (s *Service) deleteResource(ctx context.Context, r resource.Request, _ *functionProperties) error {
	_, err := s.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &r.PhysicalID})
	return err
}

func (s *Service) readResource(_ context.Context, physicalID string) (*functionProperties, bool) {
	f, ok := s.functions.Get(physicalID)
	if !ok {
		return nil, false
	}
	c := f.Latest
	p := &functionProperties{}
	copyFields(p, c)
	p.FunctionName, p.ReservedConcurrentExecutions, p.Tags = f.name(), f.Reserved, resource.OwnTags(f.Tags)
	p.Layers = nil
	for _, layer := range c.Layers {
		p.Layers = append(p.Layers, aws.ToString(layer.Arn))
	}
	if c.Environment != nil {
		p.Environment = &types.Environment{Variables: maps.Clone(c.Environment.Variables)}
	}
	p.TracingConfig = &types.TracingConfig{Mode: c.TracingConfig.Mode}
	if c.VpcConfig != nil {
		p.VpcConfig = &types.VpcConfig{
			SubnetIds: c.VpcConfig.SubnetIds, SecurityGroupIds: c.VpcConfig.SecurityGroupIds, Ipv6AllowedForDualStack: c.VpcConfig.Ipv6AllowedForDualStack,
		}
	}
	return p, true
}
