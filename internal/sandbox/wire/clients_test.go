package wire_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	ectypes "github.com/aws/aws-sdk-go-v2/service/elasticache/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// serve listens with all the services of these tests, signatures checked.
func serve(t *testing.T) string {
	t.Helper()
	metrics := metricService(t, func(in *cloudwatch.PutMetricDataInput) {
		if *in.Namespace == "Large" && (len(in.MetricData) != 100 || *in.MetricData[99].Value != 99) {
			t.Errorf("a packed PutMetricData got %d data", len(in.MetricData))
		}
		if *in.Namespace == "Keyvex" && (*in.MetricData[1].Value != 2.5 || in.MetricData[1].Timestamp.Unix() != 1795374000) {
			t.Errorf("PutMetricData got %+v", in.MetricData[1])
		}
	})
	functions := &wire.Service{Name: "lambda", Protocols: []wire.Protocol{wire.RESTJSON}}
	wire.Handle(functions, func(_ context.Context, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		return &lambda.InvokeOutput{StatusCode: 200, Payload: append([]byte(*in.Qualifier+*in.FunctionName), in.Payload...), FunctionError: aws.String("Unhandled")}, nil
	})
	tables := &wire.Service{Name: "dynamodb", Protocols: []wire.Protocol{wire.JSON10}, TargetPrefix: "DynamoDB_20120810"}
	wire.Handle(tables, func(_ context.Context, in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		return &dynamodb.PutItemOutput{Attributes: in.Item}, nil
	})
	stacks := &wire.Service{Name: "cloudformation", Protocols: []wire.Protocol{wire.Query}, Version: "2010-05-15", Namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/"}
	wire.Handle(stacks, func(context.Context, *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
		return &cloudformation.DescribeStacksOutput{Stacks: []cfntypes.Stack{{
			StackName: aws.String("a<b"), CreationTime: aws.Time(time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)),
			StackStatus: cfntypes.StackStatusCreateComplete, Capabilities: []cfntypes.Capability{"CAPABILITY_IAM"},
		}}}, nil
	})
	caches := &wire.Service{Name: "elasticache", Protocols: []wire.Protocol{wire.Query}, Version: "2015-02-02"}
	wire.Handle(caches, func(context.Context, *elasticache.DescribeReplicationGroupsInput) (*elasticache.DescribeReplicationGroupsOutput, error) {
		return &elasticache.DescribeReplicationGroupsOutput{ReplicationGroups: []ectypes.ReplicationGroup{{
			MemberClusters: []string{"a-001", "a-002"}, NodeGroups: []ectypes.NodeGroup{{NodeGroupMembers: []ectypes.NodeGroupMember{{CacheNodeId: aws.String("0001")}}}},
		}}}, nil
	})
	tokens := &wire.Service{Name: "sts", Protocols: []wire.Protocol{wire.Query}, Version: "2011-06-15"}
	wire.Handle(tokens, func(context.Context, *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		return &sts.GetCallerIdentityOutput{}, nil
	})
	_, router := connect(t, queueService(t), metrics, vpcService(t), functions, tables, stacks, caches, tokens, reader())
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return server.URL
}

// foreignClient runs a client that is not ours, without this machine's AWS settings and
// proxies.
func foreignClient(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "PYENV_VERSION=" + os.Getenv("PYENV_VERSION"), "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_DEFAULT_REGION=eu-west-1",
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return "failed: " + stderr.String()
	}
	return string(out)
}

func TestBoto3IsAnswered(t *testing.T) {
	if err := exec.CommandContext(t.Context(), "python3", "-c", "import boto3").Run(); err != nil {
		t.Skip("SKIPPED: python3 has no boto3 here, so no client of another make is held against the wire")
	}
	var got map[string]any
	out := foreignClient(t, "python3", "testdata/boto.py", serve(t), accessKey, secretKey)
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(out)
	}
	list := func(values ...any) []any { return values }
	for name, want := range map[string]any{
		"batch":             list("m", true),
		"queue":             "q",
		"missing queue":     list("AWS.SimpleQueueService.NonExistentQueue", 400.0),
		"missing dashboard": list("ResourceNotFound", 404.0),
		"vpc":               list("vpc-1", list(map[string]any{"Key": "a", "Value": "b"}), false),
		"missing vpc":       list("InvalidVpcID.NotFound", 400.0),
		"invoke":            list(200.0, `2arn:aws:lambda:eu-west-1:1:function:f{"a":1}`, "Unhandled"),
		"item":              true,
		"stack":             list("a<b", "2026-11-22T20:00:00+00:00", list("CAPABILITY_IAM")),
		"cache":             list(list("a-001", "a-002"), "0001"),
		"stranger":          list("InvalidClientTokenId", 403.0),
		"thief":             list("InvalidSignatureException", 400.0),
	} {
		if !reflect.DeepEqual(got[name], want) {
			t.Errorf("%s: got %v, expected %v", name, got[name], want)
		}
	}
}

func TestTheAWSCommandLineIsAnswered(t *testing.T) {
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("SKIPPED: there is no aws command here, so no command line of another make is held against the wire")
	}
	endpoint := serve(t)
	for _, c := range []struct{ command, want string }{
		{"cloudformation describe-stacks --query Stacks[].StackStatus --output text", "CREATE_COMPLETE"},
		{"sqs get-queue-url --queue-name none", "(AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation: gone"},
		{"ec2 describe-vpcs --vpc-ids vpc-none", "(InvalidVpcID.NotFound) when calling the DescribeVpcs operation: The vpc ID 'vpc-none' does not exist"},
		{"cloudwatch get-dashboard --dashboard-name none", "(ResourceNotFound) when calling the GetDashboard operation: none"},
		{"iam list-users", "the local platform has no service iam"},
		{"sqs list-queues", "the local platform does not know the operation ListQueues of sqs"},
	} {
		out := foreignClient(t, "aws", append([]string{"--endpoint-url", endpoint}, strings.Fields(c.command)...)...)
		if !strings.Contains(out, c.want) {
			t.Errorf("aws %s gives %s\nwithout %s", c.command, out, c.want)
		}
	}
}
