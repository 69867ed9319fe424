package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// A server that is not AWS may answer with less than the API promises.
func TestAnAnswerWithoutWhatItIsForIsAnError(t *testing.T) {
	name := "x"
	for operation, c := range map[string]struct {
		answer string
		call   func(context.Context, *cloud.Session) error
	}{
		"SQS GetQueueUrl": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.SQS().GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
			return err
		}},
		"IAM GetRole": {"<GetRoleResponse><GetRoleResult/></GetRoleResponse>", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.IAM().GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
			return err
		}},
		"IAM CreateRole": {"<CreateRoleResponse><CreateRoleResult/></CreateRoleResponse>", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.IAM().CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &name})
			return err
		}},
		"SQS GetQueueAttributes": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.SQS().GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &name})
			return err
		}},
		"Lambda GetFunctionConfiguration": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.Lambda().GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &name})
			return err
		}},
		"Lambda ListEventSourceMappings": {"{}", listMappings},
		"Secrets Manager DescribeSecret": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.SecretsManager().DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &name})
			return err
		}},
		"Secrets Manager GetSecretValue": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.SecretsManager().GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
			return err
		}},
		"Secrets Manager ListSecretVersionIds": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.SecretsManager().ListSecretVersionIds(ctx, &secretsmanager.ListSecretVersionIdsInput{SecretId: &name})
			return err
		}},
		"Secrets Manager PutSecretValue": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.SecretsManager().PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &name})
			return err
		}},
		"CloudWatch Logs StartQuery": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.Logs().StartQuery(ctx, &cloudwatchlogs.StartQueryInput{StartTime: new(int64), EndTime: new(int64), QueryString: &name})
			return err
		}},
		"CloudWatch Logs GetQueryResults": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.Logs().GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: &name})
			return err
		}},
		"CloudWatch Logs DescribeLogGroups": {"{}", describeLogGroups},
		"CloudWatch Logs FilterLogEvents": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.Logs().FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &name})
			return err
		}},
		"CloudFormation DescribeStacks": {"{}", describeStacks},
		"CloudFormation DescribeStackEvents": {"<R><DescribeStackEventsResult/></R>", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.CloudFormation().DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: &name})
			return err
		}},
		"CloudTrail LookupEvents":  {"{}", lookupEvents},
		"CloudWatch GetMetricData": {emptyMap, getMetricData},
		"SSM GetParameters":        {"{}", getParameters},
		"STS GetCallerIdentity": {"<R><GetCallerIdentityResult/></R>", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.Identity(ctx)
			return err
		}},
	} {
		t.Run(operation, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Smithy-Protocol", "rpc-v2-cbor") // for those who speak it
				fmt.Fprint(w, c.answer)
			}))
			defer server.Close()
			withKeys(t, server.URL)
			session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
			if err != nil {
				t.Fatal(err)
			}
			err = c.call(t.Context(), session)
			if err == nil || !strings.Contains(err.Error(), operation+": the server's answer names no") || problem.KindOf(err) != problem.Failed {
				t.Errorf("got %v", err)
			}
		})
	}
}

// emptyMap is {} in CBOR, which CloudWatch's client speaks.
const emptyMap = "\xa0"

func listMappings(ctx context.Context, s *cloud.Session) error {
	_, err := s.Lambda().ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{})
	return err
}

func describeLogGroups(ctx context.Context, s *cloud.Session) error {
	_, err := s.Logs().DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	return err
}

func describeStacks(ctx context.Context, s *cloud.Session) error {
	_, err := s.CloudFormation().DescribeStacks(ctx, &cloudformation.DescribeStacksInput{})
	return err
}

func lookupEvents(ctx context.Context, s *cloud.Session) error {
	_, err := s.CloudTrail().LookupEvents(ctx, &cloudtrail.LookupEventsInput{})
	return err
}

func getMetricData(ctx context.Context, s *cloud.Session) error {
	at := time.Unix(0, 0)
	_, err := s.CloudWatch().GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: &at, EndTime: aws.Time(at.Add(time.Minute)), MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("a"), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String("AWS/SQS"), MetricName: aws.String("none")}, Period: aws.Int32(60), Stat: aws.String("Sum"),
		}}},
	})
	return err
}

func getParameters(ctx context.Context, s *cloud.Session) error {
	_, err := s.SSM().GetParameters(ctx, &ssm.GetParametersInput{Names: []string{"/none"}})
	return err
}

// An empty account is told from an answer with nothing in it.
func TestAnEmptyAccountsAnswersAreComplete(t *testing.T) {
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging"), Local: &cloud.Local{
		Endpoint: wire.LocalEndpoint, Region: sandbox.DefaultRegion, AccessKeyID: sandbox.DefaultAccessKey, SecretKey: sandbox.DefaultSecret, Transport: box.Transport(),
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func(context.Context, *cloud.Session) error{
		"mappings": listMappings, "log groups": describeLogGroups, "stacks": describeStacks, "events": lookupEvents,
		"metrics": getMetricData, "parameters": getParameters,
	} {
		if err := ask(t.Context(), session); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	group := "empty"
	if _, err := session.Logs().CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group}); err != nil {
		t.Fatal(err)
	}
	if _, err := session.Logs().FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group}); err != nil {
		t.Error(err)
	}
}

func TestAServerWithoutAnOperationIsToldFromAFailure(t *testing.T) {
	for code, answer := range map[string]string{
		"UnknownOperationException": `{"__type": "UnknownOperationException"}`,
		"InvalidAction":             `{"__type": "InvalidAction", "message": "could not find operation GetQueueUrl"}`,
		"NotImplemented":            `{"__type": "NotImplemented", "message": "not yet"}`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, answer)
		}))
		defer server.Close()
		withKeys(t, server.URL)
		session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
		if err != nil {
			t.Fatal(err)
		}
		_, err = session.SQS().GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &code})
		p, ok := errors.AsType[*problem.Error](err)
		if !ok || !strings.Contains(p.Message, code) || strings.Contains(p.Message, "UnknownError") || !strings.Contains(p.Hint, "does not know SQS GetQueueUrl") {
			t.Errorf("%s: got %v, hint %q", code, err, p.Hint)
		}
	}
}
