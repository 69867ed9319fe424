package wire_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

const accessKey, secretKey = "AKIAKEYVEXLOCAL00000", "a secret of this test alone, 40 letters."

// connect gives the config of clients that reach the services through a verifying
// router.
func connect(t testing.TB, services ...*wire.Service) (aws.Config, *wire.Router) {
	t.Helper()
	router := &wire.Router{Verifier: &wire.Verifier{Secret: func(key string) (string, bool) {
		return secretKey, key == accessKey
	}}}
	router.Add(services...)
	provider := credentials.NewStaticCredentialsProvider(accessKey, secretKey, "")
	return wire.SDKConfig(router, "eu-west-1", provider), router
}

func TestSQSJSONCarriesInputOutputAndTypedError(t *testing.T) {
	s := &wire.Service{Name: "sqs", Protocols: []wire.Protocol{wire.JSON10, wire.Query}, TargetPrefix: "AmazonSQS"}
	wire.Handle(s, func(ctx context.Context, in *sqs.SendMessageInput) (*sqs.SendMessageOutput, error) {
		if *in.QueueUrl == "missing" {
			return nil, &sqstypes.QueueDoesNotExist{Message: aws.String("no such queue")}
		}
		if wire.Sent(ctx, "DelaySeconds") {
			t.Error("the SDK leaves a zero DelaySeconds out, yet it counts as sent")
		}
		if !wire.Sent(ctx, "MessageAttributes.n.DataType") {
			t.Error("a nested member that was sent does not count as sent")
		}
		return &sqs.SendMessageOutput{MessageId: in.MessageAttributes["n"].StringValue}, nil
	})
	cfg, _ := connect(t, s)
	client := sqs.NewFromConfig(cfg)
	out, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: aws.String("http://localhost/q"), MessageBody: aws.String("a \"quoted\"\nline \u2028 é"),
		MessageAttributes: map[string]sqstypes.MessageAttributeValue{"n": {DataType: aws.String("String"), StringValue: aws.String("v")}},
	}, func(o *sqs.Options) { o.DisableMessageChecksumValidation = true })
	if err != nil || aws.ToString(out.MessageId) != "v" {
		t.Fatalf("SendMessage: %v, %v", out, err)
	}
	_, err = client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("missing"), MessageBody: aws.String("x")})
	if missing, ok := errors.AsType[*sqstypes.QueueDoesNotExist](err); !ok || missing.ErrorMessage() != "no such queue" {
		t.Fatalf("the typed error came back as %v", err)
	}
}

func TestDynamoDBUnionsComeThrough(t *testing.T) {
	s := &wire.Service{Name: "dynamodb", Protocols: []wire.Protocol{wire.JSON10}, TargetPrefix: "DynamoDB_20120810"}
	wire.Handle(s, func(_ context.Context, in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		return &dynamodb.PutItemOutput{Attributes: in.Item}, nil
	})
	cfg, _ := connect(t, s)
	item := map[string]ddbtypes.AttributeValue{
		"PK": &ddbtypes.AttributeValueMemberS{Value: "USER#1"}, "n": &ddbtypes.AttributeValueMemberN{Value: "1.50"},
		"l": &ddbtypes.AttributeValueMemberL{Value: []ddbtypes.AttributeValue{
			&ddbtypes.AttributeValueMemberBOOL{Value: true}, &ddbtypes.AttributeValueMemberB{Value: []byte{0, 255}}}},
	}
	out, err := dynamodb.NewFromConfig(cfg).PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("t"), Item: item})
	if err != nil {
		t.Fatal(err)
	}
	list := out.Attributes["l"].(*ddbtypes.AttributeValueMemberL).Value
	if len(out.Attributes) != 3 || !bytes.Equal(list[1].(*ddbtypes.AttributeValueMemberB).Value, []byte{0, 255}) {
		t.Fatalf("the item came back as %v", out.Attributes)
	}
}

func TestCloudFormationQueryCarriesListsAndTimes(t *testing.T) {
	at := time.Date(2026, 11, 22, 20, 0, 0, 123e6, time.UTC)
	s := &wire.Service{Name: "cloudformation", Protocols: []wire.Protocol{wire.Query}, Version: "2010-05-15"}
	wire.Handle(s, func(_ context.Context, in *cloudformation.CreateStackInput) (*cloudformation.CreateStackOutput, error) {
		if len(in.Parameters) != 11 || *in.Parameters[10].ParameterValue != "10" {
			t.Errorf("parameters arrived as %d", len(in.Parameters))
		}
		return &cloudformation.CreateStackOutput{StackId: in.StackName}, nil
	})
	wire.Handle(s, func(context.Context, *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
		return &cloudformation.DescribeStacksOutput{Stacks: []cfntypes.Stack{{
			StackName: aws.String("a<b>&c"), CreationTime: &at, StackStatus: cfntypes.StackStatusCreateComplete,
			Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam},
		}}}, nil
	})
	cfg, _ := connect(t, s)
	client := cloudformation.NewFromConfig(cfg)
	in := &cloudformation.CreateStackInput{StackName: aws.String("x")}
	for i := range 11 {
		in.Parameters = append(in.Parameters, cfntypes.Parameter{ParameterKey: aws.String("k"), ParameterValue: aws.String(string("0123456789X"[i]))})
	}
	in.Parameters[10].ParameterValue = aws.String("10")
	if _, err := client.CreateStack(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	out, err := client.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.Stacks[0]; *got.StackName != "a<b>&c" || !got.CreationTime.Equal(at) || len(got.Capabilities) != 1 {
		t.Fatalf("the stack came back as %+v", got)
	}
}

func TestCloudWatchCBORCarriesNumbers(t *testing.T) {
	s := &wire.Service{Name: "monitoring", Protocols: []wire.Protocol{wire.CBOR, wire.JSON10, wire.Query}, TargetPrefix: "GraniteServiceVersion20100801", Version: "2010-08-01"}
	wire.Handle(s, func(_ context.Context, in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
		return &cloudwatch.GetMetricStatisticsOutput{Datapoints: []cwtypes.Datapoint{{Timestamp: in.StartTime, Sum: aws.Float64(2), SampleCount: aws.Float64(-0.25)}}}, nil
	})
	cfg, _ := connect(t, s)
	at := time.Date(2026, 11, 22, 20, 0, 0, 5e6, time.UTC)
	out, err := cloudwatch.NewFromConfig(cfg).GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("n"), MetricName: aws.String("m"), Period: aws.Int32(60), StartTime: &at, EndTime: &at,
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.Datapoints[0]; *got.Sum != 2 || *got.SampleCount != -0.25 || !got.Timestamp.Equal(at) {
		t.Fatalf("the datapoint came back as %+v", got)
	}
}

func TestLambdaRESTBindsPathQueryHeaderAndPayload(t *testing.T) {
	s := &wire.Service{Name: "lambda", Protocols: []wire.Protocol{wire.RESTJSON}}
	wire.Handle(s, func(ctx context.Context, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		if *in.FunctionName != "arn:aws:lambda:eu-west-1:1:function:f" || *in.Qualifier != "2" || in.InvocationType != "RequestResponse" || !wire.Sent(ctx, "Qualifier") {
			t.Errorf("input arrived as %+v", in)
		}
		return &lambda.InvokeOutput{StatusCode: 202, Payload: append([]byte("got "), in.Payload...), FunctionError: aws.String("Unhandled")}, nil
	}, wire.Route{
		Method: "POST", Path: "/2015-03-31/functions/{FunctionName}/invocations", Query: map[string]string{"Qualifier": "Qualifier"},
		Header: map[string]string{"X-Amz-Invocation-Type": "InvocationType"}, RequestPayload: "Payload", ResponsePayload: "Payload",
		ResponseHeader: map[string]string{"X-Amz-Function-Error": "FunctionError"}, StatusMember: "StatusCode",
	})
	cfg, _ := connect(t, s)
	out, err := lambda.NewFromConfig(cfg).Invoke(t.Context(), &lambda.InvokeInput{
		FunctionName: aws.String("arn:aws:lambda:eu-west-1:1:function:f"), Qualifier: aws.String("2"), InvocationType: "RequestResponse", Payload: []byte(`{"a":1}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.StatusCode != 202 || string(out.Payload) != `got {"a":1}` || *out.FunctionError != "Unhandled" {
		t.Fatalf("the answer came back as %+v", out)
	}
}
