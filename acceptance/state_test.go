package acceptance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// awsConfig leads the SDK to the home's local platform, as keyvex run would.
func (h *home) awsConfig() aws.Config {
	h.t.Helper()
	variables := map[string]string{}
	for line := range strings.Lines(h.must("run", "-e", "local", "--", "env").stdout) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		variables[name] = value
	}
	return aws.Config{
		Region: variables["AWS_REGION"], BaseEndpoint: aws.String(variables["AWS_ENDPOINT_URL"]),
		Credentials: credentials.NewStaticCredentialsProvider(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], ""),
	}
}

// platformState is what a deploy leaves in the local platform: what CloudFormation
// says of its stacks, and what each service itself has alive. What differs from
// run to run, generated ids, times and endpoints, is left out.
func (h *home) platformState() string {
	h.t.Helper()
	config := h.awsConfig()
	lines := append(h.stacks(config), h.living(config)...)
	return strings.ReplaceAll(strings.Join(lines, "\n"), strings.TrimPrefix(*config.BaseEndpoint, "http://"), "HOST")
}

func (h *home) stacks(config aws.Config) (lines []string) {
	h.t.Helper()
	ctx, api := h.t.Context(), cloudformation.NewFromConfig(config)
	described, err := api.DescribeStacks(ctx, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, stack := range described.Stacks {
		name := *stack.StackName
		lines = append(lines, name+" "+strings.Replace(string(stack.StackStatus), "UPDATE", "CREATE", 1))
		for _, p := range stack.Parameters {
			lines = append(lines, name+" parameter "+*p.ParameterKey+" "+aws.ToString(p.ParameterValue))
		}
		for _, tag := range stack.Tags {
			lines = append(lines, name+" tag "+*tag.Key+" "+*tag.Value)
		}
		resources, err := api.ListStackResources(ctx, &cloudformation.ListStackResourcesInput{StackName: &name})
		if err != nil {
			h.t.Fatal(err)
		}
		for _, r := range resources.StackResourceSummaries {
			lines = append(lines, fmt.Sprintf("%s resource %s %s %s", name, *r.LogicalResourceId, *r.ResourceType, strings.Replace(string(r.ResourceStatus), "UPDATE", "CREATE", 1)))
		}
		template, err := api.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &name})
		if err != nil {
			h.t.Fatal(err)
		}
		lines = append(lines, name+" template "+*template.TemplateBody)
	}
	slices.Sort(lines)
	return lines
}

// living asks each service for the names of what it has.
func (h *home) living(config aws.Config) (lines []string) {
	h.t.Helper()
	ctx := h.t.Context()
	say := func(kind string, names []string, err error) {
		if err != nil {
			h.t.Fatalf("%s: %v", kind, err)
		}
		slices.Sort(names)
		lines = append(lines, kind+": "+strings.Join(names, " "))
	}
	queues, err := sqs.NewFromConfig(config).ListQueues(ctx, nil)
	say("queues", queues.QueueUrls, err)
	tables, err := dynamodb.NewFromConfig(config).ListTables(ctx, nil)
	say("tables", tables.TableNames, err)
	functions, err := lambda.NewFromConfig(config).ListFunctions(ctx, nil)
	say("functions", each(functions.Functions, func(i int) *string { return functions.Functions[i].FunctionName }), err)
	mappings, err := lambda.NewFromConfig(config).ListEventSourceMappings(ctx, nil)
	say("mappings", each(mappings.EventSourceMappings, func(i int) *string { return mappings.EventSourceMappings[i].EventSourceArn }), err)
	roles, err := iam.NewFromConfig(config).ListRoles(ctx, nil)
	say("roles", each(roles.Roles, func(i int) *string { return roles.Roles[i].RoleName }), err)
	groups, err := cloudwatchlogs.NewFromConfig(config).DescribeLogGroups(ctx, nil)
	say("log groups", each(groups.LogGroups, func(i int) *string { return groups.LogGroups[i].LogGroupName }), err)
	caches, err := elasticache.NewFromConfig(config).DescribeReplicationGroups(ctx, nil)
	say("caches", each(caches.ReplicationGroups, func(i int) *string { return caches.ReplicationGroups[i].ReplicationGroupId }), err)
	alarms, err := cloudwatch.NewFromConfig(config).DescribeAlarms(ctx, nil)
	say("alarms", each(alarms.MetricAlarms, func(i int) *string { return alarms.MetricAlarms[i].AlarmName }), err)
	topics, err := sns.NewFromConfig(config).ListTopics(ctx, nil)
	say("topics", each(topics.Topics, func(i int) *string { return topics.Topics[i].TopicArn }), err)
	secrets, err := secretsmanager.NewFromConfig(config).ListSecrets(ctx, &secretsmanager.ListSecretsInput{})
	say("secrets", each(secrets.SecretList, func(i int) *string { return secrets.SecretList[i].Name }), err)
	buckets, err := s3.NewFromConfig(config).ListBuckets(ctx, nil)
	say("buckets", each(buckets.Buckets, func(i int) *string { return buckets.Buckets[i].Name }), err)
	apis, err := apigateway.NewFromConfig(config).GetRestApis(ctx, &apigateway.GetRestApisInput{})
	say("REST APIs", each(apis.Items, func(i int) *string { return apis.Items[i].Name }), err)
	sockets, err := apigatewayv2.NewFromConfig(config).GetApis(ctx, &apigatewayv2.GetApisInput{})
	say("WebSocket APIs", each(sockets.Items, func(i int) *string { return sockets.Items[i].Name }), err)
	distributions, err := cloudfront.NewFromConfig(config).ListDistributions(ctx, nil)
	say("distributions", each(distributions.DistributionList.Items, func(i int) *string { return distributions.DistributionList.Items[i].Comment }), err)
	parameters, err := ssm.NewFromConfig(config).DescribeParameters(ctx, nil)
	say("parameters", each(parameters.Parameters, func(i int) *string { return parameters.Parameters[i].Name }), err)
	return lines
}

func each[T any](items []T, name func(i int) *string) []string {
	var names []string
	for i := range items {
		names = append(names, aws.ToString(name(i)))
	}
	return names
}
