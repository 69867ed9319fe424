package lambda

import (
	"cmp"
	"slices"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Lambda's defaults and bounds: seconds and MB.
const (
	defaultTimeout = 3
	maxTimeout     = 900
	defaultMemory  = 128
	maxMemory      = 10240
	defaultStorage = 512
	maxEnvironment = 4096 // bytes of all names and values
)

// newConfiguration is that of a function for which nothing was chosen.
func (s *Service) newConfiguration(name string) types.FunctionConfiguration {
	return types.FunctionConfiguration{
		FunctionName: &name, FunctionArn: new(s.arn(name)), Version: new(latest), PackageType: types.PackageTypeZip,
		Architectures: []types.Architecture{types.ArchitectureX8664}, Description: new(""),
		Timeout: new(int32(defaultTimeout)), MemorySize: new(int32(defaultMemory)),
		EphemeralStorage: &types.EphemeralStorage{Size: new(int32(defaultStorage))},
		TracingConfig:    &types.TracingConfigResponse{Mode: types.TracingModePassThrough},
		LoggingConfig:    &types.LoggingConfig{LogFormat: types.LogFormatText, LogGroup: new("/aws/lambda/" + name)},
		SnapStart:        &types.SnapStartResponse{ApplyOn: types.SnapStartApplyOnNone, OptimizationStatus: types.SnapStartOptimizationStatusOff},
		State:            types.StateActive, LastUpdateStatus: types.LastUpdateStatusSuccessful,
	}
}

// configure sets on c the members that in has, checks the whole, and stamps it.
func (s *Service) configure(c *types.FunctionConfiguration, in *lambda.UpdateFunctionConfigurationInput) error {
	c.Role = or(in.Role, c.Role)
	c.Handler = or(in.Handler, c.Handler)
	c.Runtime = cmp.Or(in.Runtime, c.Runtime)
	c.Description = or(in.Description, c.Description)
	c.Timeout = or(in.Timeout, c.Timeout)
	c.MemorySize = or(in.MemorySize, c.MemorySize)
	c.EphemeralStorage = or(in.EphemeralStorage, c.EphemeralStorage)
	c.KMSKeyArn = or(in.KMSKeyArn, c.KMSKeyArn)
	c.DeadLetterConfig = or(in.DeadLetterConfig, c.DeadLetterConfig)
	if in.Environment != nil {
		c.Environment = &types.EnvironmentResponse{Variables: in.Environment.Variables}
	}
	if in.TracingConfig != nil {
		c.TracingConfig = &types.TracingConfigResponse{Mode: in.TracingConfig.Mode}
	}
	if in.Layers != nil {
		c.Layers = nil
		for _, arn := range in.Layers {
			c.Layers = append(c.Layers, types.Layer{Arn: &arn})
		}
	}
	if in.SnapStart != nil {
		c.SnapStart = &types.SnapStartResponse{ApplyOn: in.SnapStart.ApplyOn, OptimizationStatus: types.SnapStartOptimizationStatusOff}
	}
	if in.LoggingConfig != nil {
		logging := *in.LoggingConfig
		logging.LogGroup = or(logging.LogGroup, c.LoggingConfig.LogGroup)
		logging.LogFormat = cmp.Or(logging.LogFormat, types.LogFormatText)
		c.LoggingConfig = &logging
	}
	if err := s.attach(c, in.VpcConfig); err != nil {
		return err
	}
	s.stamp(c)
	return check(c)
}

func or[T any](given, before *T) *T {
	if given != nil {
		return given
	}
	return before
}

// stamp marks a change.
func (s *Service) stamp(c *types.FunctionConfiguration) {
	c.RevisionId = new(s.uuid())
	c.LastModified = new(s.host.Clock.Now().UTC().Format(lastModified))
}

// attach puts the function into a VPC, or out of it for empty lists.
func (s *Service) attach(c *types.FunctionConfiguration, in *types.VpcConfig) error {
	if in == nil {
		return nil
	}
	c.VpcConfig = &types.VpcConfigResponse{
		SubnetIds: in.SubnetIds, SecurityGroupIds: in.SecurityGroupIds, VpcId: new(""), Ipv6AllowedForDualStack: in.Ipv6AllowedForDualStack,
	}
	if len(in.SubnetIds) > 0 && len(in.SecurityGroupIds) == 0 {
		return invalid("SubnetIds and SecurityIds must coexist or be both empty list.")
	}
	for _, id := range in.SubnetIds {
		vpc, _, ok := s.siblings.Subnets.Subnet(id)
		if !ok {
			return invalid("Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID '%s' does not exist", id)
		}
		c.VpcConfig.VpcId = &vpc
	}
	return nil
}

// Uses reports whether a function is in the subnet or the security group of that
// id, which therefore cannot be deleted.
func (s *Service) Uses(id string) bool {
	for _, f := range s.functions.All() {
		if vpc := f.Latest.VpcConfig; vpc != nil && (slices.Contains(vpc.SubnetIds, id) || slices.Contains(vpc.SecurityGroupIds, id)) {
			return true
		}
	}
	return false
}

var (
	roleGrammar = lazy.Regexp(`^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$`)
	reserved    = []string{
		"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
		"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
		"AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY",
		"AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "_HANDLER",
	}
)

func check(c *types.FunctionConfiguration) error {
	timeout, memory := aws.ToInt32(c.Timeout), aws.ToInt32(c.MemorySize)
	switch {
	case !roleGrammar().MatchString(aws.ToString(c.Role)):
		return constraint(aws.ToString(c.Role), "role", `satisfy regular expression pattern: `+
			`arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`)
	case timeout < 1:
		return constraint(timeout, "timeout", "have value greater than or equal to 1")
	case timeout > maxTimeout:
		return constraint(timeout, "timeout", "have value less than or equal to 900")
	case memory < defaultMemory:
		return constraint(memory, "memorySize", "have value greater than or equal to 128")
	case memory > maxMemory:
		return constraint(memory, "memorySize", "have value less than or equal to 10240")
	case c.Runtime == "" && c.PackageType == types.PackageTypeZip:
		return invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	case c.Runtime != "" && !slices.Contains(c.Runtime.Values(), c.Runtime):
		return invalid("Value %s at 'runtime' failed to satisfy constraint: Member must satisfy enum value set or be a valid ARN", c.Runtime)
	}
	return checkEnvironment(c.Environment)
}

func checkEnvironment(e *types.EnvironmentResponse) error {
	if e == nil {
		return nil
	}
	size := 0
	for key, value := range e.Variables {
		size += len(key) + len(value)
		if slices.Contains(reserved, key) {
			return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided "+
				"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", key)
		}
	}
	if size > maxEnvironment {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.")
	}
	return nil
}
