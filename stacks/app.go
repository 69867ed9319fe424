// Package stacks is Keyvex's infrastructure: a CDK app with one file per stack.
// It runs when the committed templates are made (stacks/cmd/synth), never when
// keyvex deploys.
//
// Names and numbers come from internal/platform. A CDK construct of the second
// level is used where it brings what belongs together (a bucket and its policy,
// an API and its deployment), and a plain resource where Keyvex itself decides
// everything: those have logical ids that people can read.
//
// Synthesizing for another environment may change nothing but the environment's
// name, so construct ids never depend on it.
package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// builders fill the stacks, in the order of platform.Stacks.
var builders = map[platform.Stack]struct {
	description string
	build       func(stack)
}{
	platform.Security:   {"Keyvex: secrets, and one identity per function and for the application", security},
	platform.Database:   {"Keyvex: DynamoDB table, Redis in private subnets, and the queues", database},
	platform.Storage:    {"Keyvex: buckets and the CloudFront distribution before them", storage},
	platform.Compute:    {"Keyvex: the four functions and what triggers them", compute},
	platform.API:        {"Keyvex: WebSocket API for real-time updates and REST API for integrations", api},
	platform.Monitoring: {"Keyvex: dashboard, alarms and who is told of them", monitoring},
}

// featureFlags stand here because only the cdk command line reads cdk.json.
var featureFlags = map[string]any{
	// The usage plan's key keeps its logical id when another key is added.
	"@aws-cdk/aws-apigateway:usagePlanKeyOrderInsensitiveId": true,
}

// pathMetadata makes CDK note each resource's construct path in the template,
// from where Synthesize moves it into a map of its own.
const pathMetadata = "aws:cdk:enable-path-metadata"

// NewApp builds the six stacks of an environment, to be written into outdir.
func NewApp(env platform.Environment, outdir string) awscdk.App {
	context := map[string]any{pathMetadata: true}
	for flag, on := range featureFlags {
		context[flag] = on
	}
	app := awscdk.NewApp(&awscdk.AppProps{
		AnalyticsReporting: jsii.Bool(false),
		TreeMetadata:       jsii.Bool(false),
		Outdir:             jsii.String(outdir),
		Context:            &context,
	})
	built := map[platform.Stack]stack{}
	for _, name := range platform.Stacks {
		built[name] = newStack(app, env, name)
		for _, owner := range name.DependsOn() {
			built[name].scope.AddDependency(built[owner].scope, nil)
		}
	}
	return app
}

func newStack(app awscdk.App, env platform.Environment, name platform.Stack) stack {
	builder := builders[name]
	s := stack{
		scope: awscdk.NewStack(app, jsii.String(string(name)), &awscdk.StackProps{
			StackName:             jsii.String(env.StackName(name)),
			Description:           jsii.String(builder.description),
			TerminationProtection: jsii.Bool(env.Spec().TerminationProtection),
			// Templates and assets travel without a CDK bootstrap.
			Synthesizer: awscdk.NewLegacyStackSynthesizer(),
		}),
		name: name, env: env, tier: env.Spec(),
	}
	builder.build(s)
	s.output(platform.OutputTemplateHash, "SHA-256 of this template without the values of TemplateHash and Build", platform.PlaceholderTemplateHash)
	s.output(platform.OutputBuild, "Version of keyvex that deployed this template", platform.PlaceholderBuild)
	return s
}
