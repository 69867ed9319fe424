package stacks

import (
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// compute has the four functions, their log groups, and the event source mappings
// from the queues.
func compute(s stack) {
	socket := s.socketVariables()
	sender := s.parameter(platform.ParameterMailFrom, "", "Sender of mails; empty to send none")
	redis := awscdk.Fn_Split(jsii.String(":"), s.read(platform.RedisEndpoint), number(2))
	subnets := awscdk.Fn_Split(jsii.String(","), s.read(platform.SubnetIDs), number(zones))
	group := s.read(platform.FunctionSecurityGroup)

	for _, f := range platform.Functions {
		spec, variables := f.Spec(), s.variables(f)
		var vpc any
		if spec.InVPC {
			vpc = &awslambda.CfnFunction_VpcConfigProperty{SubnetIds: subnets, SecurityGroupIds: &[]*string{group}}
			variables[platform.FunctionRedisEndpoint] = (*redis)[0]
			variables[platform.FunctionRedisPort] = (*redis)[1]
		}
		switch f {
		case platform.WebSocketHandler:
			maps.Copy(variables, socket)
		case platform.EmailProcessor:
			variables[platform.FunctionMailFrom] = sender
		}
		function := s.function(f, variables, vpc)
		if spec.Queue != "" {
			s.trigger(f, function)
		}
		s.output(pascal(string(f), "name"), spec.Purpose, s.env.FunctionName(f))
	}
}

// socketVariables say who may connect. A production tier has no debug user that
// anybody could set.
func (s stack) socketVariables() map[string]*string {
	variables := map[string]*string{
		platform.FunctionClerkIssuer:   s.parameter(platform.ParameterClerkIssuer, "", "Issuer URL of the session tokens; empty to refuse every token"),
		platform.FunctionClerkJWKS:     s.parameter(platform.ParameterClerkJWKS, "", "URL of the issuer's keys; empty for the well-known one"),
		platform.FunctionClerkAudience: s.parameter(platform.ParameterClerkAudience, "", "Audience that session tokens must have; empty to ask for none"),
		platform.FunctionCORSOrigins:   s.corsOrigins(),
	}
	if s.env.Tier != platform.Production {
		variables[platform.FunctionDebugUser] = s.parameter(platform.ParameterDebugUser, "", "User that a socket without a token belongs to; empty to refuse it")
	}
	return variables
}

// variables are the environment variables that follow from the function alone.
func (s stack) variables(f platform.Function) map[string]*string {
	variables := map[string]*string{
		platform.FunctionEnvironment:   sub(s.env.Name),
		platform.FunctionTier:          sub(string(s.env.Tier)),
		platform.FunctionStage:         sub(s.tier.Stage),
		platform.FunctionTable:         sub(s.env.TableName()),
		platform.FunctionParameterPath: sub(s.env.ParameterPath()),
		platform.FunctionBuild:         jsii.String(platform.PlaceholderBundleHash(f)),
	}
	if q := f.Spec().Queue; q != "" {
		variables[platform.FunctionQueueURL] = sub("https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/" + s.env.QueueName(q))
	}
	if secret, ok := f.ReadsSecret(); ok {
		variables[platform.FunctionSecret] = sub(s.env.SecretName(secret))
	}
	return variables
}

func (s stack) function(f platform.Function, variables map[string]*string, vpc any) awslambda.CfnFunction {
	spec := f.Spec()
	logs := s.logGroup(pascal(string(f), "logs"), s.env.FunctionLogGroup(f))
	bundle := platform.Bundle{Function: f, Hash: platform.PlaceholderBundleHash(f)}
	return awslambda.NewCfnFunction(s.scope, jsii.String(pascal(string(f))), &awslambda.CfnFunctionProps{
		FunctionName:  jsii.String(s.env.FunctionName(f)),
		Description:   jsii.String(spec.Purpose),
		Role:          sub(roleARN(s.env.FunctionRoleName(f))),
		Runtime:       jsii.String(platform.LambdaRuntime),
		Architectures: stringList(platform.LambdaArchitecture),
		Handler:       jsii.String(platform.LambdaHandler),
		MemorySize:    number(spec.MemoryMB),
		Timeout:       jsii.Number(spec.Timeout.Seconds()),
		Code: &awslambda.CfnFunction_CodeProperty{
			S3Bucket: sub(platform.AssetsBucketName("${AWS::AccountId}", "${AWS::Region}")),
			S3Key:    jsii.String(bundle.Key()),
		},
		Environment: &awslambda.CfnFunction_EnvironmentProperty{Variables: variables},
		// JSON would replace the START, END and REPORT lines.
		LoggingConfig: &awslambda.CfnFunction_LoggingConfigProperty{LogFormat: jsii.String("Text"), LogGroup: logs.Ref()},
		TracingConfig: &awslambda.CfnFunction_TracingConfigProperty{Mode: jsii.String(s.tier.Tracing)},
		VpcConfig:     vpc,
	})
}

// trigger feeds the function from its queue. A failed item of a batch goes back
// alone; the mapping, not the function, limits how many run at once.
func (s stack) trigger(f platform.Function, function awslambda.CfnFunction) {
	spec := f.Spec().Queue.Spec()
	props := &awslambda.CfnEventSourceMappingProps{
		FunctionName:          function.Ref(),
		EventSourceArn:        sub(s.queueARN(f.Spec().Queue)),
		BatchSize:             number(spec.BatchSize),
		FunctionResponseTypes: stringList("ReportBatchItemFailures"),
		ScalingConfig: &awslambda.CfnEventSourceMapping_ScalingConfigProperty{
			MaximumConcurrency: number(s.tier.Concurrency(f)),
		},
	}
	if spec.BatchWindow > 0 {
		props.MaximumBatchingWindowInSeconds = jsii.Number(spec.BatchWindow.Seconds())
	}
	awslambda.NewCfnEventSourceMapping(s.scope, jsii.String(pascal(string(f), "trigger")), props)
}
