package stacks

import (
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// security has the three secrets, a least-privilege role per function, the REST
// API's role, and the identity of the Next.js application.
func security(s stack) {
	for _, secret := range platform.Secrets {
		s.secret(secret)
	}
	for _, f := range platform.Functions {
		s.role(pascal(string(f), "role"), s.env.FunctionRoleName(f), "lambda.amazonaws.com", s.functionStatements(f))
	}
	s.role("RestApiRole", s.env.GatewayRoleName(), "apigateway.amazonaws.com", []statement{
		{sid: "SendToQueues", actions: []string{"sqs:SendMessage"}, resources: s.queueARNs()},
	})
	s.application()
}

// secret declares a secret without a value, except for the Redis AUTH token: the
// cache needs one when it is created. A later change of the generator's settings
// would overwrite what operators have set.
func (s stack) secret(secret platform.Secret) {
	props := &awssecretsmanager.CfnSecretProps{
		Name:        jsii.String(s.env.SecretName(secret)),
		Description: jsii.String(strings.TrimPrefix(secret.SecretARNContract().Spec().Description, "ARN of the ")),
	}
	if secret == platform.DatabaseSecret {
		props.GenerateSecretString = &awssecretsmanager.CfnSecret_GenerateSecretStringProperty{
			SecretStringTemplate: jsii.String("{}"),
			GenerateStringKey:    jsii.String(platform.RedisAuthTokenKey),
			PasswordLength:       number(platform.RedisAuthTokenLength),
			ExcludePunctuation:   jsii.Bool(true),
		}
	}
	resource := awssecretsmanager.NewCfnSecret(s.scope, jsii.String(pascal(string(secret), "secret")), props)
	resource.ApplyRemovalPolicy(s.keep(), nil)
	s.publish(secret.SecretARNContract(), resource.Ref())
}

func (s stack) role(id, name, service string, statements []statement) {
	awsiam.NewCfnRole(s.scope, jsii.String(id), &awsiam.CfnRoleProps{
		RoleName:                 jsii.String(name),
		AssumeRolePolicyDocument: trust(service),
		Policies: []any{&awsiam.CfnRole_PolicyProperty{
			PolicyName: jsii.String("least-privilege"), PolicyDocument: document(statements...),
		}},
	})
}

// tableActions are the item actions of each function. A transaction needs the
// actions of its items and ConditionCheckItem; it has no action of its own.
var tableActions = map[platform.Function][]string{
	// It removes connections that are gone.
	platform.AIProcessor:        {"GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"},
	platform.AnalyticsProcessor: {"GetItem", "PutItem", "UpdateItem", "ConditionCheckItem"},
	platform.WebSocketHandler:   {"GetItem", "PutItem", "UpdateItem", "DeleteItem"},
	platform.EmailProcessor:     {"GetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem"},
}

func (s stack) functionStatements(f platform.Function) []statement {
	spec := f.Spec()
	statements := []statement{
		{sid: "WriteLogs", actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, resources: []string{arn("logs", "log-group:"+s.env.FunctionLogGroup(f)+":*")}},
		{sid: "UseTable", actions: prefixed("dynamodb:", tableActions[f]), resources: s.tableAndIndexes()},
	}
	if spec.Queue != "" {
		statements = append(statements, statement{
			sid:       "ConsumeQueue",
			actions:   []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"},
			resources: []string{s.queueARN(spec.Queue)},
		})
	}
	if secret, ok := f.ReadsSecret(); ok {
		statements = append(statements, s.readSecrets(secret))
	}
	if s.tier.Tracing == "Active" {
		statements = append(statements, statement{
			sid: "Trace", actions: []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, resources: []string{"*"},
		})
	}
	if spec.InVPC {
		statements = append(statements, s.networkInterfaces(f)...)
	}
	if f == platform.AIProcessor {
		statements = append(statements, s.findWebSocket())
	}
	return statements
}

// networkInterfaces lets the Lambda service attach the function to its subnets,
// and keeps the function's own code from doing so.
func (s stack) networkInterfaces(f platform.Function) []statement {
	attach := []string{
		"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
		"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
	}
	return []statement{
		{sid: "AttachToVpc", actions: attach, resources: []string{"*"}},
		{
			sid: "KeepCodeFromVpc", deny: true, actions: attach, resources: []string{"*"},
			condition: map[string]any{"ArnEquals": map[string]any{"lambda:SourceFunctionArn": subs([]string{s.functionARN(f)})}},
		},
	}
}

// findWebSocket lets the AI processor look up at run time where its results go.
func (s stack) findWebSocket() statement {
	return statement{sid: "FindWebSocket", actions: []string{"ssm:GetParameter"}, resources: []string{arn("ssm", "parameter"+s.env.ParameterName(platform.WebSocketEndpoint))}}
}

func (s stack) readSecrets(secrets ...platform.Secret) statement {
	read := statement{sid: "ReadSecrets", actions: []string{"secretsmanager:GetSecretValue"}}
	for _, secret := range secrets {
		read.resources = append(read.resources, s.secretARN(secret))
	}
	return read
}

// application is the user whose access keys the application's environment holds,
// and a role that the user can assume; one policy for both.
func (s stack) application() {
	user := awsiam.NewCfnUser(s.scope, jsii.String("ApplicationUser"), &awsiam.CfnUserProps{UserName: jsii.String(s.env.ApplicationUserName())})
	role := awsiam.NewCfnRole(s.scope, jsii.String("ApplicationRole"), &awsiam.CfnRoleProps{
		RoleName: jsii.String(s.env.ApplicationRoleName()),
		AssumeRolePolicyDocument: document(statement{
			principal: map[string]any{"AWS": user.AttrArn()}, actions: []string{"sts:AssumeRole"},
		}),
	})
	awsiam.NewCfnManagedPolicy(s.scope, jsii.String("ApplicationPolicy"), &awsiam.CfnManagedPolicyProps{
		ManagedPolicyName: jsii.String(s.env.ApplicationPolicyName()),
		Description:       jsii.String("What the Next.js application may do"),
		PolicyDocument:    document(s.applicationStatements()...),
		Users:             &[]*string{user.Ref()},
		Roles:             &[]*string{role.Ref()},
	})
	s.output("ApplicationUserName", "IAM user whose access keys the Next.js application uses", s.env.ApplicationUserName())
	awscdk.NewCfnOutput(s.scope, jsii.String("ApplicationRoleArn"), &awscdk.CfnOutputProps{
		Value: role.AttrArn(), Description: jsii.String("Role that the application's user can assume"),
	})
}

func (s stack) applicationStatements() []statement {
	return []statement{
		{
			sid:       "UseTable",
			actions:   prefixed("dynamodb:", []string{"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "ConditionCheckItem"}),
			resources: s.tableAndIndexes(),
		},
		{sid: "SendToQueues", actions: []string{"sqs:SendMessage"}, resources: s.queueARNs()},
		{sid: "UseObjects", actions: []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}, resources: s.objectARNs()},
		s.readSecrets(applicationSecrets()...),
	}
}

// applicationSecrets are the secrets of which the application reads a key.
func applicationSecrets() []platform.Secret {
	var secrets []platform.Secret
	for _, key := range platform.SecretKeys() {
		if key.Application && !slices.Contains(secrets, key.Secret) {
			secrets = append(secrets, key.Secret)
		}
	}
	return secrets
}

func (s stack) queueARNs() []string {
	var arns []string
	for _, q := range platform.Queues {
		arns = append(arns, s.queueARN(q))
	}
	return arns
}

func (s stack) objectARNs() []string {
	var arns []string
	for _, b := range platform.Buckets {
		arns = append(arns, bucketARN(s.bucketName(b))+"/*")
	}
	return arns
}

func prefixed(prefix string, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = prefix + name
	}
	return out
}
