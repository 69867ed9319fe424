package stacks

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsssm"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// stack is a CDK stack that knows its environment.
type stack struct {
	scope awscdk.Stack
	name  platform.Stack
	env   platform.Environment
	tier  platform.TierSpec
}

// sub is text in which CloudFormation fills in ${...}.
func sub(text string) *string {
	if !strings.Contains(text, "${") {
		return jsii.String(text)
	}
	return awscdk.Fn_Sub(jsii.String(text), nil)
}

func number[N int | int64](n N) *float64 { return jsii.Number(float64(n)) }

func stringList(texts ...string) *[]*string {
	list := make([]*string, len(texts))
	for i, text := range texts {
		list[i] = sub(text)
	}
	return &list
}

// pascal turns a short name into a construct id: "ai-processor" into "AiProcessor".
func pascal(words ...string) string {
	var id strings.Builder
	for _, word := range words {
		for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == '-' || r == '/' || r == ' ' }) {
			id.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return id.String()
}

// parameter declares a template parameter and gives its value.
func (s stack) parameter(name, standard, description string) *string {
	return awscdk.NewCfnParameter(s.scope, jsii.String(name), &awscdk.CfnParameterProps{
		Type: jsii.String("String"), Default: jsii.String(standard), Description: jsii.String(description),
	}).ValueAsString()
}

// unlessEmpty declares a condition that holds while value is not empty.
func (s stack) unlessEmpty(name string, value *string) awscdk.CfnCondition {
	return awscdk.NewCfnCondition(s.scope, jsii.String(name), &awscdk.CfnConditionProps{
		Expression: awscdk.Fn_ConditionNot(awscdk.Fn_ConditionEquals(value, "")),
	})
}

// corsOrigins declares the parameter of the web application's origins.
func (s stack) corsOrigins() *string {
	return s.parameter(platform.ParameterCORSOrigins, s.tier.CORSOrigins, "Origins of the web application, separated by commas; empty for none")
}

// read gives a contract value of another stack. The explicit parameter, rather
// than CDK's own, keeps the environment out of the logical id.
func (s stack) read(contract platform.Contract) *string {
	spec := contract.Spec()
	return awscdk.NewCfnParameter(s.scope, jsii.String(spec.Parameter), &awscdk.CfnParameterProps{
		Type:        jsii.String("AWS::SSM::Parameter::Value<String>"),
		Default:     jsii.String(s.env.ParameterName(contract)),
		Description: jsii.String("Parameter Store name of the " + spec.Description),
	}).ValueAsString()
}

// publish makes a contract value readable in Parameter Store, and shows it as an
// output.
func (s stack) publish(contract platform.Contract, value *string) {
	spec := contract.Spec()
	awsssm.NewCfnParameter(s.scope, jsii.String(spec.Parameter+"Parameter"), &awsssm.CfnParameterProps{
		Type:        jsii.String("String"),
		Name:        jsii.String(s.env.ParameterName(contract)),
		Description: jsii.String(spec.Description),
		Value:       value,
	})
	awscdk.NewCfnOutput(s.scope, jsii.String(spec.Parameter), &awscdk.CfnOutputProps{
		Value: value, Description: jsii.String(spec.Description),
	})
}

// output shows a value to people.
func (s stack) output(name, description, value string) {
	awscdk.NewCfnOutput(s.scope, jsii.String(name), &awscdk.CfnOutputProps{
		Value: sub(value), Description: jsii.String(description),
	})
}

// keep is what becomes of a resource with data when its stack goes. In
// production it stays, unless the very deployment that created it failed.
func (s stack) keep() awscdk.RemovalPolicy {
	if s.tier.Retain {
		return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	return awscdk.RemovalPolicy_DESTROY
}

// logGroup owns a log group, so that its retention is ours and it goes with the stack.
func (s stack) logGroup(id, name string) awslogs.CfnLogGroup {
	group := awslogs.NewCfnLogGroup(s.scope, jsii.String(id), &awslogs.CfnLogGroupProps{
		LogGroupName:    jsii.String(name),
		RetentionInDays: number(s.tier.LogRetentionDays),
	})
	group.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	return group
}

// plain is the resource that a construct of the second level wraps.
func plain[R any](construct constructs.Construct) R { return construct.Node().DefaultChild().(R) }
